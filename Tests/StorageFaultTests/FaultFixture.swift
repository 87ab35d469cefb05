import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogStorage
import CatalogTestSupport
import Foundation
import Logging
import StorageFTP
import StorageNFS
import StorageSMB
import StorageWebDAV
import Synchronization

/// One remote storage root over a real database, scanned as the program does it.
struct FaultFixture: Sendable {
    static let rootID: RootID = 1
    static let providers = [SMBBackend.provider, NFSBackend.provider, FTPBackend.provider, WebDAVBackend.provider]

    let database: any Database
    let backend: any StorageBackend
    private let roots: FaultRoots
    private let pool: BlockingPool

    static func withNew<Value>(
        _ location: StorageLocation, _ body: (FaultFixture) async throws -> Value
    ) async throws -> Value {
        try await TestDatabase.withNew { test in
            let backend = try providers.backend(for: location)
            let pool = BlockingPool(name: "scan", threads: 2, queueLimit: 16)
            let fixture = FaultFixture(
                database: test.database, backend: backend, roots: FaultRoots(backend: backend), pool: pool)
            _ = try await test.database.write { try $0.execute(Self.addRoot) }
            let result: Result<Value, any Error>
            do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
            backend.close()
            try await pool.shutdown()
            return try result.get()
        }
    }

    // MARK: Scans

    /// Runs a scan to its end.
    ///
    /// - Parameter onProgress: called after each piece of its writing.
    @discardableResult func scan(
        _ type: ScanType, onProgress: @escaping @Sendable (ScanProgress) -> Void = { _ in }
    ) async throws -> Scan {
        let service = ScanService(database: database)
        let id = try await service.request(ScanRequest(rootID: Self.rootID, type: type))
        let handler = ScanJob(
            database: database, roots: roots, threads: ScanThreads(pool: pool, directoriesAtOnce: 4),
            onProgress: onProgress)
        let worker = JobWorker(
            store: JobStore(database: database), handlers: [handler], slots: 1,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await worker.runOnly(id)
        return try await service.find(id, scope: .everything)
    }

    private static let wholeScansMax = 10

    /// Scans until one has read everything: a machine with much to do may itself be silent for as long as the storage is waited for.
    ///
    /// - Parameter prepare: called before each of them.
    /// - Returns: the last one; it says itself whether it has.
    func scanWhole(_ type: ScanType, prepare: () async throws -> Void = {}) async throws -> Scan {
        for _ in 1..<Self.wholeScansMax {
            try await prepare()
            let scan = try await scan(type)
            if scan.isWhole { return scan }
        }
        try await prepare()
        return try await scan(type)
    }

    /// Runs a call of the backend on a thread that may block.
    func ask<Value: Sendable>(_ body: @escaping @Sendable (any StorageBackend) throws -> Value) async throws -> Value {
        try await pool.run { [backend] in try body(backend) }
    }

    // MARK: The catalog

    /// All that the catalog knows of an entry.
    struct Row: Equatable, Sendable {
        let id: EntryID
        let parent: EntryID?
        let name: [UInt8]
        let kind: Int64
        let size: Int64
        /// Not of the root, which changes when it is another directory for a while.
        let modified: Int64
        let isMissing: Bool
    }

    func rows() async throws -> [Row] {
        try await database.read { connection in
            try connection.rows(Self.entries) { row in
                Row(
                    id: row.integer(0), parent: row.optionalInteger(1), name: row.bytes(2), kind: row.integer(3),
                    size: row.integer(4), modified: row.optionalInteger(1) == nil ? 0 : row.integer(5),
                    isMissing: row.optionalInteger(6) != nil)
            }
        }
    }

    /// Text forms of the paths of all living entries below the root.
    func paths() async throws -> Set<String> {
        let rows = try await rows().filter { !$0.isMissing }
        let byID = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
        var result: Set<String> = []
        for row in rows where row.parent != nil {
            var names = [NameEncoding.text(of: row.name)]
            var parent = row.parent.flatMap { byID[$0] }
            while let directory = parent, directory.parent != nil {
                names.insert(NameEncoding.text(of: directory.name), at: 0)
                parent = directory.parent.flatMap { byID[$0] }
            }
            result.insert(names.joined(separator: "/"))
        }
        return result
    }

    /// What scans could not read, and why.
    func complaints() async throws -> [String] {
        let statement = SQLStatement("SELECT scan_id, path, code, message FROM scan_errors ORDER BY id")
        return try await database.read { connection in
            try connection.rows(statement) { "\($0.integer(0)) \($0.text(1)): \($0.text(2)) \($0.text(3))" }
        }
    }

    /// Removals that wait for somebody, or for the end of a scan.
    func removals() async throws -> Int {
        let statement = SQLStatement("SELECT COUNT(*) FROM scan_removals")
        return try await database.read { try $0.firstRow(statement) { Int($0.integer(0)) } ?? 0 }
    }

    private static let entries = SQLStatement(
        """
        SELECT id, parent_id, name, kind, size_bytes, modified_ns, missing_since_us FROM entries ORDER BY id
        """)

    private static let addRoot = SQLStatement(
        """
        INSERT INTO storage_roots (id, slug, name, name_folded, protocol, url, enabled, allow_overlap,
            enable_duplicate_detection, enable_metadata_extraction, include_patterns, exclude_patterns, status,
            created_at_us, updated_at_us)
        VALUES (1, 'nas', 'nas', 'nas', 'nfs', 'nfs://nas/media', 1, 0, 1, 1, '[]', '[]', 'unknown', 0, 0)
        """)
}

/// The owner of the one root.
private final class FaultRoots: ScanRootProvider {
    private let backend: any StorageBackend
    private let identity = Mutex<String?>(nil)

    init(backend: any StorageBackend) {
        self.backend = backend
    }

    func scanRoot(_ id: RootID) async throws -> ScanRoot {
        ScanRoot(
            id: id, name: "nas", backend: backend, patterns: try NamePatterns(), maxDepth: nil,
            identity: identity.withLock { $0 })
    }

    func noteReachability(of id: RootID, error: CatalogError?) async throws {}

    func noteIdentity(of id: RootID, _ new: String) async throws { identity.withLock { $0 = new } }

    func noteScanned(_ id: RootID, identity new: String?) async throws {
        if let new { identity.withLock { $0 = new } }
    }
}

extension Scan {
    /// Whether it has read everything that there is.
    var isWhole: Bool { status == "completed" && counts.errors == 0 }
}
