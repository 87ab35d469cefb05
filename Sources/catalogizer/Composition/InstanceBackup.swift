import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogSQLite
import CatalogServer
import CatalogSettings
import Glibc
import NIOPosix

/// Backup and restore of a catalog in a SQLite file, beside a server that runs.
struct InstanceBackup: Sendable {
    private let loaded: LoadedSettings
    private let log: ProgramLog

    init(_ loaded: LoadedSettings, log: ProgramLog) {
        self.loaded = loaded
        self.log = log
    }

    private var settings: Settings { loaded.settings }

    /// Writes the catalog as it is now into `file`, which must not exist.
    ///
    /// - Returns: bytes of the file.
    /// - Throws: `CatalogError.unsupported` with the call of `pg_dump` for a catalog in PostgreSQL; `.alreadyExists`; as
    ///   `SQLiteFileCopy.make`.
    func backUp(to file: String) async throws -> Int64 {
        let place = try DatabasePlace(settings)
        guard case .sqlite(let path) = place else {
            throw inPostgres("pg_dump --format=custom --file=\(ShellWord.argument(file))")
        }
        try place.requireUsable(for: .read, settings)
        return try await NIOThreadPool.singleton.runIfActive {
            // Under its own name only when it is complete.
            let partial = "\(file).\(getpid()).partial"
            try Self.requireFree(file)
            try SQLiteFileCopy.make(of: path, at: partial)
            do {
                try Self.move(partial, to: file)
            } catch {
                SQLiteFileCopy.remove(partial)
                throw error
            }
            var status = stat()
            return stat(file, &status) == 0 ? Int64(status.st_size) : 0
        }
    }

    /// Puts the catalog of `file` in the place of the one that is there, which is made when it is missing.
    ///
    /// - Returns: how many rows were restored.
    /// - Throws: `CatalogError.unsupported` with the call of `pg_restore` for a catalog in PostgreSQL; `.invalidArgument` for a file
    ///   that is no catalog; `.conflict` for one of a newer program or with other secrets, and while a job runs; `.dataLoss` for
    ///   a damaged one. Nothing is changed then.
    func restore(
        from file: String, onProgress: @escaping @Sendable (InstanceCopy.Progress) -> Void
    ) async throws -> Int {
        let place = try DatabasePlace(settings)
        guard case .sqlite(let path) = place else {
            throw inPostgres(
                "pg_restore --single-transaction --no-comments \(ShellWord.argument(file))",
                when: "into a new, empty database (dropdb and createdb), once every server and worker has stopped")
        }
        try Self.requireCatalog(file)
        // What is made here is for its owner only.
        umask(0o077)
        let directory = try DataDirectory.prepare(settings.dataDirectory)
        // The file itself stays as it is: an older schema is brought forward in a copy.
        let copy = directory.path(of: "restore-\(getpid()).sqlite")
        defer { SQLiteFileCopy.remove(copy) }
        try await NIOThreadPool.singleton.runIfActive { try SQLiteFileCopy.make(of: file, at: copy) }
        let source = try SQLiteDatabase(path: copy, readers: 1)
        return try await source.closing {
            try await Migrator().migrate(source)
            try await checkSecrets(source, directory)
            let application: Application
            do {
                application = try await Application.open(loaded, for: .create, log: log)
            } catch let error as CatalogError where error.code == .dataLoss {
                throw CatalogError(
                    .dataLoss,
                    "The database \(path) is too damaged to be written to. Stop the server, move the file away together with its "
                        + "-wal and -shm files, and run this again.", cause: error.cause ?? error.message)
            }
            return try await application.whileOpen {
                try await InstanceRestore(source: source, target: application.database, onProgress: onProgress)
                    .run(livenessMicroseconds: JobStore.silenceMicroseconds)
            }
        }
    }

    /// Sees that passwords and sessions of the backup could be read here, before anything is made.
    private func checkSecrets(_ source: any Database, _ directory: DataDirectory) async throws {
        let secrets = try InstanceSecrets.load(settings, in: directory, isFirstStart: false)
        try await InstanceCheck(database: source).run(
            jwtSecret: secrets.jwtSecret.exposed, masterKey: secrets.masterKey.exposed, keeps: false)
    }

    private static func requireCatalog(_ file: String) throws {
        guard access(file, R_OK) == 0 else {
            throw CatalogError(.notFound, "\(file) cannot be read: \(String(cString: strerror(errno))).")
        }
        guard let schema = SQLiteGlance.number(Migrator.newestStep, in: file) else {
            throw CatalogError(
                .invalidArgument,
                "\(file) is no backup of a catalog. Name a file that `catalogizer backup` has written.")
        }
        try Migrator().refuseNewer(schema)
    }

    private static func requireFree(_ file: String) throws {
        var status = stat()
        guard lstat(file, &status) != 0 else {
            throw CatalogError(.alreadyExists, "\(file) is there already. Name another file; nothing is overwritten.")
        }
    }

    /// Gives a file its name, unless somebody else has taken it.
    private static func move(_ partial: String, to file: String) throws {
        if link(partial, file) == 0 {
            unlink(partial)
            return
        }
        // Not every file system has links.
        try requireFree(file)
        guard rename(partial, file) == 0 else {
            throw CatalogError(.permissionDenied, "\(file) cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    /// - Parameter circumstances: when it can be called, and on what.
    private func inPostgres(_ call: String, when circumstances: String = "while it runs") -> CatalogError {
        guard case .postgres(let url) = settings.database else { return .internalError("the catalog is in a file") }
        return CatalogError(
            .unsupported,
            "This catalog is in PostgreSQL, whose own programs do this \(circumstances): \(call) "
                + "--dbname=\(ShellWord.argument(URLPassword.removed(url.exposed)))")
    }
}
