import CatalogCore
import CatalogDatabase
import CatalogStorage

/// Compares the rows of one directory with its listing, both sorted by the bytes of the names.
struct DirectoryMerge {
    /// A row and the position of its entry in the listing.
    struct Match {
        let id: EntryID
        let entry: Int
    }

    private struct Row {
        let id: EntryID
        let kind: EntryKind
        let name: [UInt8]
        let size: Int64
        let attributes: [Int64]
    }

    private let listing: ListingView
    /// Positions of entries that need a new row.
    private(set) var added: [Int] = []
    private(set) var updated: [Match] = []
    /// Tombstones that come back to life.
    private(set) var revived: [Match] = []
    /// Rows of files whose name is another kind of thing now.
    private(set) var replaced: [EntryID] = []
    /// Rows whose name is not there.
    private(set) var vanished: [EntryID] = []
    /// A directory's name is a file now; its place is free only after the removal.
    private(set) var hasDeferred = false
    private(set) var sums = DirectorySums()

    init(listing: ListingView) {
        self.listing = listing
    }

    /// Whether the rows will agree with the listing: only then may its digest be stored.
    var isClean: Bool { vanished.isEmpty && !hasDeferred && listing.part.keptNames.isEmpty }

    mutating func run(_ directory: EntryID, _ connection: any SQLConnection) throws {
        let rows = try connection.rows(ScanQueries.children, [.integer(directory)], Self.row)
        let kept = Set(listing.part.keptNames)
        var position = listing.entries.startIndex
        var newcomers: [Int] = []
        for row in rows {
            while position < listing.entries.endIndex, order(of: position, against: row) < 0 {
                newcomers.append(position)
                position += 1
            }
            if position < listing.entries.endIndex, order(of: position, against: row) == 0 {
                match(row, position, newcomers: &newcomers)
                position += 1
            } else {
                sums.add(kind: row.kind, size: row.size)
                if !kept.contains(row.name) { vanished.append(row.id) }
            }
        }
        newcomers.append(contentsOf: position..<listing.entries.endIndex)
        try divide(newcomers, directory, connection)
    }

    private mutating func match(_ row: Row, _ position: Int, newcomers: inout [Int]) {
        let entry = listing.entries[position].listed
        if row.kind == entry.kind {
            sums.add(kind: entry.kind, size: entry.sizeBytes)
            // A directory's own attributes are compared when it is listed itself.
            if entry.kind != .directory, row.attributes != entry.comparedAttributes {
                updated.append(Match(id: row.id, entry: position))
            }
        } else if row.kind == .directory {
            sums.add(kind: row.kind, size: 0)
            vanished.append(row.id)
            hasDeferred = true
        } else {
            replaced.append(row.id)
            newcomers.append(position)
        }
    }

    /// Newcomers whose tombstone waits get their old id back, the others a new row.
    private mutating func divide(_ newcomers: [Int], _ directory: EntryID, _ connection: any SQLConnection) throws {
        guard !newcomers.isEmpty else { return }
        var waiting: [[UInt8]: (id: EntryID, kind: Int64)] = [:]
        try connection.forEachRow(ScanQueries.tombstones, [.integer(directory)]) { row in
            waiting[row.bytes(2)] = (row.integer(0), row.integer(1))
            return true
        }
        for position in newcomers {
            let entry = listing.entries[position].listed
            sums.add(kind: entry.kind, size: entry.sizeBytes)
            let name = waiting.isEmpty ? [] : Array(listing.name(of: entry))
            if let tombstone = waiting[name], tombstone.kind == entry.kind.rawValue {
                revived.append(Match(id: tombstone.id, entry: position))
            } else {
                added.append(position)
            }
        }
    }

    private func order(of position: Int, against row: Row) -> Int {
        row.name.withUnsafeBytes { compareBytes(listing.name(of: listing.entries[position].listed), $0) }
    }

    private static func row(_ row: SQLRow) -> Row {
        Row(
            id: row.integer(0), kind: EntryKind(rawValue: row.integer(1)) ?? .file, name: row.bytes(2),
            size: row.integer(3), attributes: [row.integer(3), row.integer(4), row.integer(5), row.integer(8), row.integer(9)])
    }
}

extension ListedEntry {
    /// What makes a file another one than before: size, times, inode, links.
    fileprivate var comparedAttributes: [Int64] { [storedSize, modifiedNS, changedNS, inode, linkCount] }
}
