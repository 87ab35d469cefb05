package import CatalogCore
import Synchronization

/// The backends of the storage roots in use, one for each root.
package final class StorageRegistry: Sendable {
    private struct State {
        var backends: [RootID: (backend: any StorageBackend, settings: StorageRootSettings?)] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let forgotten = Atomic<Int>(0)

    /// How often a backend was forgotten. What was opened while the number was another may belong to a root that is gone.
    package var generation: Int { forgotten.load(ordering: .acquiring) }

    /// A registry without backends.
    package init() {}

    /// The backend of the root `id`: the one that is known, or the one that `make` makes.
    ///
    /// - Parameter settings: what it was made of, for those who have just read it: one that was made of anything else is
    ///   forgotten. Another process may have changed the root, and not every database tells.
    /// - Throws: what `make` throws; `CatalogError.unavailable` after `closeAll`.
    package func backend(
        for id: RootID, of settings: StorageRootSettings? = nil, make: () throws -> any StorageBackend
    ) throws -> any StorageBackend {
        if let settings, let other = state.withLock({ $0.backends[id]?.settings }), other != settings { invalidate(id) }
        if let known = try state.withLock({ try StorageRegistry.known(id, in: $0) }) { return known }
        // Outside of the lock, since making one may ask the storage; of two made at once the first to come back stays.
        let made = try make()
        let kept = try state.withLock { state -> any StorageBackend in
            if let known = try StorageRegistry.known(id, in: state) { return known }
            state.backends[id] = (made, settings)
            return made
        }
        return kept
    }

    /// The backend of the root `id`, if one was made.
    package func known(_ id: RootID) -> (any StorageBackend)? { state.withLock { $0.backends[id]?.backend } }

    /// Every backend that was made.
    package var all: [RootID: any StorageBackend] { state.withLock { $0.backends.mapValues(\.backend) } }

    /// Forgets the root's backend, after its settings changed or it was removed.
    ///
    /// Calls that are running end normally.
    package func invalidate(_ id: RootID) {
        let backend = state.withLock { $0.backends.removeValue(forKey: id)?.backend }
        forgotten.wrappingAdd(1, ordering: .releasing)
        backend?.close()
    }

    /// Forgets every backend: nobody knows which roots were changed.
    package func invalidateAll() {
        forgetAll(closing: false)
    }

    /// Closes every backend and refuses to make new ones.
    package func closeAll() {
        forgetAll(closing: true)
    }

    private func forgetAll(closing: Bool) {
        let backends = state.withLock { state in
            if closing { state.isClosed = true }
            defer { state.backends = [:] }
            return state.backends.values.map(\.backend)
        }
        forgotten.wrappingAdd(1, ordering: .releasing)
        for backend in backends { backend.close() }
    }

    private static func known(_ id: RootID, in state: State) throws -> (any StorageBackend)? {
        guard !state.isClosed else { throw CatalogError(.unavailable, "The server is shutting down") }
        return state.backends[id]?.backend
    }
}

/// What decides how the backend of a root behaves.
package struct StorageRootSettings: Sendable, Equatable {
    private let texts: [String?]
    private let options: [String: String]
    private let sealedPassword: [UInt8]?

    /// - Parameter sealedPassword: as the vault sealed it: another one for each time that it is given.
    package init(
        url: String, username: String?, domain: String?, options: [String: String], sealedPassword: [UInt8]?
    ) {
        texts = [url, username, domain]
        (self.options, self.sealedPassword) = (options, sealedPassword)
    }
}
