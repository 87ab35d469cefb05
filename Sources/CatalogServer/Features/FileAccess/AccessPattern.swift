import CatalogCore

/// What was read in a time. It keeps sums only, since a log of a year may have millions of rows.
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

    private(set) var total: Int64 = 0
    /// Files that were read.
    private(set) var files: Int64 = 0
    /// By the beginning of the day.
    private(set) var byDay: [Int64: Int64] = [:]
    private var byExtension: [String: Int64] = [:]
    private var byDirectory: [EntryID: Int64] = [:]
    /// Of the files before `current`.
    private var mostRead: [(key: EntryID, count: Int64)] = []
    private var current: (key: EntryID, count: Int64)?
    /// Files of all those there are that were ever read.
    var filesEverRead: Int64 = 0
    /// The files that were read most, and how often.
    var topFiles: [(root: String, path: StoragePath, count: Int64)] = []
    /// The directories in which most was read.
    var topDirectories: [(root: String, path: StoragePath)] = []

    /// Adds a row; those of one file come one after the other.
    mutating func add(_ row: Row) {
        total += row.count
        byDay[row.day, default: 0] += row.count
        // Files without one do not count.
        if !row.fileExtension.isEmpty { byExtension[row.fileExtension, default: 0] += row.count }
        if let parent = row.parentID { byDirectory[parent, default: 0] += row.count }
        if current?.key == row.entryID {
            current?.count += row.count
        } else {
            mostRead = mostReadFiles
            current = (row.entryID, row.count)
            files += 1
        }
    }

    /// Extensions that were read most, in the form of the API.
    var topExtensions: [String] { Self.most(byExtension.map { ($0.key, $0.value) }).map { "." + $0.key } }

    /// The files that were read most.
    var mostReadFiles: [(key: EntryID, count: Int64)] {
        guard let current else { return mostRead }
        if mostRead.count == Self.namesMax, let last = mostRead.last, current.count < last.count { return mostRead }
        return Self.most(mostRead + [current])
    }

    var mostReadDirectories: [EntryID] { Self.most(byDirectory.map { ($0.key, $0.value) }).map(\.key) }

    private static func most<Key>(_ sums: [(key: Key, count: Int64)]) -> [(key: Key, count: Int64)] {
        // In one order, also among those that were read equally often.
        let sorted = sums.sorted { $0.count != $1.count ? $0.count > $1.count : "\($0.key)" < "\($1.key)" }
        return Array(sorted.prefix(namesMax))
    }
}
