import CatalogCore
import CatalogDatabase
import CatalogSQLite
import CatalogSearch
import CatalogServer
import CatalogSettings
import Glibc
import Logging

/// What every command stands on: settings, data directory, secrets, and the database in the schema of this program.
struct Application: Sendable {
    /// What a command is going to do with the data directory.
    enum Purpose: Sendable {
        /// Serve it: at most one process does.
        case serve
        /// Put something into the catalog, which is made when it is missing.
        case create
        /// Change a catalog that is there.
        case change
        /// Only read a catalog that is there.
        case read

        /// Whether a missing catalog is made; else it is an error, and stays missing.
        var makesCatalog: Bool { self == .serve || self == .create }
    }

    let loaded: LoadedSettings
    let directory: DataDirectory
    let secrets: InstanceSecrets
    let database: any Database
    /// Held by `serve` alone.
    let lock: ServeLock?
    let temporary: TemporaryDirectory?
    let log: ProgramLog

    /// Where in the data directory the search index lies.
    static let searchDirectoryName = "search"

    var settings: Settings { loaded.settings }

    /// The server that holds the data directory, unless it is this process.
    var otherServer: ServeHolder? { lock == nil ? ServeLock.holder(of: directory) : nil }

    /// Opens settings, data directory, secrets and database in this order, so that each error is the first that
    /// matters.
    ///
    /// Blocks for file access: nothing else runs yet in the process.
    /// - Throws: `CatalogError` as `DataDirectory`, `ServeLock`, `InstanceSecrets`, the engine and `Migrator` throw it.
    static func open(_ loaded: LoadedSettings, for purpose: Purpose, log: ProgramLog) async throws -> Application {
        // Whatever is made in the data directory is for its owner only, also where the directory was made by somebody
        // else.
        umask(0o077)
        let settings = loaded.settings
        let logger = Logger(label: "start")
        let databasePath = sqlitePath(settings.database)
        if !purpose.makesCatalog {
            _ = try DataDirectory.existing(settings.dataDirectory)
            try requireDatabase(databasePath)
        }
        try requirePlace(of: databasePath, dataDirectory: settings.dataDirectory)
        // What is going to be refused is refused before anything is touched: opening alone writes to the file.
        let schema = SQLiteGlance.number(Migrator.newestStep, in: databasePath)
        try Migrator().refuseNewer(schema)
        if purpose == .read { try Migrator().refuseOlder(schema) }
        let directory =
            purpose == .read
            ? try DataDirectory.existing(settings.dataDirectory) : try DataDirectory.prepare(settings.dataDirectory)
        let lock = purpose == .serve ? try ServeLock.acquire(directory) : nil
        let temporary = purpose == .serve ? try prepareTemporary(settings, directory, logger) : nil
        let secrets = try InstanceSecrets.load(
            settings, in: directory, isFirstStart: access(databasePath, F_OK) != 0)
        for file in secrets.createdFiles {
            logger.notice("made a secret; keep a copy of it", metadata: ["file": "\(file)"])
        }
        log.hide([secrets.jwtSecret, secrets.masterKey, settings.authentication.adminPassword].compactMap(\.self))
        let database = try SQLiteDatabase(path: databasePath, readers: readers(purpose))
        let application = Application(
            loaded: loaded, directory: directory, secrets: secrets, database: database, lock: lock,
            temporary: temporary, log: log)
        do {
            try await application.bringForward(purpose, path: databasePath, logger)
        } catch {
            try? await database.close()
            throw error
        }
        return application
    }

    /// Gives the database this program's schema, or sees that it has it, and that it was made with these secrets.
    private func bringForward(_ purpose: Purpose, path: String, _ logger: Logger) async throws {
        if purpose == .read {
            try await Migrator().check(database)
        } else if let newest = try await Migrator().migrate(database).last {
            logger.notice(
                "brought the database to this version's schema", metadata: ["file": "\(path)", "schema": "\(newest)"])
        }
        try await InstanceCheck(database: database).run(
            jwtSecret: secrets.jwtSecret.exposed, masterKey: secrets.masterKey.exposed, keeps: purpose != .read)
    }

    /// The search index of the data directory, for a command; nil while a server or another command has it open.
    ///
    /// - Throws: as `NameIndex`.
    func openIndex() async throws -> NameIndex? {
        do {
            return try await NameIndex(database: database, directory: directory.path(of: Self.searchDirectoryName))
        } catch let error as CatalogError where error.code == .conflict {
            return nil
        }
    }

    /// Runs `body` and then lets go of the database, however it ended; the claim on the directory ends with this value.
    func whileOpen<Value>(_ body: () async throws -> Value) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        try await database.close()
        withExtendedLifetime(lock) {}
        return try result.get()
    }

    /// Connections that read: as many as can run at the same time. With twice as many, threads that fight over two cores cost a
    /// quarter of the listings.
    private static func readers(_ purpose: Purpose) -> Int {
        purpose == .serve ? max(2, ProcessEnvironment.processorCount) : 2
    }

    private static func prepareTemporary(
        _ settings: Settings, _ directory: DataDirectory, _ logger: Logger
    ) throws -> TemporaryDirectory {
        let temporary = try TemporaryDirectory.prepare(settings.temporaryDirectory, for: directory)
        let removed = try temporary.sweep()
        if removed > 0 { logger.info("removed temporary files of an earlier run", metadata: ["count": "\(removed)"]) }
        return temporary
    }

    /// Sees that a database can be at `path`, whose directory only the program's own is made for.
    private static func requirePlace(of path: String, dataDirectory: String) throws {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw CatalogError(
                .invalidArgument, "The database \(path) is a directory. Name a file in it with --database-url.")
        }
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        if directory != dataDirectory, !directory.isEmpty, stat(directory, &status) != 0, errno == ENOENT {
            throw CatalogError(
                .invalidArgument, "The directory \(directory) of the database does not exist. Make it first.")
        }
    }

    private static func requireDatabase(_ path: String) throws {
        guard access(path, F_OK) == 0 else {
            guard errno != EACCES else {
                throw CatalogError(
                    .permissionDenied, "The database \(path) cannot be reached by the user with id \(geteuid()).")
            }
            throw CatalogError(
                .notFound,
                "There is no catalog at \(path) yet. Start `catalogizer serve`, or name another directory with "
                    + "--data-dir."
            )
        }
    }

    private static func sqlitePath(_ location: DatabaseLocation) -> String {
        switch location {
        case .sqlite(let path): path
        }
    }
}
