import CLinux
import CatalogCore
import CatalogDatabase
import CatalogSearch
import CatalogServer
import CatalogSettings
import CatalogStorage
import Logging
import ServiceLifecycle
import StorageSMB

/// What a running server is made of.
struct ServerParts: Sendable {
    /// In the order of starting; they stop in reverse.
    let services: [any Service]
    /// Takes over settings and certificates that were read again, on SIGHUP.
    let reload: @Sendable (SettingsReload) async throws -> Void
    /// Ends threads and connections, after every service has stopped.
    let close: @Sendable () async throws -> Void
}

extension Composition {
    /// Everything that runs as long as the server does: index, clean-up, jobs, and at last the listening side.
    static func server(_ application: Application, _ listener: HTTPListener) async throws -> ServerParts {
        let logger = Logger(label: "server")
        // Who asks waits; scans and the index of names do not mind.
        catalog_background_gives_way()
        let hasher = PasswordHasher(threadCount: ProcessEnvironment.processorCount)
        let reads = ForegroundReads()
        let engine = try await application.openSearch(reads: reads, logger: logger)
        try application.prepareTransfers()
        let product = try ProductServices(application, index: engine.index, reads: reads)
        let left = try await product.services.removeLeftUploads()
        if left > 0 { logger.info("removed uploads of an earlier run", metadata: ["count": "\(left)"]) }
        let authentication = try await authentication(
            application, hasher: hasher, checkFile: product.services.checkFile)
        try await firstStart(authentication, application, logger)
        let discovery = try discovery(application.settings)
        var dependencies = CatalogServer.Dependencies(
            database: application.database, services: product.services, search: product.services.search(engine),
            authentication: authentication, discovery: discovery)
        dependencies.nodes = product.services.nodes
        dependencies.version = ProductVersion.text
        let server = try await httpServer(application.settings, listener, dependencies)
        product.services.nodes.onNews(authentication.sessions.hear)
        product.services.nodes.onNews { news in
            if news == .listening || news == .signal(.namesChanged) { engine.index?.wake() }
        }
        let cleaner = AuthenticationCleaner(
            database: application.database, settings: authentication.settings, time: .system, logger: logger)
        let services: [any Service] = [SearchUpkeep(engine: engine, logger: logger), cleaner]
        return ServerParts(
            services: services + product.services.services(application.settings, logger)
                + [authentication.lastUses.writer(logger: logger), server],
            reload: { change in
                try await server.reloadCertificates()
                authentication.settings.value = authenticationSettings(change.loaded.settings)
                try await authentication.audit.settingsReloaded(change.applied, at: TimeSource.system.now)
            },
            close: {
                discovery.close()
                try await product.services.shutdown()
                try await hasher.close()
            })
    }

    private static func firstStart(
        _ authentication: AuthenticationServices, _ application: Application, _ logger: Logger
    ) async throws {
        let settings = application.settings.authentication
        let outcome = try await authentication.firstStart.run(
            FirstAdministrator(
                username: settings.adminUsername, email: settings.adminEmail,
                password: settings.adminPassword.map { Password($0.exposed) }),
            dataDirectory: application.directory.path)
        guard case .created(let username, let file) = outcome else { return }
        // Not "password_file": the log hides every value whose key speaks of a password, and this one has to be read.
        logger.notice(
            "made the first administrator; the file holds the password",
            metadata: ["user": "\(username)", "file": "\(file ?? "none, it is set in the settings")"])
    }

    /// What the listening side reads of the settings.
    static func httpSettings(_ settings: Settings) -> HTTPSettings {
        HTTPSettings(
            host: settings.server.host, port: settings.server.port,
            tls: settings.server.tls.map { .init(certificate: $0.certificate, key: $0.key) },
            trustedProxies: settings.server.trustedProxies, corsAllowedOrigins: settings.server.corsAllowedOrigins,
            rateRules: RateRules(
                authPerMinute: settings.rateLimits.authPerMinute, apiPerMinute: settings.rateLimits.apiPerMinute))
    }

    private static func discovery(_ settings: Settings) throws -> SMBDiscoveryService {
        let networks = try AllowedNetworks(settings.smb.allowedNetworks)
        return SMBDiscoveryService(SMBDiscovery(networks: networks), allowsGet: settings.smb.allowsGet)
    }

    private static func httpServer(
        _ settings: Settings, _ listener: HTTPListener, _ dependencies: CatalogServer.Dependencies
    ) async throws -> HTTPServer {
        let http = httpSettings(settings)
        let group = ConnectionLoops.group
        let server = try CatalogServer(dependencies, settings: http, group: group)
        let scheme = http.tls == nil ? "http" : "https"
        let logger = Logger(label: "server")
        return try HTTPServer(
            shell: server.shell, settings: http, group: group, logger: logger, listener: listener
        ) { port in
            logger.notice("listening", metadata: ["url": "\(scheme)://\(http.address(port: port))"])
            ServiceNotice.ready.send()
        }
    }
}

extension CatalogServices {
    /// What of them runs as long as a server does.
    fileprivate func services(_ settings: Settings, _ logger: Logger) -> [any Service] {
        let always: [any Service] = [
            openFiles, unreadFiles, leftoverParts(logger: logger), nodes, worker,
            watch(every: .seconds(settings.storageCheckInterval), logger: logger),
            schedule(logger: logger), accessLog.writer(logger: logger), archives.checksums.writer(logger: logger),
        ]
        return settings.scan.watches ? always + [followChanges(logger: logger)] : always
    }
}
