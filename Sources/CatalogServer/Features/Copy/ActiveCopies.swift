import CatalogCore
import CatalogStorage
import Synchronization

/// The places that copies of this process write to: two copies to one place would go on with each other's part.
final class ActiveCopies: Sendable {
    private struct Key: Hashable {
        let storage: String
        let path: StoragePath
    }

    private let places = Mutex<Set<Key>>([])

    /// Runs `body` while nobody else here copies to `place`.
    ///
    /// - Throws: `CatalogError.conflict` when somebody does; what `body` throws.
    func claiming<Value: Sendable>(
        _ place: TransferPlace, _ body: () async throws -> Value
    ) async throws -> Value {
        let key = Key(storage: place.storage, path: place.path)
        guard places.withLock({ $0.insert(key).inserted }) else {
            throw CatalogError(.conflict, "Another copy to this destination is running")
        }
        defer { places.withLock { _ = $0.remove(key) } }
        return try await body()
    }
}
