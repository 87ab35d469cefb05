package import CatalogCore
package import CatalogDatabase
import CatalogJobs
package import NIOCore

/// Builds every feature once: the table of contents of the product.
package struct CatalogServer: Sendable {
    /// What the executable hands in.
    package struct Dependencies: Sendable {
        /// The catalog, which the health checks try.
        package let database: any Database
        /// The services that the routes call, built once by the executable.
        package let services: CatalogServices
        /// Answers searches from its index.
        package let search: SearchService
        /// Who may sign in, sessions, and links to files.
        package let authentication: AuthenticationServices
        /// Looks at SMB servers that are no storage roots; whoever made it closes it.
        package let discovery: SMBDiscoveryService
        /// Figures that the server counts and shows under `/metrics`.
        package var metrics = MetricsRegistry()
        /// The clock of sessions, rate limits and times in responses.
        package let time: TimeSource
        /// The other servers over the same database; nil for one that is alone.
        package var nodes: NodeSignals?
        /// The version of the program, for `/metrics`.
        package var version = "unknown"
        /// How long a probe waits for the database. No setting: only tests have more patience.
        package var probePatience: Duration = .seconds(Limits.healthCheckSeconds)

        package init(
            database: any Database, services: CatalogServices, search: SearchService,
            authentication: AuthenticationServices, discovery: SMBDiscoveryService, time: TimeSource = .system
        ) {
            self.database = database
            self.services = services
            self.search = search
            self.authentication = authentication
            self.discovery = discovery
            self.time = time
        }
    }

    /// Answers requests; `HTTPServer` listens for it.
    package let shell: HTTPShell

    /// - Parameters:
    ///   - group: the event loops of the server; nil where there is no socket.
    /// - Throws: `RouteAssemblyError`, `ProxyTrust.InvalidProxy`.
    package init(_ dependencies: Dependencies, settings: HTTPSettings, group: (any EventLoopGroup)?) throws {
        let services = dependencies.services
        let links = dependencies.authentication.links
        let discovery = SMBDiscoveryRoutes(discovery: dependencies.discovery)
        // One line for each feature; its endpoints stand in `EndpointManifest`.
        let handlers: [[EndpointHandler]] = [
            Self.health(dependencies).handlers,
            AuthenticationRoutes(dependencies.authentication, time: dependencies.time).handlers,
            SessionRoutes(sessions: dependencies.authentication.sessions).handlers,
            APIKeyRoutes(keys: dependencies.authentication.apiKeys).handlers,
            UserRoutes(users: dependencies.authentication.users, time: dependencies.time).handlers,
            RoleRoutes(roles: dependencies.authentication.roles).handlers,
            AuditRoutes(audit: dependencies.authentication.audit).handlers,
            CatalogRoutes(catalog: services.catalog, accessLog: services.accessLog).handlers,
            SearchRoutes(search: dependencies.search).handlers,
            DownloadRoutes(downloads: services.downloads, links: links, accessLog: services.accessLog).handlers,
            ArchiveRoutes(archives: services.archives, accessLog: services.accessLog).handlers,
            DownloadLinkRoutes(links).handlers,
            CopyRoutes(services.writing, worker: services.worker).handlers,
            StorageRootRoutes(roots: services.roots).handlers,
            discovery.handlers,
            ScanRoutes(
                scans: services.scans, roots: services.roots, worker: services.worker, time: dependencies.time
            ).handlers,
            StatisticsRoutes(statistics: services.statistics).handlers,
            DuplicateRoutes(duplicates: services.duplicates).handlers,
            RedundancyRoutes(redundancy: services.redundancy).handlers,
            DuplicatePlanRoutes(plans: services.duplicatePlans, worker: services.worker).handlers,
            EventRoutes(broker: services.events).handlers,
        ]
        shell = try HTTPShell(
            ShellServices(
                settings: settings, authenticator: SessionAuthenticator(dependencies.authentication),
                rateLimiter: SharedRateLimiter(nodes: dependencies.nodes), registry: dependencies.metrics,
                time: dependencies.time,
                group: group),
            endpoints: EndpointManifest.all.filter { discovery.exists($0.id) }, handlers: handlers.flatMap { $0 })
    }

    private static func health(_ dependencies: Dependencies) -> HealthRoutes {
        let database = dependencies.database
        let readable = HealthService.Check("database") { try await database.read { _ in } }
        // A transaction that changes nothing still needs the right and the room to write.
        let writable = HealthService.Check("database_writable") { try await database.write { _ in } }
        let activity = ActivityMetrics(
            version: dependencies.version, jobs: JobStore(database: database), roots: dependencies.services.roots,
            scans: dependencies.services.scanActivity)
        return HealthRoutes(
            health: HealthService(checks: [readable], patience: dependencies.probePatience),
            readiness: HealthService(checks: [readable, writable], patience: dependencies.probePatience),
            metrics: MetricSources(
                registry: dependencies.metrics, activity: activity, startedAt: dependencies.time.now),
            time: dependencies.time, document: OpenAPIDocument.json)
    }
}
