import CatalogCore
import CatalogDatabase
import CatalogScanner
import CatalogStorage
import Synchronization

/// The owner of the one root, with an identity that a test can change.
final class TestRoots: ScanRootProvider {
    private let backend: FaultyBackend
    private let database: any Database
    private let identity = Mutex<String?>(nil)
    private let unreachable = Mutex<CatalogError?>(nil)

    /// What was noted about reaching the root last.
    var lastError: CatalogError? { unreachable.withLock { $0 } }

    init(backend: FaultyBackend, database: any Database) {
        self.backend = backend
        self.database = database
    }

    func scanRoot(_ id: RootID) async throws -> ScanRoot {
        ScanRoot(
            id: id, name: "disk", backend: backend, patterns: try NamePatterns(), maxDepth: nil,
            identity: identity.withLock { $0 })
    }

    func noteReachability(of id: RootID, error: CatalogError?) async throws { unreachable.withLock { $0 = error } }

    func noteIdentity(of id: RootID, _ new: String) async throws { identity.withLock { $0 = new } }

    func noteScanned(_ id: RootID, identity new: String?) async throws {
        if let new { identity.withLock { $0 = new } }
    }
}
