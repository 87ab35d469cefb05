package import CatalogCore
package import CatalogDatabase
import CatalogJobs

/// Questions to the table of hashes, and what hash jobs write there.
package struct HashStore: Sendable {
    let database: any Database
    let time: TimeSource

    /// Over one database.
    package init(database: any Database, time: TimeSource = .system) {
        (self.database, self.time) = (database, time)
    }

    /// Whether files of a root are to be read: it is there, enabled, and looks for duplicates.
    func isWanted(_ root: RootID, on connection: any SQLConnection) throws -> Bool {
        try connection.firstRow(HashQueries.isWanted, [.integer(root)]) { _ in true } ?? false
    }

    // MARK: What is to be read

    /// Sizes that more than one file of the catalog has; names of one file are one. Eight bytes for each of them are held in memory.
    func sharedSizes() async throws -> SharedSizes {
        try await database.read { connection in
            var sizes = try connection.rows(HashQueries.sharedSizes) { $0.integer(0) }
            sizes += try connection.rows(HashQueries.sharedSizesOfLinks) { $0.integer(0) }
            sizes.sort()
            return SharedSizes(sorted: sizes)
        }
    }

    /// Files of a root behind an entry that were never read as they are now, whatever their size.
    func unread(in root: RootID, after: EntryID, limit: Int) async throws -> [HashCandidate] {
        try await candidates(HashQueries.unread, root, after, limit)
    }

    /// Files of a root behind an entry that may equal another one.
    func colliding(in root: RootID, after: EntryID, limit: Int) async throws -> [HashCandidate] {
        try await candidates(HashQueries.colliding, root, after, limit)
    }

    /// Files of a root behind an entry that were not read whole since a time, in microseconds since 1970.
    func unverified(in root: RootID, after: EntryID, since: Int64) async throws -> [HashCandidate] {
        let values: [SQLValue] = [
            .integer(root), .integer(after), .integer(Int64(Limits.hashBatchFiles)), .integer(since),
        ]
        return try await database.read { try $0.rows(HashQueries.unverified, values, HashCandidate.init(row:)) }
    }

    private func candidates(
        _ statement: SQLStatement, _ root: RootID, _ after: EntryID, _ limit: Int
    ) async throws -> [HashCandidate] {
        let values: [SQLValue] = [.integer(root), .integer(after), .integer(Int64(limit))]
        return try await database.read { try $0.rows(statement, values, HashCandidate.init(row:)) }
    }

    /// Other roots that have files to be read.
    func waitingElsewhere(than root: RootID, _ sizes: SharedSizes) async throws -> Set<RootID> {
        try await database.read { connection in
            var roots = Set(try connection.rows(HashQueries.collidingElsewhere, [.integer(root)]) { $0.integer(0) })
            try connection.forEachRow(HashQueries.unreadElsewhere, [.integer(root)]) { row in
                if sizes.contains(row.integer(1)) { roots.insert(row.integer(0)) }
                return true
            }
            return roots
        }
    }

    /// The files with the places where they are, and what is known of those with other names.
    func work(_ files: [HashCandidate], in root: RootID) async throws -> [HashWork] {
        try await database.read { try Self.work(files, in: root, on: $0) }
    }

    static func work(
        _ files: [HashCandidate], in root: RootID, on connection: any SQLConnection
    ) throws -> [HashWork] {
        var places = EntryPlaceStore(connection: connection)
        try places.learn(Set(files.map(\.parentID)))
        return try files.map { file in
            HashWork(
                candidate: file, path: try places.path(of: file.name, in: file.parentID),
                known: file.identity.hasMoreNames ? try known(file, in: root, on: connection) : nil)
        }
    }

    private static func known(
        _ file: HashCandidate, in root: RootID, on connection: any SQLConnection
    ) throws -> FileHash? {
        let values: [SQLValue] = [
            .integer(root), .integer(file.identity.device), .integer(file.identity.inode), .integer(file.sizeBytes),
            .integer(file.modifiedNS), .integer(file.changedNS), .integer(file.linkCount),
        ]
        return try connection.firstRow(HashQueries.knownByOtherName, values) { row in
            FileHash(quick: row.bytes(0), content: row.optionalBytes(1))
        }
    }

    // MARK: Runs

    /// Notes that a job begins to look, in microseconds since 1970.
    func start(_ run: JobID, of root: RootID, at now: Int64) async throws {
        _ = try await database.write { connection in
            try connection.execute(HashQueries.startRun, [.integer(run), .integer(root), .integer(now)])
        }
    }

    /// The state of everything that decides whether there is anything to read, as one text.
    func state() async throws -> String {
        try await database.read { try $0.firstRow(HashQueries.state) { $0.text(0) } ?? "" }
    }

    /// The state in which a job of a root found nothing to read; nil before the first one.
    func settledState(of root: RootID) async throws -> String? {
        try await database.read { try $0.firstRow(HashQueries.settled, [.integer(root)]) { $0.text(0) } }
    }

    /// Notes that a job found nothing to read in this state.
    func settle(_ run: JobID, in state: String) async throws {
        _ = try await database.write { try $0.execute(HashQueries.settle, [.integer(run), .text(state)]) }
    }

    /// How far a hash job is, over all its attempts; nil for one that never ran.
    package func progress(of run: JobID) async throws -> HashProgress? {
        try await database.read { connection in
            try connection.firstRow(HashQueries.run, [.integer(run)]) { row in
                HashProgress(
                    filesRead: row.integer(0), bytesRead: row.integer(1), filesSkipped: row.integer(2),
                    errors: row.integer(3))
            }
        }
    }

    /// When a hash job looked last, in microseconds since 1970.
    func lookedAt(_ run: JobID) async throws -> Int64? {
        try await database.read { try $0.firstRow(HashQueries.run, [.integer(run)]) { $0.integer(4) } }
    }

    /// Forgets the oldest runs of a root, with their jobs.
    func forgetOldRuns(of root: RootID, jobs: JobStore, key: String) async throws {
        _ = try await database.write { connection in
            let values: [SQLValue] = [.integer(root), .integer(Int64(Limits.hashRunsKept))]
            guard let last = try connection.firstRow(HashQueries.runAfter, values, { $0.integer(0) }) else { return }
            try connection.execute(HashQueries.forgetRuns, [.integer(root), .integer(last)])
            try jobs.forget(kind: HashService.kind, uniqueKey: key, upTo: last, on: connection)
        }
    }
}

/// A file to be read.
struct HashWork: Sendable {
    let candidate: HashCandidate
    let path: StoragePath
    /// What one of its other names says; then it need not be read.
    let known: FileHash?
    /// How far it was read before.
    var begun: HashPart?
}

/// The sizes that more than one file has.
struct SharedSizes: Sendable {
    private let sorted: [Int64]

    init(sorted: [Int64]) {
        self.sorted = sorted
    }

    func contains(_ size: Int64) -> Bool {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < size { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == size
    }
}
