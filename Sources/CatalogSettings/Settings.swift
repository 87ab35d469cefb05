/// Every setting of this version, understood and checked.
///
/// Paths are absolute.
package struct Settings: Sendable, Equatable {
    /// `server.*`.
    package let server: Server
    /// Holds the database, the secrets and temporary files.
    package let dataDirectory: String
    package let database: DatabaseLocation
    /// To a server, of each process.
    package let databaseConnections: Int
    /// Whether SQLite's files may be on another machine.
    package let allowsNetworkFileSystem: Bool
    package let temporaryDirectory: String
    package let authentication: Authentication
    /// Nil: the one kept in the data directory.
    package let masterKey: SecretText?
    package let rateLimits: RateLimits
    /// Nil: any directory may become a local storage root.
    package let allowedLocalRoots: [String]?
    /// Seconds between two looks at storage roots that are away; 0 for none.
    package let storageCheckInterval: Int
    package let smb: SMB
    package let copy: Copy
    package let scan: Scan
    /// What answers searches.
    package let searchEngine: SearchEngine
    package let worker: Worker
    package let logging: Logging

    /// Where the server listens, and for whom.
    package struct Server: Sendable, Equatable {
        /// An address or a name, without a port.
        package let host: String
        /// 0: any free one.
        package let port: Int
        /// Nil: plain HTTP.
        package let tls: TLSFiles?
        /// Addresses, or blocks as `address/prefix`.
        package let trustedProxies: [String]
        /// Origins as browsers send them, or `*`.
        package let corsAllowedOrigins: [String]
    }

    /// The two PEM files of HTTPS.
    package struct TLSFiles: Sendable, Equatable {
        /// The certificate chain.
        package let certificate: String
        /// The private key.
        package let key: String
    }

    /// Accounts and tokens.
    package struct Authentication: Sendable, Equatable {
        /// Nil: the one kept in the data directory.
        package let jwtSecret: SecretText?
        package let adminUsername: String
        /// Nil: one is made and written to the data directory.
        package let adminPassword: SecretText?
        package let adminEmail: String
        package let isRegistrationEnabled: Bool
        package let lockoutFailures: Int
        package let lockoutMinutes: Int
    }

    /// Requests in a minute; 0 is no limit.
    package struct RateLimits: Sendable, Equatable {
        /// To each sign-in endpoint.
        package let authPerMinute: Int
        /// To the rest of the API.
        package let apiPerMinute: Int
    }

    /// Looks at SMB servers that are no storage roots.
    package struct SMB: Sendable, Equatable {
        /// Addresses, or blocks as `address/prefix`; empty for every network.
        package let allowedNetworks: [String]
        /// Whether a password may stand in a query string.
        package let allowsGet: Bool
    }

    /// Files that come from clients and go from storage to storage.
    package struct Copy: Sendable, Equatable {
        /// Directories of this machine that copies may read and write.
        package let allowedLocalPaths: [String]
        /// Of one uploaded file; 0 is no limit.
        package let maxUploadBytes: Int
        /// Of all files of one archive; 0 is no limit.
        package let maxArchiveBytes: Int
    }

    /// How scans work.
    package struct Scan: Sendable, Equatable {
        /// Directories in flight in one storage root.
        package let concurrency: Int
        /// Patterns of names that are left out.
        package let skipNames: [String]
        /// Whether local storage roots are watched.
        package let watches: Bool
    }

    /// What answers searches.
    package enum SearchEngine: String, Sendable, CaseIterable {
        /// An index that each server keeps for itself.
        case index
        /// PostgreSQL's index of trigrams.
        case database
    }

    /// What a worker does.
    package struct Worker: Sendable, Equatable {
        /// Names of the storage roots whose jobs it takes, and nobody else; empty for all.
        package let roots: [String]
    }

    /// What is logged, and how.
    package struct Logging: Sendable, Equatable {
        /// The least level that is written.
        package let level: LogLevel
        /// How a line looks.
        package let format: LogFormat
    }

    /// The levels of swift-log, least first.
    package enum LogLevel: String, Sendable, CaseIterable {
        case trace
        case debug
        case info
        case notice
        case warning
        case error
        case critical
    }

    /// How a line of the log looks.
    package enum LogFormat: String, Sendable, CaseIterable {
        /// For people.
        case text
        /// One object a line.
        case json
    }
}

extension Settings {
    /// Reads each setting of the registry out of what the layers said.
    ///
    /// - Throws: `SettingProblem` for what only shows when two settings are seen together.
    init(_ values: ResolvedSettings) throws(SettingProblem) {
        typealias Registry = SettingRegistry
        server = Server(
            host: try values.value(Registry.serverHost), port: try values.value(Registry.serverPort),
            tls: try Settings.tlsFiles(values), trustedProxies: try values.value(Registry.trustedProxies),
            corsAllowedOrigins: try values.value(Registry.corsAllowedOrigins))
        dataDirectory = try values.value(Registry.dataDirectory)
        database = try values.value(Registry.databaseURL)
        databaseConnections = try values.value(Registry.databaseConnections)
        allowsNetworkFileSystem = try values.value(Registry.allowNetworkFileSystem)
        temporaryDirectory = try values.value(Registry.temporaryDirectory)
        authentication = Authentication(
            jwtSecret: try values.optional(Registry.jwtSecret),
            adminUsername: try values.value(Registry.adminUsername),
            adminPassword: try values.optional(Registry.adminPassword),
            adminEmail: try values.value(Registry.adminEmail),
            isRegistrationEnabled: try values.value(Registry.registrationEnabled),
            lockoutFailures: try values.value(Registry.lockoutFailures),
            lockoutMinutes: try values.value(Registry.lockoutMinutes))
        masterKey = try values.optional(Registry.masterKey)
        rateLimits = RateLimits(
            authPerMinute: try values.value(Registry.authPerMinute),
            apiPerMinute: try values.value(Registry.apiPerMinute))
        allowedLocalRoots = try values.optional(Registry.allowedLocalRoots)
        storageCheckInterval = try values.value(Registry.storageCheckInterval)
        smb = SMB(
            allowedNetworks: try values.value(Registry.smbAllowedNetworks),
            allowsGet: try values.value(Registry.smbAllowGet))
        copy = Copy(
            allowedLocalPaths: try values.optional(Registry.allowedLocalPaths) ?? ["\(dataDirectory)/transfer"],
            maxUploadBytes: try values.value(Registry.maxUploadBytes),
            maxArchiveBytes: try values.value(Registry.maxArchiveBytes))
        scan = Scan(
            concurrency: try values.value(Registry.scanConcurrency), skipNames: try values.value(Registry.skipNames),
            watches: try values.value(Registry.scanWatch))
        searchEngine = try values.value(Registry.searchEngine)
        worker = Worker(roots: try values.value(Registry.workerRoots))
        logging = Logging(
            level: try values.value(Registry.loggingLevel), format: try values.value(Registry.loggingFormat))
    }

    private static func tlsFiles(_ values: ResolvedSettings) throws(SettingProblem) -> TLSFiles? {
        let certificate = try values.optional(SettingRegistry.tlsCertificate)
        let key = try values.optional(SettingRegistry.tlsKey)
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        case (_?, nil): throw .missingPartner("server.tls.key", of: "server.tls.certificate")
        case (nil, _?): throw .missingPartner("server.tls.certificate", of: "server.tls.key")
        }
    }
}
