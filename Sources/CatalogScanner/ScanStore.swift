package import CatalogCore
package import CatalogDatabase
import CatalogJobs
import CatalogSearch

/// Questions asked of the tables of scans, and what a scan keeps there.
package struct ScanStore: Sendable {
    let database: any Database
    let time: TimeSource

    package init(database: any Database, time: TimeSource = .system) {
        self.database = database
        self.time = time
    }

    /// Whether a scan, or what it removes, changes entries of a root now or soon, so that stored sums may not be right.
    package func isChanging(_ root: RootID, on connection: any SQLConnection) throws -> Bool {
        try JobStore(database: database, time: time).live(uniqueKey: ScanService.key(of: root), on: connection) != nil
    }

    /// The scan with this id, if the caller may see the whole of its root: its numbers are about all of it.
    package func find(_ id: JobID, scope: AccessScope) async throws -> Scan? {
        let scan = try await database.read { try $0.firstRow(ScanQueries.findScan, [.integer(id)], Scan.init(row:)) }
        return scan.flatMap { scope.allowsWhole($0.rootID) ? $0 : nil }
    }

    /// Scans, the newest first; of one root or of all that the caller may see whole.
    package func list(rootID: RootID?, page: Page, scope: AccessScope) async throws -> [Scan] {
        if let rootID, !scope.allowsWhole(rootID) { return [] }
        return try await database.read { connection in
            let values: [SQLValue] = [.integer(Int64(page.limit)), .integer(Int64(page.offset))]
            if let rootID {
                return try connection.rows(
                    ScanQueries.listScansOfRoot, values + [.integer(rootID)], Scan.init(row:))
            }
            guard let list = Self.list(scope) else {
                return try connection.rows(ScanQueries.listScans, values, Scan.init(row:))
            }
            return try connection.rows(ScanQueries.listScansOfRoots, values + [.text(list)], Scan.init(row:))
        }
    }

    /// How many scans `list` has in all.
    package func count(rootID: RootID?, scope: AccessScope) async throws -> Int {
        if let rootID, !scope.allowsWhole(rootID) { return 0 }
        return try await database.read { connection in
            let list = rootID.map { ",\($0)," } ?? Self.list(scope)
            let statement = list == nil ? ScanQueries.countScans : ScanQueries.countScansOfRoots
            return try connection.firstRow(statement, list.map { [.text($0)] } ?? []) { Int($0.integer(0)) } ?? 0
        }
    }

    /// The roots of a scope as one text; nil for all of them.
    private static func list(_ scope: AccessScope) -> String? {
        guard case .parts(let parts) = scope else { return nil }
        let ids = parts.filter { $0.value == .whole }.keys.map(String.init)
        return ids.isEmpty ? "" : "," + ids.joined(separator: ",") + ","
    }

    /// What a scan could not read, in the order in which it was found, and how many rows there are; nothing when the caller
    /// may not see its root.
    package func errors(
        of id: JobID, page: Page, scope: AccessScope
    ) async throws -> (errors: [ScanErrorEntry], total: Int) {
        guard try await find(id, scope: scope) != nil else { return ([], 0) }
        return try await database.read { connection in
            let values: [SQLValue] = [.integer(id), .integer(Int64(page.limit)), .integer(Int64(page.offset))]
            let errors = try connection.rows(ScanQueries.listErrors, values) {
                ScanErrorEntry(path: $0.text(0), code: $0.text(1), message: $0.text(2), at: $0.integer(3))
            }
            let total = try connection.firstRow(ScanQueries.countErrors, [.integer(id)]) { Int($0.integer(0)) }
            return (errors, total ?? 0)
        }
    }

    /// Whether a scan of the whole root ever came to its end.
    func hasCompleted(_ rootID: RootID, on connection: any SQLConnection) throws -> Bool {
        try connection.firstRow(ScanQueries.completedScan, [.integer(rootID)]) { _ in true } ?? false
    }

    /// When the first scan of a root came to its end, in microseconds since 1970; nil when it did not, or so many came after it that
    /// nobody knows any more.
    package func firstScanEnd(of rootID: RootID) async throws -> Int64? {
        try await database.read { connection in
            try connection.firstRow(ScanQueries.firstScanEnd, [.integer(rootID)]) { $0.optionalInteger(0) } ?? nil
        }
    }

    /// Writes the row of a scan whose job was just written on `connection`.
    func insert(_ request: ScanRequest, id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(
            ScanQueries.insertScan,
            [
                .integer(id), .integer(request.rootID), .text(request.type.rawValue),
                .optional(request.maxDepth.map { Int64($0) }), .optional(request.requestedBy),
                .bool(request.confirmsRemovals), .integer(time.now), .optional(request.pathText),
            ])
    }

    /// Keeps the entries that a scan wanted to remove.
    ///
    /// - Returns: false when nothing waits.
    func discardRemovals(of id: JobID, on connection: any SQLConnection) throws -> Bool {
        let isSettled = try settleRemovals(of: id, as: .discarded, on: connection)
        try connection.execute(ScanQueries.clearRemovals, [.integer(id)])
        return isSettled
    }

    /// Deletes the scans of a root and all that they kept.
    func forgetAll(of rootID: RootID) async throws {
        _ = try await database.write { connection in
            for statement in ScanQueries.forgetAll { try connection.execute(statement, [.integer(rootID)]) }
            try SideWriteStore(rootID: rootID).forget(on: connection)
        }
    }

    // MARK: For a running scan; these block.

    /// The scan with this id, for the scan itself. Blocks.
    func findBlocking(_ id: JobID) throws -> Scan? {
        try database.readBlocking { try $0.firstRow(ScanQueries.findScan, [.integer(id)], Scan.init(row:)) }
    }

    /// Which disk a scan looked at; nil before its first run.
    func identity(of id: JobID) throws -> String? {
        try database.readBlocking { connection in
            try connection.firstRow(ScanQueries.findScan, [.integer(id)]) { $0.optionalText(25) } ?? nil
        }
    }

    /// Removes the oldest scans of a root, with their jobs and all that they kept. Blocks.
    func forgetOldScans(of rootID: RootID) throws {
        try database.writeBlocking { connection in
            if let last = try idOfScan(of: rootID, after: Limits.scansWithErrorsKept, on: connection) {
                try connection.execute(ScanQueries.forgetErrors, [.integer(rootID), .integer(last)])
            }
            guard let last = try idOfScan(of: rootID, after: Limits.scansKept, on: connection) else { return }
            let values: [SQLValue] = [.integer(rootID), .integer(last)]
            try forget(connection.rows(ScanQueries.oldScans, values) { $0.integer(0) }, on: connection)
            try JobStore(database: database, time: time).forget(
                kind: ScanService.removalKind, uniqueKey: ScanService.key(of: rootID), upTo: last, on: connection)
        }
    }

    /// Adds up by the hour what happened in a root long ago. Blocks.
    func foldHistory(of rootID: RootID) throws {
        try database.writeBlocking { connection in
            _ = try SideWriteStore(rootID: rootID).takeTurn(on: connection)
            try EntryCountStore(rootID: rootID).foldHistory(now: time.now, on: connection)
        }
    }

    /// Removes the oldest of the scans that followed changes of a root. Blocks.
    func forgetOldWatchScans(of rootID: RootID) throws {
        try database.writeBlocking { connection in
            let values: [SQLValue] = [
                .integer(rootID), .integer(Int64(Limits.watchScansKept)), .text(ScanType.watch.rawValue),
            ]
            try forget(connection.rows(ScanQueries.oldScansOfType, values) { $0.integer(0) }, on: connection)
        }
    }

    /// Removes scans that are over, with their jobs.
    private func forget(_ scans: [JobID], on connection: any SQLConnection) throws {
        let jobs = JobStore(database: database, time: time)
        for id in scans {
            for statement in ScanQueries.forgetOne { try connection.execute(statement, [.integer(id)]) }
            try jobs.forget(id, on: connection)
        }
    }

    /// The newest scan of a root that has as many after it; nil when there is none.
    private func idOfScan(of rootID: RootID, after count: Int, on connection: any SQLConnection) throws -> JobID? {
        try connection.firstRow(ScanQueries.scanAfter, [.integer(rootID), .integer(Int64(count))]) { $0.integer(0) }
    }

    /// Counts entries as removed, in the transaction that removes them.
    func addRemoved(_ count: Int, to id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(ScanQueries.addRemoved, [.integer(id), .integer(Int64(count))])
    }

    func saveProgress(
        _ id: JobID, entriesBefore: Int, counts: ScanCounts, path: String, on connection: any SQLConnection
    ) throws {
        try connection.execute(
            ScanQueries.saveProgress,
            [
                .integer(id), .integer(Int64(entriesBefore)), .integer(Int64(counts.entriesFound)),
                .integer(Int64(counts.directoriesListed)), .integer(Int64(counts.added)),
                .integer(Int64(counts.updated)), .integer(Int64(counts.removed)), .integer(Int64(counts.errors)),
                .text(path), .integer(time.now), .integer(Int64(counts.moved)),
            ])
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
    func settleRemovals(of id: JobID, as state: Scan.RemovalState) throws -> Bool {
        try database.writeBlocking { try settleRemovals(of: id, as: state, on: $0) }
    }

    private func settleRemovals(
        of id: JobID, as state: Scan.RemovalState, on connection: any SQLConnection
    ) throws -> Bool {
        try connection.execute(ScanQueries.settleRemovals, [.integer(id), .text(state.rawValue)]) > 0
    }

    /// Says why confirmed removals could not be applied; they go on waiting.
    func noteFailedRemoval(of id: JobID, message: String) throws {
        try database.writeBlocking { connection in
            _ = try connection.execute(
                ScanQueries.noteFailedRemoval, [.integer(id), .text("The confirmed removals failed: \(message)")])
        }
    }

    /// The next noted entries that are still in the catalog, by id; empty after the last.
    func removals(of id: JobID, after entry: EntryID) throws -> [RemovalCandidate] {
        try database.readBlocking { try removals(of: id, after: entry, on: $0) }
    }

    func dropRemovals(of id: JobID) throws {
        try clear(ScanQueries.clearRemovals, id)
    }

    /// Forgets what an earlier walk of the same scan could not read: this one finds it again, or that it is mended.
    func dropErrors(of id: JobID) throws {
        try clear(ScanQueries.clearErrors, id)
    }

    /// Adds a row to the scan's list of errors, in a transaction of its own. Blocks.
    func noteAlone(_ error: ScanErrorRow, in id: JobID) throws {
        try database.writeBlocking { try note(error, in: id, on: $0) }
    }

    /// How many files a scan has found to have other content than before. Blocks.
    func damageCount(of id: JobID) throws -> Int {
        try database.readBlocking { connection in
            try connection.firstRow(ScanQueries.countDamages, [.integer(id)]) { Int($0.integer(0)) } ?? 0
        }
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

    func removals(
        of id: JobID, after entry: EntryID, on connection: any SQLConnection
    ) throws -> [RemovalCandidate] {
        try connection.rows(ScanQueries.removals, [.integer(id), .integer(entry)], RemovalCandidate.init(row:))
    }

    /// Forgets that an entry is not there any more.
    func dropRemoval(of entry: EntryID, in id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(ScanQueries.dropRemoval, [.integer(id), .integer(entry)])
    }

    /// Notes directories, by id, that need not be listed again should the scan be interrupted.
    func noteFinished(_ directories: [EntryID], in id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(
            ScanQueries.insertFrontier, [.integer(id), .blob(NameJournal.encode(directories))])
    }
}
