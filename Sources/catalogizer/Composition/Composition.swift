import CatalogCore
import CatalogJobs
import CatalogScanner
import CatalogSearch
import CatalogServer
import CatalogSettings
import CatalogStorage
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import StorageFTP
import StorageNFS
import StorageSMB
import StorageWebDAV

/// The one place that knows every part of the product and puts them together.
enum Composition {
    /// What the commands need, on an opened catalog.
    static func services(_ application: Application) throws -> CommandServices {
        let product = try ProductServices(application, index: nil)
        return CommandServices(
            storageRoots: StorageRootAdapter(roots: product.services.roots),
            scans: ScanAdapter(product: product, application: application),
            search: SearchAdapter(product: product, application: application),
            users: UserAdapter(application: application))
    }

    /// The OpenAPI 3.1 document of the API.
    static func openAPIDocument() throws -> String {
        String(decoding: OpenAPIDocument.json.readableBytesView, as: UTF8.self)
    }

    /// Whether the command line and the server of this program may read a storage.
    static func providers(_ reserved: [ReservedDirectory]) -> [StorageBackendProvider] {
        [
            .local(leavingOut: reserved), SMBBackend.provider, NFSBackend.provider, FTPBackend.provider,
            WebDAVBackend.provider,
        ]
    }

    /// Everything of authentication, for a process that holds `hasher`.
    static func authentication(
        _ application: Application, hasher: PasswordHasher, checkFile: @escaping DownloadLinkService.FileCheck
    ) async throws -> AuthenticationServices {
        try await AuthenticationServices(
            database: application.database, hasher: hasher, secret: application.secrets.jwtSecret.exposed,
            settings: authenticationSettings(application.settings), checkFile: checkFile)
    }

    /// What authentication reads of the settings.
    static func authenticationSettings(_ settings: Settings) -> AuthenticationSettings {
        AuthenticationSettings(
            registrationEnabled: settings.authentication.isRegistrationEnabled,
            lockoutFailures: settings.authentication.lockoutFailures,
            lockoutMinutes: settings.authentication.lockoutMinutes)
    }
}

/// The services of the product as this program configures them.
struct ProductServices: Sendable {
    let services: CatalogServices
    let logger: Logger

    /// - Parameters:
    ///   - index: what follows the scans of this process; nil when it has no search index open.
    ///   - reads: the reads of this process.
    ///   - reach: which jobs the process takes.
    ///   - logLevel: the least that the services log; nil for the level of the program.
    init(
        _ application: Application, index: NameIndex?, reads: ForegroundReads = ForegroundReads(),
        reach: JobStore.Reach = .common, logLevel: Logger.Level? = nil
    ) throws {
        let settings = application.settings
        let reserved = try [settings.dataDirectory, settings.temporaryDirectory].compactMap { path in
            FileManager.default.fileExists(atPath: path) ? try ReservedDirectory(path: path) : nil
        }
        var logger = Logger(label: "catalog")
        if let logLevel { logger.logLevel = logLevel }
        self.logger = logger
        var configuration = CatalogServices.Configuration(
            skipNames: settings.scan.skipNames, reserved: reserved,
            storageThreads: max(16, ProcessEnvironment.processorCount * 4),
            scanSlots: max(2, ProcessEnvironment.processorCount), scanConcurrency: settings.scan.concurrency,
            vault: CredentialVault(masterKey: application.secrets.masterKey.exposed))
        configuration.allowedLocalRoots = settings.allowedLocalRoots
        configuration.reach = reach
        configuration.reads = reads
        configuration.copy = CopySettings(
            allowedDirectories: settings.copy.allowedLocalPaths,
            transferDirectory: application.directory.path(of: Application.transferDirectoryName),
            maxUploadBytes: Int64(settings.copy.maxUploadBytes), node: application.nodeName)
        configuration.maxArchiveBytes = Int64(settings.copy.maxArchiveBytes)
        services = try CatalogServices(
            database: application.database, configuration: configuration,
            providers: Composition.providers(reserved), time: .system, logger: logger,
            listeners: CatalogServices.ScanListeners(
                onProgress: { _ in index?.wake() },
                onWritten: { try await index?.follow() }))
    }
}
