import CatalogCore
import CatalogServer
import CatalogStorage

/// The commands of storage roots over the service of storage roots.
struct StorageRootAdapter: StorageRootCommands {
    let roots: StorageRootService

    func roots() async throws -> [StorageRootSummary] {
        try await roots.list(scope: .everything, includingDisabled: true).map(Self.summary)
    }

    func add(_ order: StorageRootOrder) async throws -> StorageRootSummary {
        let location = try StorageURL(parsing: order.url)
        if location.scheme == .file, order.username != nil || order.password != nil {
            throw CatalogError(.invalidArgument, "A local directory takes neither --username nor --password-file")
        }
        let draft = try StorageRootDraft(name: order.name, location: location)
        if let known = try? await roots.find(draft.name, scope: .everything) {
            throw CatalogError(
                .alreadyExists,
                "There is a storage root \"\(known.name)\" at \(known.path) already. Choose another name, or remove that one "
                    + "first.")
        }
        return Self.summary(try await roots.create(draft).root)
    }

    func test(_ name: String) async throws -> StorageTestOutcome {
        let root = try await roots.find(name, scope: .everything)
        switch try await roots.test(root.id, scope: .everything) {
        case .success: return StorageTestOutcome(isReachable: true, message: "\(root.path) can be read")
        case .failure(let error): return StorageTestOutcome(isReachable: false, message: error.message)
        }
    }

    func remove(_ name: String) async throws {
        try await roots.delete(try await roots.find(name, scope: .everything).id, purge: false)
    }

    private static func summary(_ root: StorageRoot) -> StorageRootSummary {
        StorageRootSummary(
            id: root.id, name: root.name, url: root.url, status: root.shownStatus, lastError: root.lastError,
            lastScanAt: root.lastScanAt)
    }
}
