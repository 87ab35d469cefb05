package import CatalogCore
import Synchronization

/// Looks at storage roots without waiting for one that does not answer.
///
/// A call that hangs in the system cannot be stopped: it keeps its thread until the storage answers or goes. So these calls
/// have threads of their own, one root never holds more than one of them, and nobody waits longer than they want to.
package final class StorageProbes: Sendable {
    private let pool: BlockingPool
    private let patience: Duration
    private let asked = Mutex<Set<RootID>>([])

    /// For somebody who waits for an answer.
    package static let usualPatience = Duration.seconds(3)

    /// - Parameters:
    ///   - pool: threads for probes only.
    ///   - patience: how long a root may take to answer where nobody says how long they wait.
    package init(pool: BlockingPool, patience: Duration = StorageProbes.usualPatience) {
        self.pool = pool
        self.patience = patience
    }

    /// What the root is now.
    ///
    /// - Parameter limit: how long to wait; nil for a moment.
    /// - Throws: what the backend's `probe` does; `CatalogError.storageUnavailable` when it does not answer in time, or has
    ///   not answered somebody who asked before.
    package func probe(
        _ id: RootID, _ backend: any StorageBackend, within limit: Duration? = nil
    ) async throws -> StorageProbe {
        let limit = limit ?? patience
        guard asked.withLock({ $0.insert(id).inserted }) else { return try await waitForAnother(id, backend, limit) }
        return try await pool.run(within: limit) {
            try backend.probe()
        } onEnd: { [self] in
            asked.withLock { _ = $0.remove(id) }
        }
    }

    /// Somebody asks already: asks too once there is an answer, and gives up when there is none in time.
    private func waitForAnother(
        _ id: RootID, _ backend: any StorageBackend, _ limit: Duration
    ) async throws -> StorageProbe {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(20))
            if asked.withLock({ !$0.contains(id) }) { return try await probe(id, backend, within: limit) }
        }
        throw BlockingPool.noAnswer
    }
}
