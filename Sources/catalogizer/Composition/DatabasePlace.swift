import CatalogCore
import CatalogDatabase
import CatalogPostgres
import CatalogSQLite
import CatalogSettings
import Glibc

/// Where the database of the settings is: how it is looked at before anything is changed, and how it is opened.
enum DatabasePlace: Sendable {
    /// A file.
    case sqlite(path: String)
    /// A database of a server, and how many connections to it this process holds at most.
    case postgres(PostgresTarget, connections: Int)

    /// - Throws: `CatalogError.invalidArgument` for a URL that cannot be read.
    init(_ settings: Settings) throws {
        try self.init(settings.database, connections: settings.databaseConnections)
    }

    /// - Parameter connections: to a server, at most.
    /// - Throws: `CatalogError.invalidArgument` for a URL that cannot be read.
    init(_ location: DatabaseLocation, connections: Int) throws {
        switch location {
        case .sqlite(let path): self = .sqlite(path: path)
        case .postgres(let url): self = .postgres(try PostgresTarget(url: url.exposed), connections: connections)
        }
    }

    /// For people: no password.
    var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let target, _): target.description
        }
    }

    /// Sees that a database can be there and that this program can work with it, before anything is touched: opening a
    /// file alone writes to it.
    ///
    /// - Throws: `CatalogError` with what to do.
    func requireUsable(for purpose: Application.Purpose, _ settings: Settings) throws {
        guard case .sqlite(let path) = self else { return }
        guard purpose != .work else {
            throw CatalogError(
                .unsupported,
                "A worker needs a PostgreSQL database, which it shares with the servers: set database.url. With SQLite the "
                    + "server runs all jobs itself.")
        }
        if !purpose.makesCatalog { try Self.requireFile(path) }
        try Self.requirePlace(of: path, dataDirectory: settings.dataDirectory)
        if !settings.allowsNetworkFileSystem {
            try NetworkFileSystem.refuse(path)
            // The claim on it and the index of names rely on the same things as the database.
            try NetworkFileSystem.refuse(settings.dataDirectory)
        }
        let schema = SQLiteGlance.number(Migrator.newestStep, in: path)
        try Migrator().refuseNewer(schema)
        if purpose == .read { try Migrator().refuseOlder(schema) }
    }

    /// Sees that a database can be made there.
    ///
    /// - Throws: `CatalogError.invalidArgument`, `.unsupported` for a file on another machine.
    func requireRoom() throws {
        guard case .sqlite(let path) = self else { return }
        try Self.requirePlace(of: path, dataDirectory: "")
        try NetworkFileSystem.refuse(path)
    }

    /// Whether a catalog is there already, which was made with secrets.
    ///
    /// - Throws: `CatalogError.unavailable` when the server does not answer.
    func hasCatalog() async throws -> Bool {
        switch self {
        case .sqlite(let path): return access(path, F_OK) == 0
        case .postgres(let target, _):
            let database = PostgresDatabase(target: target, connections: 1)
            let result: Result<Bool, any Error>
            do { result = .success(try await !Migrator.isUntouched(database)) } catch { result = .failure(error) }
            try await database.close()
            do {
                return try result.get()
            } catch let error as CatalogError where error.code == .unavailable {
                throw CatalogError(
                    .unavailable,
                    "The database at \(target.description) cannot be opened: \(error.cause ?? error.message). "
                        + "See that the server runs and that database.url is right.")
            }
        }
    }

    /// Opens it, or makes it where that is a file.
    ///
    /// - Throws: as the engine.
    func open(for purpose: Application.Purpose) throws -> any Database {
        switch self {
        case .sqlite(let path): try SQLiteDatabase(path: path, readers: Self.readers(purpose))
        case .postgres(let target, let connections):
            PostgresDatabase(
                target: target, connections: purpose == .serve || purpose == .work ? connections : min(connections, 4))
        }
    }

    /// Connections that read: as many as can run at the same time. With twice as many, threads that fight over two cores
    /// cost a quarter of the listings.
    private static func readers(_ purpose: Application.Purpose) -> Int {
        purpose == .serve ? max(2, ProcessEnvironment.processorCount) : 2
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

    private static func requireFile(_ path: String) throws {
        guard access(path, F_OK) == 0 else {
            guard errno != EACCES else {
                throw CatalogError(
                    .permissionDenied, "The database \(path) cannot be reached by the user with id \(geteuid()).")
            }
            throw missing(path)
        }
    }

    /// What is said where a catalog has to be and is not.
    static func missing(_ place: String) -> CatalogError {
        CatalogError(
            .notFound,
            "There is no catalog at \(place) yet. Start `catalogizer serve`, or name another directory with --data-dir."
        )
    }
}
