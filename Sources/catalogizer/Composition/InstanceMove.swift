import CatalogCore
import CatalogDatabase
import CatalogSettings
import Glibc

/// The copy of a whole instance from one database to another.
struct InstanceMove: Sendable {
    private let source: DatabasePlace
    private let target: DatabasePlace

    /// - Throws: `CatalogError.invalidArgument` for a URL that cannot be read, or when both are the same.
    init(from source: String, to target: String) throws {
        self.source = try Self.place(source, option: "--from")
        self.target = try Self.place(target, option: "--to")
        guard self.source.description != self.target.description else {
            throw CatalogError(.invalidArgument, "--from and --to name the same database.")
        }
    }

    /// For people: where to.
    var targetDescription: String { target.description }

    /// - Throws: `CatalogError.notFound` for a source without a catalog; `.conflict` for one of another version, and a target that
    ///   is not empty; as `InstanceCopy.run`.
    func run(onProgress: @escaping @Sendable (InstanceCopy.Progress) -> Void) async throws -> InstanceCopy.Summary {
        guard try await source.hasCatalog() else {
            throw CatalogError(.notFound, "There is no catalog at \(source.description).")
        }
        try target.requireRoom()
        // A file that is made here is for its owner only.
        umask(0o077)
        return try await Self.whileOpen(source, for: .read) { source in
            try await Migrator().check(source)
            return try await Self.whileOpen(target, for: .create) { target in
                // What is there already is looked at before it is changed.
                if try await Migrator.isUntouched(target) {
                    try await Migrator().migrate(target)
                } else {
                    try await Migrator().check(target)
                }
                return try await InstanceCopy(source: source, target: target, onProgress: onProgress).run()
            }
        }
    }

    private static func place(_ url: String, option: String) throws -> DatabasePlace {
        guard let location = DatabaseLocation(url, workingDirectory: ProcessEnvironment.workingDirectory) else {
            throw CatalogError(
                .invalidArgument,
                "\(option) is no database URL. Accepted: sqlite:PATH, or postgres://USER@HOST:PORT/NAME?sslmode=…")
        }
        return try DatabasePlace(location, connections: 2)
    }

    private static func whileOpen<Value>(
        _ place: DatabasePlace, for purpose: Application.Purpose, _ body: (any Database) async throws -> Value
    ) async throws -> Value {
        let database = try place.open(for: purpose)
        return try await database.closing { try await body(database) }
    }
}
