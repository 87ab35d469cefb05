import CatalogCore
package import Logging
import ServiceLifecycle

/// Looks again and again at the storage roots that were away, so that their return is noticed without anybody asking for it.
///
/// Roots that can be reached are left alone: a look would wake their disks. One that hangs holds a thread of the probes until it
/// answers, and the next round does not wait for it.
package struct StorageRootWatch: Service {
    /// Looks at the same time.
    private static let looksAtOnce = 4

    private let roots: StorageRootService
    private let interval: Duration
    private let owns: @Sendable (StorageRoot) async throws -> Bool
    private let logger: Logger

    /// - Parameters:
    ///   - interval: between two rounds, a fifth of it more or less; zero for none.
    ///   - owns: whether this node is one that should reach the root.
    package init(
        roots: StorageRootService, interval: Duration, logger: Logger,
        owns: @escaping @Sendable (StorageRoot) async throws -> Bool
    ) {
        self.roots = roots
        self.interval = interval
        self.logger = logger
        self.owns = owns
    }

    /// The service: until graceful shutdown.
    package func run() async throws {
        // A service that ends stops the others.
        guard interval > .zero else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval * Double.random(in: 0.8...1.2))) != nil {
                do { try await look() } catch {
                    guard !Task.isCancelled else { return }
                    logger.warning("roots that were away could not be looked at", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// One round.
    ///
    /// - Throws: what the database does.
    package func look() async throws {
        let (seconds, attoseconds) = interval.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        var waiting = try await roots.away(askedBefore: microseconds / 2)[...]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for root in waiting.prefix(Self.looksAtOnce) { group.addTask { try await look(at: root) } }
            waiting = waiting.dropFirst(Self.looksAtOnce)
            while try await group.next() != nil {
                if let root = waiting.popFirst() { group.addTask { try await look(at: root) } }
            }
        }
    }

    private func look(at root: StorageRoot) async throws {
        guard try await owns(root) else { return }
        do {
            try await roots.lookAgain(at: root)
        } catch let error as CatalogError where error.code != .cancelled {
            // It was removed meanwhile, or its settings make no sense: the others are looked at all the same.
            logger.debug("a root could not be looked at", metadata: ["root": "\(root.name)", "error": "\(error)"])
        }
    }
}
