import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogSearch

/// Decides about entries that a complete walk did not find, and makes tombstones of them.
///
/// Absence is not deletion: what would remove a large part of a root, or comes from a root that is not the same one any more,
/// is parked until somebody confirms it (ruling 43).
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
        if count >= entriesBefore { return "The storage root looks empty" }
        if count > Self.countMax, Double(count) > Double(entriesBefore) * Self.shareMax {
            return "\(count) of \(entriesBefore) entries are not there any more"
        }
        return nil
    }

    /// Makes tombstones of all noted entries and of what lies below them. Blocks; may be interrupted and run again.
    ///
    /// - Returns: how many entries it removed.
    func apply() throws -> Int {
        var removed = 0
        try forEachPage { page in
            for candidate in page {
                try scan.stop.check()
                removed += try remove(candidate)
            }
        }
        try scan.scans.dropRemovals(of: scan.id)
        return removed
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

    /// Removes the deepest rows first and the noted entry last, so that an interrupted removal finds the rest again.
    private func remove(_ candidate: RemovalCandidate) throws -> Int {
        var removed = 0
        var directories = candidate.isDirectory ? try directoriesBelow(candidate.id) : []
        while !directories.isEmpty {
            try scan.stop.check()
            removed += try scan.database.writeBlocking { connection in
                var journal = NameJournalBatch()
                while let directory = directories.popLast(), journal.removed.count < Self.rowsPerTransaction {
                    try removeChildren(of: directory, connection, &journal)
                }
                let count = journal.removed.count
                try journal.write(root: scan.rootID, now: scan.time.now, connection)
                return count
            }
        }
        try scan.database.writeBlocking { connection in
            var journal = NameJournalBatch()
            journal.removed = [candidate.id]
            let entries = scan.entries
            try entries.markMissing(candidate.id, on: connection)
            try entries.forgetDirectory(candidate.id, on: connection)
            try entries.shrinkParent(of: candidate, on: connection)
            try journal.write(root: scan.rootID, now: scan.time.now, connection)
        }
        return removed + 1
    }

    /// The directory and all below it, parents before children.
    private func directoriesBelow(_ id: EntryID) throws -> [EntryID] {
        try scan.database.readBlocking { try scan.entries.directories(from: id, on: $0) }
    }

    private func removeChildren(
        of directory: EntryID, _ connection: any SQLConnection, _ journal: inout NameJournalBatch
    ) throws {
        let entries = scan.entries
        let children = try entries.childIDs(of: directory, on: connection)
        for child in children {
            try entries.markMissing(child, on: connection)
            try entries.forgetDirectory(child, on: connection)
        }
        journal.removed += children
    }
}
