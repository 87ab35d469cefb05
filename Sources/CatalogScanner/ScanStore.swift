package import CatalogCore
package import CatalogDatabase
import CatalogSearch

/// Questions asked of the tables of scans, and what a scan keeps there.
package struct ScanStore: Sendable {
    private let database: any Database
    private let time: TimeSource

    package init(database: any Database, time: TimeSource = .system) {
        self.database = database
        self.time = time
    }

    /// The scan with this id, if the caller may see its root.
    package func find(_ id: JobID, scope: AccessScope) async throws -> Scan? {
        let scan = try await database.read { try $0.firstRow(ScanQueries.findScan, [.integer(id)], Scan.init(row:)) }
        return scan.flatMap { scope.allows($0.rootID) ? $0 : nil }
    }

    /// Scans, the newest first; of one root or of all that the caller may see.
    package func list(rootID: RootID?, page: Page, scope: AccessScope) async throws -> [Scan] {
        if let rootID, !scope.allows(rootID) { return [] }
        return try await database.read { connection in
            var values: [SQLValue] = [.integer(Int64(page.limit)), .integer(Int64(page.offset))]
            guard let rootID else {
                let scans = try connection.rows(ScanQueries.listScans, values, Scan.init(row:))
                return scans.filter { scope.allows($0.rootID) }
            }
            values.append(.integer(rootID))
            return try connection.rows(ScanQueries.listScansOfRoot, values, Scan.init(row:))
        }
    }

    /// What a scan could not read, in the order in which it was found, and how many rows there are.
    package func errors(of id: JobID, page: Page) async throws -> (errors: [ScanErrorEntry], total: Int) {
        try await database.read { connection in
            let values: [SQLValue] = [.integer(id), .integer(Int64(page.limit)), .integer(Int64(page.offset))]
            let errors = try connection.rows(ScanQueries.listErrors, values) {
                ScanErrorEntry(path: $0.text(0), code: $0.text(1), message: $0.text(2), at: $0.integer(3))
            }
            let total = try connection.firstRow(ScanQueries.countErrors, [.integer(id)]) { Int($0.integer(0)) }
            return (errors, total ?? 0)
        }
    }

    /// Writes the row of a scan whose job was just written on `connection`.
    func insert(_ request: ScanRequest, id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(
            ScanQueries.insertScan,
            [
                .integer(id), .integer(request.rootID), .text(request.type.rawValue),
                .optional(request.maxDepth.map { Int64($0) }), .optional(request.requestedBy),
                .bool(request.confirmsRemovals), .integer(time.now),
            ])
    }

    /// Keeps the entries that a scan wanted to remove.
    ///
    /// - Returns: false when nothing waits.
    func discardRemovals(of id: JobID) async throws -> Bool {
        try await database.write { connection in
            let isSettled = try settleRemovals(of: id, as: .discarded, removed: 0, on: connection)
            try connection.execute(ScanQueries.clearRemovals, [.integer(id)])
            return isSettled
        }
    }

    // MARK: For a running scan; these block.

    /// The directories of the root as they are known, with those that an interrupted run has finished.
    func knownTree(of scan: ScanContext) throws -> KnownTree {
        let entries = EntryStore(rootID: scan.rootID, time: time)
        try database.writeBlocking { try entries.ensureRootEntry(on: $0) }
        return try database.readBlocking { connection in
            let rows = try entries.knownDirectories(on: connection)
            var done: Set<EntryID> = []
            try connection.forEachRow(ScanQueries.frontier, [.integer(scan.id)]) { row in
                // A damaged list costs work done twice, nothing else.
                done.formUnion(row.withBytes(0) { NameJournal.decode($0) } ?? [])
                return true
            }
            return KnownTree(rows: rows, done: done)
        }
    }

    /// How many entries the root has, its own directory left out.
    func entryCount(of rootID: RootID) throws -> Int {
        try database.readBlocking { try EntryStore(rootID: rootID, time: time).entryCount(on: $0) }
    }

    func saveProgress(_ id: JobID, entriesBefore: Int, counts: ScanCounts, path: String?) throws {
        try database.writeBlocking { connection in
            _ = try connection.execute(
                ScanQueries.saveProgress,
                [
                    .integer(id), .integer(Int64(entriesBefore)), .integer(Int64(counts.entriesFound)),
                    .integer(Int64(counts.directoriesListed)), .integer(Int64(counts.added)),
                    .integer(Int64(counts.updated)), .integer(Int64(counts.removed)), .integer(Int64(counts.errors)),
                    .optional(path), .integer(time.now),
                ])
        }
    }

    func park(_ id: JobID, count: Int, reason: String) throws {
        try database.writeBlocking { connection in
            _ = try connection.execute(ScanQueries.park, [.integer(id), .integer(Int64(count)), .text(reason)])
        }
    }

    /// Ends the wait of parked removals.
    ///
    /// - Returns: false when nothing waits.
    @discardableResult
    func settleRemovals(of id: JobID, as state: Scan.RemovalState, removed: Int) throws -> Bool {
        try database.writeBlocking { try settleRemovals(of: id, as: state, removed: removed, on: $0) }
    }

    private func settleRemovals(
        of id: JobID, as state: Scan.RemovalState, removed: Int, on connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(
            ScanQueries.settleRemovals, [.integer(id), .text(state.rawValue), .integer(Int64(removed))]) > 0
    }

    /// The next noted entries that are still in the catalog, by id; empty after the last.
    func removals(of id: JobID, after entry: EntryID) throws -> [RemovalCandidate] {
        try database.readBlocking { connection in
            try connection.rows(
                ScanQueries.removals, [.integer(id), .integer(entry)], RemovalCandidate.init(row:))
        }
    }

    /// A new walk sees for itself what is missing: what older scans of the root have parked is dropped.
    func discardOlderRemovals(of scan: ScanContext) throws {
        let older = try database.readBlocking { connection in
            try connection.rows(ScanQueries.parkedScans, [.integer(scan.rootID), .integer(scan.id)]) { $0.integer(0) }
        }
        for id in older {
            try settleRemovals(of: id, as: .discarded, removed: 0)
            try clear(ScanQueries.clearRemovals, id)
        }
    }

    func dropRemovals(of id: JobID) throws {
        try clear(ScanQueries.clearRemovals, id)
    }

    func dropFrontier(of id: JobID) throws {
        try clear(ScanQueries.clearFrontier, id)
    }

    /// Forgets rows that have been missing for longer than their time of grace.
    func purgeTombstones(of rootID: RootID) throws {
        let before = time.now - Int64(Limits.tombstoneDays) * 86_400_000_000
        try database.writeBlocking { connection in
            try EntryStore(rootID: rootID, time: time).purgeTombstones(before: before, on: connection)
        }
    }

    private func clear(_ statement: SQLStatement, _ id: JobID) throws {
        try database.writeBlocking { connection in _ = try connection.execute(statement, [.integer(id)]) }
    }
}

// MARK: - In the transaction of a walk

extension ScanStore {
    /// Adds a row to the scan's list of errors.
    func note(_ error: ScanErrorRow, in id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(
            ScanQueries.insertError,
            [.integer(id), .text(error.path), .text(error.code), .text(error.message), .integer(time.now)])
    }

    /// Notes an entry that is not there any more; noting it again changes nothing.
    func noteRemoval(of entry: EntryID, in id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(ScanQueries.insertRemoval, [.integer(id), .integer(entry)])
    }

    /// Notes directories, by id, that need not be listed again should the scan be interrupted.
    func noteFinished(_ directories: [EntryID], in id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(
            ScanQueries.insertFrontier, [.integer(id), .blob(NameJournal.encode(directories))])
    }
}
