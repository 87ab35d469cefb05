import CLinux
import CatalogCore
import CatalogJobs
import CatalogServer
import CatalogSettings
import Logging
import ServiceLifecycle

extension Composition {
    /// Everything that runs as long as a worker does: jobs, and what other nodes tell.
    static func worker(_ application: Application) async throws -> ServerParts {
        let logger = Logger(label: "worker")
        catalog_background_gives_way()
        let names = application.settings.worker.roots
        let node = application.nodeName
        try application.prepareTransfers()
        let product = try ProductServices(
            application, index: nil, reach: names.isEmpty ? .common : .pinned(node: node))
        var services: [any Service] = [
            product.services.nodes, product.services.worker, product.services.unreadFiles,
            product.services.leftoverParts(logger: logger),
        ]
        var roots: [RootID] = []
        for name in names { roots.append(try await product.services.roots.named(name).id) }
        let pins = RootPins(
            store: JobStore(database: application.database), roots: roots, node: node, logger: logger)
        // Before the first job is looked for; of those that it had before it lets go.
        try await pins.renew()
        if !names.isEmpty {
            services.insert(pins, at: 0)
            let interval = Duration.seconds(application.settings.storageCheckInterval)
            services.append(product.services.watch(every: interval, only: Set(roots), logger: logger))
            services.append(product.services.schedule(only: Set(roots), logger: logger))
            if application.settings.scan.watches {
                services.append(product.services.followChanges(only: Set(roots), logger: logger))
            }
        }
        return ServerParts(
            services: services + [ReadyNotice(logger: logger)], reload: { _ in },
            close: { try await product.services.shutdown() })
    }
}

/// Keeps the roots of a worker its own for as long as it runs, and for a day after.
private struct RootPins: Service {
    private static let interval = Duration.seconds(60)
    let store: JobStore
    let roots: [RootID]
    let node: String
    let logger: Logger

    func renew() async throws {
        try await store.pin(roots, to: node)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil {
                do { try await renew() } catch {
                    logger.warning("the roots of this worker could not be kept", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}

/// Says that the worker works; a server says so when it listens.
private struct ReadyNotice: Service {
    let logger: Logger

    func run() async throws {
        logger.notice("working")
        ServiceNotice.ready.send()
        try await gracefulShutdown()
    }
}
