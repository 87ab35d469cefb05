import CatalogCore
import CatalogStorage
import ServiceLifecycle

/// Closes files of storages on other machines that nobody reads any more, within a second or two: as long as one is open, its owner may
/// not be able to rename or remove it.
package struct UnreadFileCloser: Service {
    private static let interval = Duration.seconds(1)

    let registry: StorageRegistry
    let pool: BlockingPool

    /// The service: until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { await closeAll() }
        }
    }

    private func closeAll() async {
        await withTaskGroup(of: Void.self) { group in
            for backend in registry.all where backend.hasUnreadFiles {
                // What cannot be done now is done the next time.
                group.addTask { try? await pool.run { backend.closeUnreadFiles() } }
            }
        }
    }
}
