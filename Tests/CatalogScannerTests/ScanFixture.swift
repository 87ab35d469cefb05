import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogSearch
import CatalogStorage
import CatalogTestSupport
import Foundation
import Logging
import Synchronization
import Testing

/// A real tree on a real disk, a real database, and one storage root over it.
struct ScanFixture: Sendable {
    static let rootID: RootID = 1

    let database: any Database
    /// The directory that is scanned.
    let tree: String
    let backend: FaultyBackend
    /// Setting `scan.concurrency`.
    let directoriesAtOnce: Int
    let roots: TestRoots
    private let pool: BlockingPool

    static func withNew(directoriesAtOnce: Int = 3, _ body: (ScanFixture) async throws -> Void) async throws {
        try await TestDatabase.withNew { test in
            let tree = test.directory + "/tree"
            try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
            let backend = FaultyBackend(LocalBackend(path: Array(tree.utf8)))
            let pool = BlockingPool(name: "scan", threads: 1, queueLimit: 16)
            let fixture = ScanFixture(
                database: test.database, tree: tree, backend: backend, directoriesAtOnce: directoriesAtOnce,
                roots: TestRoots(backend: backend, database: test.database), pool: pool)
            try await fixture.addRoot()
            try await body(fixture)
            try await fixture.expectRightCounters()
            try await pool.shutdown()
        }
    }

    // MARK: Scanning

    /// Runs a scan to its end.
    @discardableResult
    func scan(
        _ type: ScanType = .incremental, path: String = "", confirm: Bool = false, maxDepth: Int? = nil
    ) async throws -> Scan {
        try await run(try await request(type, path: path, confirm: confirm, maxDepth: maxDepth))
    }

    /// Queues a scan that nobody runs yet.
    func request(
        _ type: ScanType = .incremental, path: String = "", confirm: Bool = false, maxDepth: Int? = nil
    ) async throws -> JobID {
        try await service.request(
            ScanRequest(
                rootID: Self.rootID, path: try StoragePath(parsing: path), type: type, maxDepth: maxDepth,
                confirmsRemovals: confirm))
    }

    /// Runs the waiting job with this id, as the next start of the program would.
    @discardableResult
    func run(
        _ id: JobID, wholeAtOnce: Int = .max, interrupt: (@Sendable (JobWorker, ScanProgress) -> Void)? = nil
    ) async throws -> Scan {
        let box = Mutex<JobWorker?>(nil)
        let handler = ScanJob(
            database: database, roots: roots,
            threads: ScanThreads(pool: pool, directoriesAtOnce: directoriesAtOnce, wholeAtOnce: wholeAtOnce)
        ) { progress in
            if let worker = box.withLock({ $0 }) { interrupt?(worker, progress) }
        }
        let removals = RemovalJob(database: database, roots: roots, pool: pool)
        let worker = JobWorker(
            store: JobStore(database: database), handlers: [handler, removals], slots: 1,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        box.withLock { $0 = worker }
        _ = try await worker.runOnly(id)
        return try await service.find(id, scope: .everything)
    }

    /// Runs the waiting job until a walker comes to `path` and the other one has found and written `count` directories, and
    /// interrupts it there as a stop of the program does.
    ///
    /// The root has two directories, the last of them `path` with a sub-directory, and two walkers.
    func runInterrupted(_ id: JobID, at path: String, after count: Int) async throws {
        let run = Mutex<Task<Void, any Error>?>(nil)
        backend.onList { listed in
            // Gives the second walker time to come and ask for work.
            if listed.isEmpty { usleep(100_000) }
            guard listed == path else { return }
            self.wait { self.hasListed(count, id) && run.withLock { $0 != nil } }
            run.withLock { $0?.cancel() }
        }
        let task = Task { _ = try await self.run(id) }
        run.withLock { $0 = task }
        _ = await task.result
        backend.onList(nil)
        let scan = try await service.find(id, scope: .everything)
        guard scan.status == "queued", scan.counts.directoriesListed >= count else { throw NotInterrupted(scan: scan) }
    }

    /// The same, but somebody cancels the scan there.
    func cancel(_ id: JobID, at path: String, after count: Int) async throws {
        let worker = Mutex<JobWorker?>(nil)
        backend.onList { listed in
            if listed.isEmpty { usleep(100_000) }
            guard listed == path else { return }
            self.wait { self.hasListed(count, id) && worker.withLock { $0 != nil } }
            worker.withLock { $0?.cancelNow(id) }
        }
        let scan = try await run(id) { running, _ in worker.withLock { $0 = running } }
        backend.onList(nil)
        guard scan.status == "cancelled" else { throw NotInterrupted(scan: scan) }
    }

    private func hasListed(_ count: Int, _ id: JobID) -> Bool {
        let listed = try? database.readBlocking { connection in
            try connection.firstRow(Self.directoriesListed, [.integer(id)]) { Int($0.integer(0)) }
        }
        return (listed ?? 0) >= count
    }

    /// Blocks until `condition` holds.
    private func wait(until condition: () -> Bool) {
        let end = ContinuousClock.now + Patience.limit
        while !condition(), ContinuousClock.now < end { usleep(1_000) }
    }

    /// Makes a job that is over one whose process died before it could say so.
    func takeBack(_ id: JobID) async throws {
        _ = try await database.write { connection in
            try connection.execute(
                SQLStatement("UPDATE jobs SET status = 'pending', finished_at_us = NULL WHERE id = $1"), [.integer(id)])
        }
    }

    /// Lets everything have been in the catalog for so many days more.
    func makeOlder(days: Int64) async throws {
        let older = SQLStatement("UPDATE entries SET first_seen_us = first_seen_us - $1")
        _ = try await database.write { try $0.execute(older, [.integer(days * 86_400_000_000)]) }
    }

    /// Writes other recursive figures of the root.
    func pretendTotals(files: Int64) async throws {
        _ = try await database.write { connection in
            try connection.execute(
                SQLStatement(
                    """
                    UPDATE directories SET total_files = $1
                    WHERE entry_id = (SELECT id FROM entries WHERE parent_id IS NULL)
                    """), [.integer(files)])
        }
    }

    /// The scan did not come to the place where it was to be interrupted, or was further.
    struct NotInterrupted: Error {
        let scan: Scan
    }

    private static let directoriesListed = SQLStatement("SELECT directories_listed FROM scans WHERE id = $1")

    /// Confirms parked removals and applies them.
    func confirm(_ id: JobID) async throws -> Scan {
        try await apply(try await service.confirm(id, scope: .everything))
        return try await service.find(id, scope: .everything)
    }

    /// Runs the job of confirmed removals.
    func apply(_ job: JobID) async throws {
        let removals = RemovalJob(database: database, roots: roots, pool: pool)
        let worker = JobWorker(
            store: JobStore(database: database), handlers: [removals], slots: 1,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await worker.runOnly(job)
    }

    /// Rows of a table that a scan keeps for itself.
    func count(_ table: String) async throws -> Int {
        let statement = SQLStatement("SELECT COUNT(*) FROM \(table)")
        return try await database.read { try $0.firstRow(statement) { Int($0.integer(0)) } ?? 0 }
    }

    /// Waits until the clock is so far ahead of what was written that a quick scan may trust the times.
    func settle() throws {
        let end = ContinuousClock.now + .milliseconds(40)
        while ContinuousClock.now < end { usleep(1_000) }
    }

    var service: ScanService { ScanService(database: database) }

    /// What notes files beside scans.
    func refresh(_ pool: BlockingPool) -> FileRefresh { FileRefresh(database: database, roots: roots, pool: pool) }

    // MARK: The catalog

    /// Every living entry: path → what the catalog says of it.
    func catalog() async throws -> [String: Row] {
        let rows = try await database.read { connection in
            try connection.rows(Self.entries) { row in
                (
                    id: row.integer(0), parent: row.optionalInteger(1), name: NameEncoding.text(of: row.bytes(2)),
                    kind: row.integer(3), size: row.integer(4)
                )
            }
        }
        let byID = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
        var result: [String: Row] = [:]
        for row in rows where row.parent != nil {
            var parts = [row.name]
            var parent = row.parent
            while let id = parent, let directory = byID[id], directory.parent != nil {
                parts.insert(directory.name, at: 0)
                parent = directory.parent
            }
            result[parts.joined(separator: "/")] = Row(id: row.id, kind: row.kind, size: row.size)
        }
        return result
    }

    /// The ids that search indexes were told to read again (operation 3).
    func journalledAgain() async throws -> Set<EntryID> {
        try await database.read { connection in
            let lists = try connection.rows(SQLStatement("SELECT ids FROM name_changes WHERE operation = 3")) {
                $0.withBytes(0) { NameJournal.decode($0) ?? [] }
            }
            return Set(lists.joined())
        }
    }

    /// Recursive bytes and files of the whole root.
    func totals() async throws -> (bytes: Int64, files: Int64, directories: Int64) {
        let found = try await database.read { connection in
            try connection.firstRow(Self.rootTotals) { ($0.integer(0), $0.integer(1), $0.integer(2)) }
        }
        return found.map { (bytes: $0.0, files: $0.1, directories: $0.2) } ?? (0, 0, 0)
    }

    /// Whatever happened: counters are the sums over the rows, and the history adds up to what there is.
    private func expectRightCounters() async throws {
        let (drift, counted, remembered) = try await database.read { connection in
            let sums = { (sql: String) in
                try connection.firstRow(SQLStatement(sql)) { [$0.integer(0), $0.integer(1)] } ?? []
            }
            return (
                try EntryCountStore(rootID: Self.rootID).drift(on: connection),
                try sums(
                    """
                    SELECT COUNT(*), CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM entries
                    WHERE kind <> 1 AND missing_since_us IS NULL
                    """),
                try sums(
                    """
                    SELECT CAST(COALESCE(SUM(added_files - removed_files), 0) AS BIGINT),
                        CAST(COALESCE(SUM(added_bytes - removed_bytes + changed_bytes), 0) AS BIGINT) FROM entry_history
                    """)
            )
        }
        #expect(drift.isEmpty, "\(drift)")
        #expect(try await DuplicateTruth.differences(database) == [])
        #expect(remembered == counted)
    }

    struct Row: Equatable, Sendable {
        let id: EntryID
        let kind: Int64
        /// Bytes; of a directory its whole tree.
        let size: Int64
    }

    private static let entries = SQLStatement(
        """
        SELECT e.id, e.parent_id, e.name, e.kind, COALESCE(d.total_bytes, e.size_bytes)
        FROM entries e LEFT JOIN directories d ON d.entry_id = e.id WHERE e.missing_since_us IS NULL
        """)

    private static let rootTotals = SQLStatement(
        """
        SELECT d.total_bytes, d.total_files, d.total_directories FROM entries e JOIN directories d ON d.entry_id = e.id
        WHERE e.parent_id IS NULL
        """)

    private func addRoot() async throws {
        _ = try await database.write { connection in
            try connection.execute(
                SQLStatement(
                    """
                    INSERT INTO storage_roots (id, slug, name, name_folded, protocol, url, enabled, allow_overlap,
                        enable_duplicate_detection, enable_metadata_extraction, include_patterns, exclude_patterns, status,
                        created_at_us, updated_at_us)
                    VALUES (1, 'disk', 'disk', 'disk', 'local', 'file:///disk', 1, 0, 1, 1, '[]', '[]', 'unknown', 0, 0)
                    """))
        }
    }
}
