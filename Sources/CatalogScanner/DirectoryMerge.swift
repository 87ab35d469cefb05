import CatalogCore
import CatalogDatabase
import CatalogStorage

/// Compares the rows of one directory with its listing, both sorted by the bytes of the names.
struct DirectoryMerge {
    /// A row and the position of its entry in the listing.
    struct Match {
        let id: EntryID
        let entry: Int
        /// Bytes, as the row says; of a tombstone nobody asks.
        var oldSize: Int64 = 0
        /// Of an update: whether somebody may have written into the file and set its time back, as editors of tags do.
        var isDoubted = false
    }

    private let listing: ListingView
    /// Somebody has written into the directory since the walk began, perhaps after it was listed: then what the listing does not
    /// have may be there all the same, and the next scan sees whether it is.
    private let wasWritten: Bool
    /// Positions of entries that need a new row.
    private(set) var added: [Int] = []
    private(set) var updated: [Match] = []
    /// Tombstones that come back to life.
    private(set) var revived: [Match] = []
    /// Rows whose name is not there, or is another kind of thing now.
    private(set) var vanished: [EntryID] = []
    /// Positions of names that are another kind of thing now: they get their rows in the next walk, when what had the name is
    /// removed.
    private(set) var deferred: [Int] = []
    /// Directories that the walk did not know and the catalog has: somebody else has made them meanwhile.
    private(set) var foundRows: [Match] = []
    private(set) var sums = DirectorySums()

    init(listing: ListingView, wasWritten: Bool) {
        self.listing = listing
        self.wasWritten = wasWritten
    }

    /// Whether the rows will agree with the listing: only then may its digest be stored.
    var isClean: Bool {
        vanished.isEmpty && deferred.isEmpty && listing.part.keptNames.isEmpty && !wasWritten
    }

    mutating func run(_ directory: EntryID, _ store: EntryStore, _ connection: any SQLConnection) throws {
        let rows = try store.children(of: directory, on: connection)
        let kept = Set(listing.part.keptNames)
        let keepsAll = wasWritten || kept.contains([])
        var position = listing.entries.startIndex
        var newcomers: [Int] = []
        for row in rows {
            while position < listing.entries.endIndex, order(of: position, against: row) < 0 {
                newcomers.append(position)
                position += 1
            }
            if position < listing.entries.endIndex, order(of: position, against: row) == 0 {
                match(row, position)
                position += 1
            } else {
                sums.add(kind: row.kind, size: row.size)
                if !keepsAll, !kept.contains(row.name) { vanished.append(row.id) }
            }
        }
        newcomers.append(contentsOf: position..<listing.entries.endIndex)
        guard !newcomers.isEmpty else { return }
        divide(newcomers, waiting: try store.tombstones(of: directory, on: connection))
    }

    private mutating func match(_ row: EntryRow, _ position: Int) {
        let entry = listing.entries[position].listed
        if row.kind == entry.kind {
            sums.add(kind: entry.kind, size: entry.sizeBytes)
            // A directory's own attributes are compared when it is listed itself.
            if entry.kind == .directory {
                if listing.entries[position].foundNumber != nil {
                    foundRows.append(Match(id: row.id, entry: position))
                }
                return
            }
            let attributes = entry.comparedAttributes
            if row.attributes != attributes {
                updated.append(
                    Match(
                        id: row.id, entry: position, oldSize: row.size,
                        isDoubted: row.attributes.mayHideOtherContent(in: attributes)))
            }
        } else {
            // What was there is gone, and the brake has a say in that.
            sums.add(kind: row.kind, size: row.size)
            if !wasWritten { vanished.append(row.id) }
            deferred.append(position)
        }
    }

    /// Newcomers whose tombstone waits get their old id back, the others a new row.
    private mutating func divide(_ newcomers: [Int], waiting: [Tombstone: EntryID]) {
        for position in newcomers {
            let entry = listing.entries[position].listed
            sums.add(kind: entry.kind, size: entry.sizeBytes)
            if !waiting.isEmpty, let id = waiting[Tombstone(name: Array(listing.name(of: entry)), kind: entry.kind)] {
                revived.append(Match(id: id, entry: position))
            } else {
                added.append(position)
            }
        }
    }

    private func order(of position: Int, against row: EntryRow) -> Int {
        row.name.withUnsafeBytes { compareBytes(listing.name(of: listing.entries[position].listed), $0) }
    }
}

extension ListedEntry {
    /// As in `EntryRow.attributes`.
    fileprivate var comparedAttributes: FileAttributes {
        FileAttributes(
            size: storedSize, modifiedNS: modifiedNS, changedNS: changedNS, inode: inode, linkCount: linkCount)
    }
}
