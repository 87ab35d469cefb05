package import CatalogCore
package import CatalogJobs
package import CatalogScanner
package import Logging
import ServiceLifecycle
import Synchronization

/// Has storage roots scanned when their time has come: those on other machines, which cannot be watched, and once in a while those that are.
///
/// A scan that failed is tried again after a while, not at once; a root that is away is left to those who look for it.
package final class ScanScheduler: Service {
    private static let interval = Duration.seconds(30)
    /// Microseconds until the next try, at most.
    private static let patience: Int64 = 900_000_000

    private let roots: StorageRootService
    private let scans: ScanService
    private let worker: JobWorker
    private let time: TimeSource
    private let logger: Logger
    private let owns: @Sendable (StorageRoot) async throws -> Bool
    /// When a scan of each root was asked for last.
    private let askedAt = Mutex<[RootID: Int64]>([:])

    /// - Parameters:
    ///   - worker: told of each scan.
    ///   - owns: whether this process is the one that should look after the root.
    package init(
        roots: StorageRootService, scans: ScanService, worker: JobWorker, time: TimeSource, logger: Logger,
        owns: @escaping @Sendable (StorageRoot) async throws -> Bool
    ) {
        (self.roots, self.scans, self.worker, self.time) = (roots, scans, worker, time)
        (self.logger, self.owns) = (logger, owns)
    }

    /// The service: until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil {
                do { try await self.look() } catch {
                    guard !Task.isCancelled else { return }
                    self.logger.warning("scans could not be scheduled", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Asks for every scan whose time has come.
    ///
    /// - Throws: what the database does.
    package func look() async throws {
        let now = time.now
        for root in try await roots.list(scope: .everything, includingDisabled: false) where isDue(root, now) {
            guard try await owns(root) else { continue }
            askedAt.withLock { $0[root.id] = now }
            do {
                _ = try await scans.request(ScanRequest(rootID: root.id, type: .incremental).madeAutomatic)
                worker.wake()
            } catch let error as CatalogError where [.conflict, .unavailable, .notFound].contains(error.code) {
                logger.debug("a scan has to wait", metadata: ["root": "\(root.name)", "error": "\(error)"])
            }
        }
    }

    /// What was never scanned waits for somebody who wants it.
    private func isDue(_ root: StorageRoot, _ now: Int64) -> Bool {
        let interval = Int64(root.schedule.interval) * 1_000_000
        guard interval > 0, root.status != .offline, let last = root.lastScanAt, now - last >= interval else {
            return false
        }
        let asked = askedAt.withLock { $0[root.id] }
        guard asked.map({ now - $0 >= min(interval, Self.patience) }) ?? true else { return false }
        return !(root.schedule.quiet?.contains(now) ?? false)
    }
}
