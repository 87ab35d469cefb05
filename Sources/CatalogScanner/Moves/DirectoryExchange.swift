import CatalogCore
import CatalogDatabase
import CatalogJobs

/// Lets directories keep their ids that went to another root, or come back after a scan found them gone.
///
/// What was in them has been recognised one by one. Here the old and the new row change places, with all that is said of the places: what
/// did not go with the old directory stays behind under the number of the new one, for the brake to judge or as the tombstones that it is.
struct DirectoryExchange {
    private let scan: ScanContext
    private let marks: MoveStore.Marks
    private let seen: Int64
    private let store: MoveStore
    private let writer: MoveWriter

    /// - Parameter seen: how many writes from beside scans there were before anything was read.
    init(scan: ScanContext, marks: MoveStore.Marks, seen: Int64) {
        (self.scan, self.marks, self.seen) = (scan, marks, seen)
        store = MoveStore(scan: scan)
        writer = MoveWriter(scan: scan)
    }

    /// Blocks.
    ///
    /// - Parameter pairs: which old directories are which new ones.
    /// - Returns: how many entries kept their ids by it.
    func run(_ pairs: [EntryID: EntryID]) throws -> Int {
        var count = 0
        for (old, new) in pairs.sorted(by: { $0.key < $1.key }) {
            try scan.stop.check()
            guard try exchange(old, new) else { continue }
            // Of links and empty files only their names tell, and that the directory moved.
            count += try 1 + writer.move(store.sameNames(left: new, moved: old), seen: seen)
        }
        return count
    }

    /// - Returns: false when somebody has changed something meanwhile, or may be about to.
    private func exchange(_ oldID: EntryID, _ newID: EntryID) throws -> Bool {
        guard let old = try store.entry(oldID), let new = try store.entry(newID) else { return false }
        return try writer.inTransaction(with: [old.rootID, new.rootID]) { connection, ledgers, writes in
            guard writes == seen, old.parentID != nil, new.parentID != nil, !new.isMissing,
                new.firstSeen >= marks.oldest,
                try store.entry(oldID, on: connection) == old, try store.entry(newID, on: connection) == new,
                try !store.isRemovalNoted(of: newID, on: connection), try mayExchange(old, new, connection)
            else { return false }
            try store.exchange(old, new, on: connection)
            for (directory, root) in [(newID, old.rootID), (oldID, new.rootID)] {
                ledgers[root].touched(directory)
                try store.forEachChild(of: directory, on: connection) { ledgers[root].touched($0) }
                // Whoever adds up recursive figures just now has read them under the other numbers.
                try SideWriteStore(rootID: root).interruptRollUps(on: connection)
            }
            return true
        }
    }

    /// Not where another scan, or a removal, knows directories by their numbers, nor where a root is removed.
    private func mayExchange(
        _ old: MovableEntry, _ new: MovableEntry, _ connection: any SQLConnection
    ) throws -> Bool {
        try [old.rootID, new.rootID].filter { $0 != scan.rootID }.allSatisfy { root in
            try store.isThere(root, on: connection) && !scan.scans.isChanging(root, on: connection)
        }
    }
}
