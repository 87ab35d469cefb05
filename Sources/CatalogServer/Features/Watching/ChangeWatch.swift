import CatalogCore
package import CatalogJobs
package import CatalogScanner
import CatalogStorage
package import Logging
import ServiceLifecycle
import Synchronization

/// Follows what changes in the local storage roots while the server runs, so that the catalog has it within two seconds.
///
/// A root is watched from the end of its first scan on, by the process whose business it is, as long as it is enabled and can be
/// reached.
package final class ChangeWatch: Service {
    private static let interval = Duration.seconds(1)

    let roots: StorageRootService
    let scans: ScanService
    let worker: JobWorker
    let paths: DirectoryPaths
    private let owns: @Sendable (StorageRoot) async throws -> Bool
    private let logger: Logger
    private let followed = Mutex<Set<RootID>>([])
    /// Roots whose last watch ended by an error: what changed then may be anything.
    private let unsure = Mutex<Set<RootID>>([])

    /// - Parameters:
    ///   - worker: told of each scan.
    ///   - paths: the directories of the catalog.
    ///   - owns: whether this process is the one that should watch the root.
    package init(
        roots: StorageRootService, scans: ScanService, worker: JobWorker, paths: DirectoryPaths, logger: Logger,
        owns: @escaping @Sendable (StorageRoot) async throws -> Bool
    ) {
        (self.roots, self.scans, self.worker, self.paths) = (roots, scans, worker, paths)
        (self.logger, self.owns) = (logger, owns)
    }

    /// The service: until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                repeat {
                    do { for root in try await self.unwatched() { group.addTask { await self.follow(root) } } } catch {
                        guard !Task.isCancelled else { return }
                        self.logger.warning("storage roots cannot be watched", metadata: ["error": "\(error)"])
                    }
                } while (try? await Task.sleep(for: Self.interval)) != nil
            }
        }
    }

    /// Roots that nobody in this process watches and somebody should; they count as watched from now on.
    private func unwatched() async throws -> [StorageRoot] {
        var found: [StorageRoot] = []
        for root in try await roots.list(scope: .everything, includingDisabled: false) where Self.canBeWatched(root) {
            guard !followed.withLock({ $0.contains(root.id) }), try await owns(root) else { continue }
            followed.withLock { _ = $0.insert(root.id) }
            found.append(root)
        }
        return found
    }

    private static func canBeWatched(_ root: StorageRoot) -> Bool {
        root.protocolName == LocalBackend.facts.name && root.enabled && root.status == .online && root.lastScanAt != nil
    }

    /// Whether a root is still what it was when its watch began.
    func isWatched(_ root: StorageRoot) async throws -> Bool {
        let now = try await roots.list(scope: .everything, includingDisabled: false).first { $0.id == root.id }
        guard let now, Self.canBeWatched(now) else { return false }
        return now.updatedAt == root.updatedAt
    }

    private func follow(_ root: StorageRoot) async {
        do {
            let isUnsure = unsure.withLock { $0.remove(root.id) != nil }
            try await ChangeFollower(
                root: root, firstLook: isUnsure ? .incremental : .quick, watching: self, logger: logger
            ).run()
        } catch {
            if !Task.isCancelled {
                unsure.withLock { _ = $0.insert(root.id) }
                logger.warning(
                    "a storage root cannot be watched", metadata: ["root": "\(root.name)", "error": "\(error)"])
                // Not again at once.
                try? await Task.sleep(for: .seconds(30))
            }
        }
        followed.withLock { _ = $0.remove(root.id) }
    }
}
