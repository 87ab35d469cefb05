package import CatalogCore
import CatalogScanner
package import CatalogStorage

/// Whether roots can be reached, and who hears of it.
extension StorageRootService {
    /// What is known of roots now; of their hashing only where all of a root may be seen.
    func states(of shown: [StorageRoot], scope: AccessScope) async throws -> [RootID: StorageRootState] {
        async let found = spaces(of: shown)
        let hashing = try await scans.hashes.activities()
        let spaces = await found
        return Dictionary(
            uniqueKeysWithValues: shown.map { root in
                let state = StorageRootState(
                    space: spaces[root.id], circuit: circuit(of: root.id),
                    hashing: scope.allowsWhole(root.id) ? hashing[root.id] : nil)
                return (root.id, state)
            })
    }

    /// Tries to reach a root and notes the result.
    ///
    /// - Returns: what was found, or why it cannot be reached.
    package func test(_ id: RootID, scope: AccessScope) async throws -> Result<StorageProbe, CatalogError> {
        let root = try await find(id, scope: scope)
        let start = store.now
        do {
            let probe = try await probe(root)
            try await noteReachability(of: id, error: nil)
            return .success(probe)
        } catch let error as CatalogError {
            // That this node does not reach it says nothing when it is a worker's own.
            if try await scans.isPinned(root.id) {
                return .failure(
                    CatalogError(
                        .storageUnavailable,
                        "Only the worker that has this root in worker.roots reaches it; a scan shows whether it does",
                        cause: error.message))
            }
            try await note(.offline, error: error.message, of: id, unlessFoundSince: start)
            return .failure(error)
        }
    }

    /// The enabled roots that were away when they were last asked, on this node or on another one.
    ///
    /// - Parameter age: microseconds for which the answer that another node got is good enough.
    func away(askedBefore age: Int64) async throws -> [StorageRoot] {
        let limit = store.now - age
        return try await list(scope: .everything, includingDisabled: false).filter { root in
            if let circuit = circuit(of: root.id), circuit != .closed { return true }
            return root.status == .offline && (root.lastCheckedAt ?? 0) <= limit
        }
    }

    /// Tries to reach a root that was away, now and not when its circuit would let the next call through.
    func lookAgain(at root: StorageRoot) async throws {
        registry.known(root.id)?.retrySoon()
        _ = try await test(root.id, scope: .everything)
    }

    /// Notes that a root was reached, or why it was not.
    package func noteReachability(of id: RootID, error: CatalogError?) async throws {
        try await note(error == nil ? .online : .offline, error: error?.message, of: id)
    }

    /// - Parameter start: a failure counts for nothing when somebody else has reached the root since then.
    private func note(
        _ status: StorageRoot.Status, error: String?, of id: RootID, unlessFoundSince start: Int64? = nil
    ) async throws {
        if let change = try await store.noteReachability(of: id, status, error: error, unlessFoundSince: start) {
            onChange(change)
            if status == .online { try await scans.hashes.resume(id) }
        }
    }
}
