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

/// A real tree on a real disk, a real database, and one storage root over it.
struct ScanFixture: Sendable {
    static let rootID: RootID = 1

    let database: any Database
    /// The directory that is scanned.
    let tree: String
    let backend: FaultyBackend
    private let roots: TestRoots
    private let pool: BlockingPool

    static func withNew(_ body: (ScanFixture) async throws -> Void) async throws {
        try await TestDatabase.withNew { test in
            let tree = test.directory + "/tree"
            try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
            let backend = FaultyBackend(LocalBackend(path: Array(tree.utf8)))
            let pool = BlockingPool(name: "scan", threads: 4, queueLimit: 16)
            let fixture = ScanFixture(
                database: test.database, tree: tree, backend: backend,
                roots: TestRoots(backend: backend, database: test.database), pool: pool)
            try await fixture.addRoot()
            try await body(fixture)
            try await pool.shutdown()
        }
    }

    // MARK: The tree

    func write(_ path: String, bytes: Int = 10) throws {
        let full = tree + "/" + path
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(repeating: 65, count: bytes).write(to: URL(fileURLWithPath: full))
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: tree + "/" + path)
    }

    func move(_ path: String, to target: String) throws {
        try FileManager.default.moveItem(atPath: tree + "/" + path, toPath: tree + "/" + target)
    }

    // MARK: Scanning

    /// Runs a scan to its end, or until `stop` says so after a number of listed directories.
    @discardableResult
    func scan(_ type: ScanType = .incremental, confirm: Bool = false) async throws -> Scan {
        let id = try await service.request(
            ScanRequest(rootID: Self.rootID, type: type, confirmsRemovals: confirm))
        return try await run(id)
    }

    /// Runs the waiting job with this id, as the next start of the program would.
    @discardableResult
    func run(_ id: JobID, interrupt: (@Sendable (JobWorker, ScanProgress) -> Void)? = nil) async throws -> Scan {
        let box = Mutex<JobWorker?>(nil)
        let handler = ScanJob(database: database, roots: roots, pool: pool) { progress in
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

    /// Confirms parked removals and applies them.
    func confirm(_ id: JobID) async throws -> Scan {
        let job = try await service.confirm(id, scope: .everything)
        let removals = RemovalJob(database: database, roots: roots, pool: pool)
        let worker = JobWorker(
            store: JobStore(database: database), handlers: [removals], slots: 1,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await worker.runOnly(job)
        return try await service.find(id, scope: .everything)
    }

    var service: ScanService { ScanService(database: database) }

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

/// The owner of the one root, with an identity that a test can change.
final class TestRoots: ScanRootProvider {
    private let backend: FaultyBackend
    private let database: any Database
    private let identity = Mutex<String?>(nil)

    init(backend: FaultyBackend, database: any Database) {
        self.backend = backend
        self.database = database
    }

    func scanRoot(_ id: RootID) async throws -> ScanRoot {
        ScanRoot(
            id: id, name: "disk", backend: backend, patterns: try NamePatterns(), maxDepth: nil,
            identity: identity.withLock { $0 })
    }

    func noteReachability(of id: RootID, error: CatalogError?) async throws {}

    func noteScanned(_ id: RootID, identity new: String?) async throws {
        if let new { identity.withLock { $0 = new } }
    }
}

/// A backend that fails where a test tells it to.
final class FaultyBackend: StorageBackend {
    private struct Faults {
        var unreadable: Set<String> = []
        var identity: String?
        var isAway = false
    }

    private let base: LocalBackend
    private let faults = Mutex(Faults())

    init(_ base: LocalBackend) {
        self.base = base
    }

    /// Directories (text form) that cannot be listed.
    func makeUnreadable(_ paths: Set<String>) { faults.withLock { $0.unreadable = paths } }
    /// Another disk in the same place.
    func pretendIdentity(_ text: String?) { faults.withLock { $0.identity = text } }
    func goAway(_ away: Bool) { faults.withLock { $0.isAway = away } }

    var capabilities: StorageCapabilities { base.capabilities }

    func list(_ directory: NativePath, into listing: inout DirectoryListing) throws {
        let path = directory.text
        let (isUnreadable, isAway) = faults.withLock { ($0.unreadable.contains(path), $0.isAway) }
        if isAway { throw CatalogError(.storageUnavailable, "Storage unavailable") }
        if isUnreadable { throw CatalogError(.permissionDenied, "Permission denied") }
        try base.list(directory, into: &listing)
    }

    func stat(_ path: StoragePath) throws -> StorageEntry { try base.stat(path) }
    func openReader(_ path: StoragePath) throws -> any StorageReader { try base.openReader(path) }

    func probe() throws -> StorageProbe {
        if faults.withLock({ $0.isAway }) { throw CatalogError(.storageUnavailable, "Storage unavailable") }
        let probe = try base.probe()
        guard let identity = faults.withLock({ $0.identity }) else { return probe }
        return StorageProbe(
            identity: identity, device: probe.device, inode: probe.inode, freeBytes: nil, totalBytes: nil)
    }

    func close() { base.close() }
}
