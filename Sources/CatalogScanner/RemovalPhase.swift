import CatalogCore
import CatalogDatabase
import CatalogJobs

/// Decides about entries that a complete walk did not find, and makes tombstones of them.
///
/// Absence is not deletion: what would remove a large part of a root, or comes from a root that is not the same one any more,
/// is parked until somebody confirms it.
struct RemovalPhase {
    /// The brake: more than this share of a root's entries, and more than this many.
    private static let shareMax = 0.2
    private static let countMax = 100
    /// Rows of one transaction, about.
    private static let rowsPerTransaction = 5_000

    let scan: ScanContext

    /// How many entries the noted removals would take, with everything below them. Blocks.
    func countCandidates() throws -> Int {
        var count = 0
        try forEachPage { count += $0.reduce(0) { $0 + $1.entryCount } }
        return count
    }

    /// Why the removals have to wait for a person, or nil.
    func reasonToPark(removing count: Int, of entriesBefore: Int, identityChanged: Bool) -> String? {
        guard count > 0 else { return nil }
        if identityChanged { return "The storage root is not the one that was scanned before" }
        if count >= entriesBefore { return "Nothing of what was in the storage root before is there any more" }
        if count > Self.countMax, Double(count) > Double(entriesBefore) * Self.shareMax {
            return "\(count) of \(entriesBefore) entries are not there any more"
        }
        return nil
    }

    /// Makes tombstones of all noted entries and of what lies below them. Blocks; may be interrupted and run again.
    ///
    /// - Parameter onRemoved: called now and then with how many it has removed.
    /// - Returns: how many entries it removed, as the row of the scan says too.
    func apply(onRemoved: (Int) -> Void = { _ in }) throws -> Int {
        var removed = 0
        try forEachPage { page in
            var rest = page[...]
            while let next = rest.first {
                try scan.stop.check()
                if next.entryCount > Self.rowsPerTransaction { removed += try empty(next.id) }
                removed += try remove(from: &rest)
                onRemoved(removed)
            }
        }
        try scan.scans.dropRemovals(of: scan.id)
        return removed
    }

    /// Makes tombstones of one entry and of what lies below it, in the transaction of the caller.
    func removeNow(_ id: EntryID, _ connection: any SQLConnection, _ ledger: inout ChangeLedger) throws {
        try scan.scans.noteRemoval(of: id, in: scan.id, on: connection)
        for candidate in try scan.scans.removals(of: scan.id, after: id - 1, on: connection) where candidate.id == id {
            try remove(candidate, connection, &ledger)
        }
        try scan.scans.dropRemoval(of: id, in: scan.id, on: connection)
    }

    private func forEachPage(_ body: ([RemovalCandidate]) throws -> Void) throws {
        var after: EntryID = 0
        while true {
            let page = try scan.scans.removals(of: scan.id, after: after)
            guard let last = page.last else { return }
            after = last.id
            try body(page)
        }
    }

    /// Removes all below a large directory, in several transactions: the deepest rows first, so that an interrupted removal
    /// finds the rest again.
    private func empty(_ top: EntryID) throws -> Int {
        var directories = try scan.database.readBlocking { try scan.entries.directories(from: top, on: $0) }
        var removed = 0
        while !directories.isEmpty {
            try scan.stop.check()
            removed += try inTransaction { connection, ledger in
                guard try scan.sideWrites.isRemovalNoted(of: top, in: scan.id, on: connection) else {
                    return directories = []
                }
                while let directory = directories.last, ledger.removedCount < Self.rowsPerTransaction {
                    let room = Self.rowsPerTransaction - ledger.removedCount
                    let children = try removeChildren(of: directory, atMost: room, connection, &ledger)
                    // Until it goes itself it is a directory of which a part is missing.
                    var sums = DirectorySums()
                    for child in children { sums.add(kind: child.kind, size: child.size) }
                    try scan.entries.shrink(directory, by: sums, on: connection)
                    if children.count < room { directories.removeLast() }
                }
            }
        }
        return removed
    }

    /// Removes the first candidate and as many of those after it as fit into one transaction.
    private func remove(from rest: inout ArraySlice<RemovalCandidate>) throws -> Int {
        try inTransaction { connection, ledger in
            var isFirst = true
            while let next = rest.first,
                isFirst || ledger.removedCount + next.entryCount <= Self.rowsPerTransaction
            {
                isFirst = false
                rest.removeFirst()
                // Somebody may have written it anew since it was noted.
                guard try scan.sideWrites.isRemovalNoted(of: next.id, in: scan.id, on: connection) else { continue }
                try remove(next, connection, &ledger)
            }
        }
    }

    private func remove(
        _ candidate: RemovalCandidate, _ connection: any SQLConnection, _ ledger: inout ChangeLedger
    ) throws {
        let entries = scan.entries
        // It went with a directory above it.
        guard try entries.markMissing(candidate.id, on: connection) else { return }
        if candidate.isDirectory {
            for directory in try entries.directories(from: candidate.id, on: connection).reversed() {
                while try removeChildren(of: directory, atMost: Self.rowsPerTransaction, connection, &ledger).count
                    >= Self.rowsPerTransaction
                {}
            }
            try entries.forgetDirectory(candidate.id, on: connection)
        }
        try entries.shrinkParent(of: candidate, on: connection)
        candidate.name.withUnsafeBytes {
            ledger.removed(candidate.id, candidate.kind, name: $0, bytes: candidate.size)
        }
    }

    /// - Returns: what is gone; fewer than `limit` when the directory is empty now.
    private func removeChildren(
        of directory: EntryID, atMost limit: Int, _ connection: any SQLConnection, _ ledger: inout ChangeLedger
    ) throws -> [EntryRow] {
        let entries = scan.entries
        let children = try entries.children(of: directory, atMost: limit, on: connection)
        for child in children {
            try entries.markMissing(child.id, on: connection)
            if child.kind == .directory { try entries.forgetDirectory(child.id, on: connection) }
            child.name.withUnsafeBytes { ledger.removed(child.id, child.kind, name: $0, bytes: child.size) }
        }
        return children
    }

    /// - Returns: how many entries were removed.
    private func inTransaction(
        _ body: (any SQLConnection, inout ChangeLedger) throws -> Void
    ) throws -> Int {
        try scan.database.writeBlocking { connection in
            var ledger = ChangeLedger()
            _ = try scan.sideWrites.takeTurn(on: connection)
            try body(connection, &ledger)
            try scan.lease.require(on: connection)
            let count = ledger.removedCount
            try ledger.write(root: scan.rootID, now: scan.time.now, connection)
            try scan.scans.addRemoved(count, to: scan.id, on: connection)
            return count
        }
    }
}
