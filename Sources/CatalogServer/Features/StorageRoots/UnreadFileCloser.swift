import CatalogCore
import CatalogStorage
import ServiceLifecycle
import Synchronization

/// Closes files of storages on other machines that nobody reads any more, within a second or two: as long as one is open, its owner may
/// not be able to rename or remove it.
package final class UnreadFileCloser: Service {
    private static let interval = Duration.seconds(1)

    private let registry: StorageRegistry
    /// Storages that have not answered yet: they are not asked once more.
    private let waiting = Mutex<Set<RootID>>([])

    init(registry: StorageRegistry) {
        self.registry = registry
    }

    /// The service: until graceful shutdown.
    package func run() async throws {
        let pool = BlockingPool(name: "closing", threads: 2, queueLimit: 1_024)
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.closeAll(on: pool) }
        }
        pool.abandon()
    }

    private func closeAll(on pool: BlockingPool) async {
        await withDiscardingTaskGroup { group in
            for (root, backend) in registry.all where backend.hasUnreadFiles {
                guard waiting.withLock({ $0.insert(root).inserted }) else { continue }
                group.addTask { [self] in
                    // What cannot be done now is done the next time.
                    _ = try? await pool.run(within: Self.interval) {
                        backend.closeUnreadFiles()
                    } onEnd: { [self] in
                        waiting.withLock { _ = $0.remove(root) }
                    }
                }
            }
        }
    }
}
