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

    /// One noted entry that is still there in the catalog.
    private struct Candidate: Sendable {
        let id: EntryID
        let isDirectory: Bool
        let isFile: Bool
        let parentID: EntryID?
        let size: Int64
        /// Itself and everything below it.
        let entryCount: Int

        init(row: SQLRow) {
            id = row.integer(0)
            let kind = EntryKind(rawValue: row.integer(1))
            isDirectory = kind == .directory
            isFile = kind == .file
            parentID = row.optionalInteger(2)
            size = row.integer(3)
            entryCount = 1 + Int(row.integer(4) + row.integer(5))
        }
    }

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
        try scan.database.writeBlocking { connection in
            _ = try connection.execute(ScanQueries.clearRemovals, [.integer(scan.id)])
        }
        return removed
    }

    private func forEachPage(_ body: ([Candidate]) throws -> Void) throws {
        var after: EntryID = 0
        while true {
            let values: [SQLValue] = [.integer(scan.id), .integer(after)]
            let page = try scan.database.readBlocking { try $0.rows(ScanQueries.removals, values, Candidate.init(row:)) }
            guard let last = page.last else { return }
            after = last.id
            try body(page)
        }
    }

    /// Removes the deepest rows first and the noted entry last, so that an interrupted removal finds the rest again.
    private func remove(_ candidate: Candidate) throws -> Int {
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
            try connection.execute(ScanQueries.markMissing, [.integer(candidate.id), .integer(scan.time.now)])
            try connection.execute(ScanQueries.forgetDirectory, [.integer(candidate.id)])
            try connection.execute(
                ScanQueries.shrinkParent,
                [
                    .optional(candidate.parentID), .integer(candidate.isFile ? candidate.size : 0),
                    .integer(candidate.isDirectory ? 0 : 1), .integer(candidate.isDirectory ? 1 : 0),
                ])
            try journal.write(root: scan.rootID, now: scan.time.now, connection)
        }
        return removed + 1
    }

    /// The directory and all below it, parents before children.
    private func directoriesBelow(_ id: EntryID) throws -> [EntryID] {
        try scan.database.readBlocking { connection in
            var found = [id]
            var next = 0
            while next < found.count {
                try connection.forEachRow(ScanQueries.childrenToRemove, [.integer(found[next])]) { row in
                    if EntryKind(rawValue: row.integer(1)) == .directory { found.append(row.integer(0)) }
                    return true
                }
                next += 1
            }
            return found
        }
    }

    private func removeChildren(
        of directory: EntryID, _ connection: any SQLConnection, _ journal: inout NameJournalBatch
    ) throws {
        let children = try connection.rows(ScanQueries.childrenToRemove, [.integer(directory)]) { $0.integer(0) }
        for child in children {
            try connection.execute(ScanQueries.markMissing, [.integer(child), .integer(scan.time.now)])
            try connection.execute(ScanQueries.forgetDirectory, [.integer(child)])
        }
        journal.removed += children
    }
}
