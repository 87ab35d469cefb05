package import CatalogCore
package import CatalogDatabase
package import Logging
package import NIOCore

/// Builds every feature once: the table of contents of the product.
package struct CatalogServer: Sendable {
    /// What the executable hands in.
    package struct Dependencies: Sendable {
        package let database: any Database
        package let authentication: AuthenticationServices
        package let metrics: MetricsRegistry
        package let time: TimeSource
        package let logger: Logger

        package init(
            database: any Database, authentication: AuthenticationServices,
            metrics: MetricsRegistry = MetricsRegistry(),
            time: TimeSource = .system, logger: Logger
        ) {
            self.database = database
            self.authentication = authentication
            self.metrics = metrics
            self.time = time
            self.logger = logger
        }
    }

    /// Answers requests; `HTTPServer` listens for it.
    package let shell: HTTPShell

    /// - Parameters:
    ///   - group: the event loops of the server; nil where there is no socket.
    /// - Throws: `RouteAssemblyError`, `ProxyTrust.InvalidProxy`.
    package init(_ dependencies: Dependencies, settings: HTTPSettings, group: (any EventLoopGroup)?) throws {
        let database = dependencies.database
        let readable = HealthService.Check("database") { try await database.read { _ in } }
        // A transaction that changes nothing still needs the right and the room to write.
        let writable = HealthService.Check("database_writable") { try await database.write { _ in } }
        // One line for each feature; its endpoints stand in `EndpointManifest`.
        let handlers: [[EndpointHandler]] = [
            HealthRoutes(
                health: HealthService(checks: [readable]), readiness: HealthService(checks: [readable, writable]),
                metrics: dependencies.metrics, time: dependencies.time, startedAt: dependencies.time.now,
                document: OpenAPIDocument.json()
            ).handlers,
            AuthenticationRoutes(dependencies.authentication, time: dependencies.time).handlers,
            DownloadLinkRoutes(dependencies.authentication.links).handlers,
        ]
        shell = try HTTPShell(
            ShellServices(
                settings: settings, authenticator: SessionAuthenticator(dependencies.authentication),
                rateLimiter: MemoryRateLimiter(),
                registry: dependencies.metrics, time: dependencies.time, group: group),
            endpoints: EndpointManifest.all, handlers: handlers.flatMap { $0 })
    }
}
