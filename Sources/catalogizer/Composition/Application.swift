import CatalogCore
import CatalogDatabase
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
        /// Run the jobs of a catalog that is there, from a data directory of its own.
        case work
        /// Only read a catalog that is there.
        case read

        /// What only one process may be in a data directory.
        var role: ServeLock.Role? { self == .serve ? .server : self == .work ? .worker : nil }
        /// Whether a missing catalog is made; else it is an error, and stays missing.
        var makesCatalog: Bool { self == .serve || self == .create }
        /// Whether a missing data directory is made.
        var makesDirectory: Bool { makesCatalog || self == .work }
        /// Whether an older schema is brought forward; else it is an error.
        var migrates: Bool { self != .read && self != .work }
    }

    let loaded: LoadedSettings
    let directory: DataDirectory
    let secrets: InstanceSecrets
    let database: any Database
    /// What other nodes over the same database know this one by: the same after a restart, and another one in each data directory.
    let nodeName: String
    /// Held by `serve` and `worker`.
    let lock: ServeLock?
    let temporary: TemporaryDirectory?
    let log: ProgramLog

    /// Where in the data directory the search index lies.
    static let searchDirectoryName = "search"
    /// The same for files on their way from and to clients and storages.
    static let transferDirectoryName = "transfer"

    /// Makes the directory for files on their way, for its owner only.
    func prepareTransfers() throws {
        _ = try DataDirectory.prepare(directory.path(of: Self.transferDirectoryName))
    }

    var settings: Settings { loaded.settings }

    /// The server that holds the data directory, unless it is this process.
    var otherServer: ServeHolder? { lock?.role == .server ? nil : ServeLock.holder(of: directory) }

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
        let place = try DatabasePlace(settings)
        if !purpose.makesDirectory { _ = try DataDirectory.existing(settings.dataDirectory) }
        // What is going to be refused is refused before anything is touched.
        try place.requireUsable(for: purpose, settings)
        let hasCatalog = try await place.hasCatalog()
        if !purpose.makesCatalog, !hasCatalog { throw DatabasePlace.missing(place.description) }
        let directory =
            purpose == .read
            ? try DataDirectory.existing(settings.dataDirectory) : try DataDirectory.prepare(settings.dataDirectory)
        let lock = try purpose.role.map { try ServeLock.acquire(directory, as: $0) }
        let temporary = purpose == .serve ? try prepareTemporary(settings, directory, logger) : nil
        let nodeName = try NodeName.of(directory, makesIt: purpose != .read)
        let secrets = try InstanceSecrets.load(settings, in: directory, isFirstStart: !hasCatalog)
        for file in secrets.createdFiles {
            logger.notice("made a secret; keep a copy of it", metadata: ["file": "\(file)"])
        }
        log.hide([secrets.jwtSecret, secrets.masterKey, settings.authentication.adminPassword].compactMap(\.self))
        let database = try place.open(for: purpose)
        let application = Application(
            loaded: loaded, directory: directory, secrets: secrets, database: database, nodeName: nodeName, lock: lock,
            temporary: temporary, log: log)
        do {
            try await application.bringForward(purpose, place, logger)
        } catch {
            try? await database.close()
            throw error
        }
        return application
    }

    /// Gives the database this program's schema, or sees that it has it, and that it was made with these secrets.
    private func bringForward(_ purpose: Purpose, _ place: DatabasePlace, _ logger: Logger) async throws {
        if !purpose.migrates {
            try await Migrator().check(database)
        } else if let newest = try await Migrator().migrate(database).last {
            logger.notice(
                "brought the database to this version's schema",
                metadata: ["database": "\(place.description)", "schema": "\(newest)"])
        }
        try await InstanceCheck(database: database).run(
            jwtSecret: secrets.jwtSecret.exposed, masterKey: secrets.masterKey.exposed, keeps: purpose.migrates)
    }

    /// The search index of the data directory, for a command; nil while a server or another command has it open, and where the database
    /// is searched instead.
    ///
    /// - Throws: as `NameIndex`.
    func openIndex() async throws -> NameIndex? {
        guard settings.searchEngine == .index else { return nil }
        do {
            return try await NameIndex(database: database, directory: directory.path(of: Self.searchDirectoryName))
        } catch let error as CatalogError where error.code == .conflict {
            return nil
        }
    }

    /// Runs `body` and then lets go of the database, however it ended; the claim on the directory ends with this value.
    func whileOpen<Value>(_ body: () async throws -> Value) async throws -> Value {
        defer { withExtendedLifetime(lock) {} }
        return try await database.closing { try await body() }
    }

    private static func prepareTemporary(
        _ settings: Settings, _ directory: DataDirectory, _ logger: Logger
    ) throws -> TemporaryDirectory {
        let temporary = try TemporaryDirectory.prepare(settings.temporaryDirectory, for: directory)
        let removed = try temporary.sweep()
        if removed > 0 { logger.info("removed temporary files of an earlier run", metadata: ["count": "\(removed)"]) }
        return temporary
    }
}
