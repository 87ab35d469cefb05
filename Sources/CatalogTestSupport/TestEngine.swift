import CatalogCore
package import CatalogDatabase
import CatalogPostgres
import CatalogSQLite
import Foundation

/// Which engine this run of the tests is about, and how a test gets a database of its own on it.
///
/// `TEST_DATABASE_URL` names a PostgreSQL server, as `Scripts/test` does for its second run; without it the engine is SQLite.
package enum TestEngine {
    /// The server of the tests; nil for SQLite.
    private static let server = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"].flatMap {
        $0.isEmpty ? nil : $0
    }

    /// Whether this run is about PostgreSQL.
    package static var isPostgres: Bool { server != nil }
    /// Whether this run is about SQLite: for tests of its files.
    package static var isSQLite: Bool { server == nil }

    /// A place for one database: a file in `directory`, or a schema of the server.
    package static func place(in directory: String) -> Place {
        guard let server else { return .file(directory + "/catalogizer.sqlite") }
        let schema = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        return .schema(schema, server: server)
    }

    /// Opens the database that a setting `database.url` names.
    package static func open(_ url: String) throws -> any Database {
        let file = "sqlite:"
        guard url.hasPrefix(file) else { return PostgresDatabase(target: try PostgresTarget(url: url), connections: 6) }
        return try SQLiteDatabase(path: String(url.dropFirst(file.count)), readers: 2)
    }

    /// Where one database is.
    package enum Place: Sendable {
        case file(String)
        case schema(String, server: String)

        /// The setting `database.url` for this place.
        package var url: String {
            switch self {
            case .file(let path): "sqlite:" + path
            case .schema(let name, let server):
                server + (server.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)"
            }
        }

        /// Makes the place, where that needs anything.
        package func create() async throws {
            if case .schema(let name, let server) = self { try await Self.run("CREATE SCHEMA \(name)", on: server) }
        }

        /// Another way to it, as each process has one.
        package func open() throws -> any Database {
            try TestEngine.open(url)
        }

        /// Removes what is not in the directory of the test.
        package func remove() async throws {
            if case .schema(let name, let server) = self {
                try await Self.run("DROP SCHEMA \(name) CASCADE", on: server)
            }
        }

        private static func run(_ sql: String, on server: String) async throws {
            let database = PostgresDatabase(target: try PostgresTarget(url: server), connections: 1)
            let result: Result<Void, any Error>
            do {
                result = .success(try await database.write(.readCommitted) { try $0.executeScript(sql) })
            } catch {
                result = .failure(error)
            }
            try await database.close()
            try result.get()
        }
    }
}
