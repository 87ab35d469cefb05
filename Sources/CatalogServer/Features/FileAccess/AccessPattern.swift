import CatalogCore

/// What was read in a time, file by file.
struct AccessPattern: Sendable {
    /// Extensions, directories and files that are told at most.
    static let namesMax = 10

    /// How often a file was read on a day.
    struct Row: Sendable {
        let entryID: EntryID
        let day: Int64
        let count: Int64
        let fileExtension: String
        let parentID: EntryID?
    }

    private var rows: [Row] = []
    /// Files of all those there are that were ever read.
    var filesEverRead: Int64 = 0
    /// The files that were read most, and how often.
    var topFiles: [(root: String, path: StoragePath, count: Int64)] = []
    /// The directories in which most was read.
    var topDirectories: [(root: String, path: StoragePath)] = []

    mutating func add(_ row: Row) {
        rows.append(row)
    }

    /// Forgets all other files.
    mutating func keep(only files: Set<EntryID>) {
        rows.removeAll { !files.contains($0.entryID) }
    }

    /// Every file that was read.
    var files: [EntryID] { Array(Set(rows.map(\.entryID))) }

    var total: Int64 { rows.reduce(0) { $0 + $1.count } }

    /// By the beginning of the day.
    var byDay: [Int64: Int64] { Self.sums(rows, \.day) }

    /// Extensions that were read most, in the form of the API; files without one do not count.
    var topExtensions: [String] {
        Self.most(Self.sums(rows.filter { !$0.fileExtension.isEmpty }, \.fileExtension)).map { "." + $0.key }
    }

    var mostReadFiles: [(id: EntryID, count: Int64)] {
        Self.most(Self.sums(rows, \.entryID)).map { (id: $0.key, count: $0.count) }
    }

    var mostReadDirectories: [EntryID] {
        Self.most(Self.sums(rows, \.parentID)).compactMap(\.key)
    }

    private static func sums<Key: Hashable>(_ rows: [Row], _ key: (Row) -> Key) -> [Key: Int64] {
        rows.reduce(into: [:]) { $0[key($1), default: 0] += $1.count }
    }

    private static func most<Key>(_ sums: [Key: Int64]) -> [(key: Key, count: Int64)] {
        // In one order, also among those that were read equally often.
        let sorted = sums.map { (key: $0.key, count: $0.value) }
            .sorted { $0.count != $1.count ? $0.count > $1.count : "\($0.key)" < "\($1.key)" }
        return Array(sorted.prefix(namesMax))
    }
}
