import CatalogCore

/// The list of every setting that this version reads; what nothing reads is not in it.
///
/// The loader, the README's table and the `settings list` command all come from it.
package enum SettingRegistry {
    /// In the order of the documentation.
    package static let all: [SettingDefinition] = [
        serverHost.definition, serverPort.definition, tlsCertificate.definition, tlsKey.definition,
        trustedProxies.definition, corsAllowedOrigins.definition,
        dataDirectory.definition, databaseURL.definition, databaseConnections.definition,
        allowNetworkFileSystem.definition, temporaryDirectory.definition,
        jwtSecret.definition, adminUsername.definition, adminPassword.definition, adminEmail.definition,
        registrationEnabled.definition, lockoutFailures.definition, lockoutMinutes.definition, masterKey.definition,
        authPerMinute.definition, apiPerMinute.definition,
        allowedLocalRoots.definition, storageCheckInterval.definition, allowedLocalPaths.definition,
        maxUploadBytes.definition, maxArchiveBytes.definition, smbAllowedNetworks.definition, smbAllowGet.definition,
        scanConcurrency.definition, scanWatch.definition, skipNames.definition, searchEngine.definition,
        workerRoots.definition, loggingLevel.definition, loggingFormat.definition,
    ]

    /// The definition of one key.
    package static func definition(of key: String) -> SettingDefinition? {
        byKey[key]
    }

    private static let byKey = Dictionary(all.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
}

// The server and what stands before it.
extension SettingRegistry {
    static let serverHost = Setting(
        "server.host", .host, default: .value("127.0.0.1"),
        "Address to listen on; 0.0.0.0 or :: for every network of the machine.", flag: "--host")
    static let serverPort = Setting(
        "server.port", .integer(0...65_535), default: .value("8080"),
        "Port to listen on; 0 picks a free one and logs it.", flag: "--port")
    static let tlsCertificate = Setting(
        "server.tls.certificate", .path("PEM file"), default: .absent("none"),
        "Certificate chain; set together with the key it turns on HTTPS and HTTP/2. SIGHUP reads the file again.")
    static let tlsKey = Setting(
        "server.tls.key", .path("PEM file"), default: .absent("none"),
        "Private key of the certificate. SIGHUP reads the file again.")
    static let trustedProxies = Setting(
        "server.trusted_proxies", .list(of: .addressBlock), default: .value(""),
        "Proxies whose X-Forwarded-For header names the client.")
    static let corsAllowedOrigins = Setting(
        "server.cors_allowed_origins", .list(of: .origin), default: .value(""),
        "Web pages of these origins may call the API from a browser.")
}

// Where things are kept.
extension SettingRegistry {
    static let dataDirectory = Setting(
        "data_dir", .path("directory"), default: .value("./data"),
        "Database, secrets and temporary files; made with mode 0700.", flag: "--data-dir",
        options: .outsideDataDirectory)
    static let databaseURL = Setting(
        "database.url", .database,
        default: .derived("sqlite:<data_dir>/catalogizer.sqlite") { "sqlite:\($0.dataDirectory)/catalogizer.sqlite" },
        "The catalog's database.", flag: "--database-url", options: .urlPassword)
    static let databaseConnections = Setting(
        "database.connections", .integer(2...200), default: .value("10"),
        "Connections that one process holds to a PostgreSQL server at most, beside one that hears of other nodes; SQLite has as many as cores."
    )
    static let allowNetworkFileSystem = Setting(
        "database.allow_network_file_system", .boolean, default: .value("false"),
        "Lets SQLite keep its files on NFS, SMB and the like, where two machines can damage them.")
    static let temporaryDirectory = Setting(
        "temp_dir", .path("directory"), default: .derived("<data_dir>/tmp") { "\($0.dataDirectory)/tmp" },
        "Temporary files; the server's own left-overs are removed at start.")
    static let allowedLocalRoots = Setting(
        "storage.allowed_local_roots", .list(of: .path("directory"), size: .notEmpty), default: .absent("any"),
        "Only these directories, and what is below them, may become local storage roots.")
    static let storageCheckInterval = Setting(
        "storage.check_interval", .integer(SettingBounds.checkSeconds, unit: "seconds"), default: .value("30"),
        "How often storage roots that are away are looked at, so that their return is noticed; 0 for never.")
    static let smbAllowedNetworks = Setting(
        "smb.allowed_networks", .list(of: .addressBlock), default: .value(""),
        "SMB discovery asks only servers with an address in these networks; none for every network. Storage roots are not bound by it."
    )
    static let smbAllowGet = Setting(
        "smb.allow_get", .boolean, default: .value("true"),
        "Whether SMB discovery also answers GET, where the password stands in the address; off: 405.")
}

// Copies and uploads.
extension SettingRegistry {
    static let allowedLocalPaths = Setting(
        "copy.allowed_local_paths", .list(of: .path("directory")), default: .absent("<data_dir>/transfer"),
        "Directories of the server that copies may read and write; an empty list allows none.")
    static let maxUploadBytes = Setting(
        "catalog.max_upload_size", .integer(SettingBounds.uploadBytes, unit: "bytes"), default: .value("0"),
        "Size of an uploaded file; 0 for no limit.")
    static let maxArchiveBytes = Setting(
        "catalog.max_archive_size", .integer(SettingBounds.uploadBytes, unit: "bytes"),
        default: .value("5368709120"), "Size of all files of a download as an archive; 0 for no limit.")
}

// Who may come in.
extension SettingRegistry {
    static let jwtSecret = Setting(
        "auth.jwt_secret", .secret(characters: SettingBounds.keyCharacters),
        default: .absent("made once, kept in <data_dir>/jwt-secret"),
        "Signs session tokens; every node of one catalog needs the same.", options: .secret)
    static let adminUsername = Setting(
        "auth.admin_username", .username, default: .value("admin"),
        "Name of the first administrator; used only while no user has the admin role.")
    static let adminPassword = Setting(
        "auth.admin_password", .secret(characters: Limits.passwordCharacters),
        default: .absent("made once, written to <data_dir>/admin-password"),
        "Password of the first administrator.", options: .secret)
    static let adminEmail = Setting(
        "auth.admin_email", .email, default: .value("admin@localhost.localdomain"),
        "E-mail address of the first administrator.")
    static let registrationEnabled = Setting(
        "auth.registration_enabled", .boolean, default: .value("true"), "Whether people may make their own account.",
        options: .reloadable)
    static let lockoutFailures = Setting(
        "auth.lockout_failures", .integer(1...1_000), default: .value("5"),
        "Wrong passwords in a row that lock an account.", options: .reloadable)
    static let lockoutMinutes = Setting(
        "auth.lockout_minutes", .integer(SettingBounds.lockoutMinutes, unit: "minutes"), default: .value("15"),
        "How long an account stays locked.", options: .reloadable)
    static let masterKey = Setting(
        "secrets.master_key", .secret(characters: SettingBounds.keyCharacters),
        default: .absent("made once, kept in <data_dir>/master-key"),
        "Seals the credentials of storage roots; a catalog opens only with the one it was made with.",
        options: .secret)
    static let authPerMinute = Setting(
        "rate_limit.auth_per_minute", .integer(SettingBounds.requestsPerMinute), default: .value("5"),
        "Requests a minute to each sign-in endpoint; 0 turns the limit off.")
    static let apiPerMinute = Setting(
        "rate_limit.api_per_minute", .integer(SettingBounds.requestsPerMinute), default: .value("100"),
        "Requests a minute to the rest of the API; 0 turns the limit off.")
}

// Work in the background, and the log.
extension SettingRegistry {
    static let scanConcurrency = Setting(
        "scan.concurrency", .integer(SettingBounds.scanDirectories),
        default: .derived("number of cores × 2") {
            "\(min(max($0.processorCount, 1) * 2, SettingBounds.scanDirectories.upperBound))"
        },
        "Directories that a scan reads at the same time in one storage root.")
    static let skipNames = Setting(
        "scan.skip_names", .list(of: .namePattern),
        default: .value(
            ".DS_Store,Thumbs.db,desktop.ini,@eaDir,#recycle,$RECYCLE.BIN,System Volume "
                + "Information,.Trash-*,lost+found,"
                + ".catalogizer*"),
        "Names that scans leave out, with * and ? as wildcards.")
    static let scanWatch = Setting(
        "scan.watch", .boolean, default: .value("true"),
        "Whether local storage roots are watched, so that what changes there is in the catalog within two seconds.")
    static let searchEngine = Setting(
        "search.engine", SettingForm<Settings.SearchEngine>.choice, default: .value("index"),
        "What searches: an index of names that each server keeps in its data directory, or with PostgreSQL the database (pg_trgm)."
    )
    static let workerRoots = Setting(
        "worker.roots", .list(of: .rootName), default: .value(""),
        "Storage roots that only this worker reaches: it takes their jobs and no other, and no other node takes them.")
    static let loggingLevel = Setting(
        "logging.level", SettingForm<Settings.LogLevel>.choice, default: .value("info"),
        "The least level that is logged.", flag: "--log-level", options: .reloadable)
    static let loggingFormat = Setting(
        "logging.format", SettingForm<Settings.LogFormat>.choice,
        default: .derived("text on a terminal, else json") { $0.isTerminal ? "text" : "json" },
        "Readable lines, or one JSON object a line.", options: .reloadable)
}
