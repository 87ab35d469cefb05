import CatalogCore
import CatalogDatabase
import CatalogJobs

/// Lets directories keep their ids that went to another root, or come back after a scan found them gone.
///
/// What was in them has been recognised one by one. Here the old and the new row change places, with all that is said of the places: what
/// did not go with the old directory stays behind under the number of the new one, for the brake to judge or as the tombstones that it is.
struct DirectoryExchange {
    private let scan: ScanContext
    private let seen: Int64
    private let store: MoveStore
    private let writer: MoveWriter

    /// - Parameter seen: how many writes from beside scans there were before anything was read.
    init(scan: ScanContext, seen: Int64) {
        (self.scan, self.seen) = (scan, seen)
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
            count += try 1 + writer.move(store.sameNames(leftIn: new, nowIn: old), seen: seen)
        }
        return count
    }

    /// - Returns: false when somebody has changed something meanwhile, or may be about to.
    private func exchange(_ oldID: EntryID, _ newID: EntryID) throws -> Bool {
        guard let old = try store.entry(oldID), let new = try store.entry(newID) else { return false }
        return try writer.inTransaction(with: [old.rootID, new.rootID]) { connection, ledgers, writes in
            // A scan that runs knows its directories by their numbers.
            guard writes == seen, old.parentID != nil, new.parentID != nil, !new.isMissing,
                try store.entry(oldID, on: connection) == old, try store.entry(newID, on: connection) == new,
                try !store.isRemovalNoted(of: newID, on: connection),
                try !store.isScanned([old.rootID, new.rootID], on: connection)
            else { return false }
            try store.exchange(old, new, on: connection)
            ledgers[old.rootID].touched(newID)
            ledgers[new.rootID].touched(oldID)
            for (directory, root) in [(newID, old.rootID), (oldID, new.rootID)] {
                for child in try store.children(of: directory, on: connection) { ledgers[root].touched(child.id) }
            }
            return true
        }
    }
}
