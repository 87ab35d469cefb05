import CatalogCore
package import CatalogDatabase
import CatalogSQLite
import Foundation

/// A real SQLite database with the whole schema, in a directory of its own that goes away after the test.
package struct TestDatabase: Sendable {
    package let database: any Database
    /// The directory, which a test may use as the data directory.
    package let directory: String

    /// Runs `body` with a new database.
    package static func withNew<Value>(
        _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appending(path: "catalogizer-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let database = try SQLiteDatabase(path: directory + "/catalogizer.sqlite", readers: 2)
        return try await closing(database) {
            try await Migrator().migrate(database)
            return try await body(TestDatabase(database: database, directory: directory))
        }
    }

    /// Runs `body` with a second way into the same file, as another process has it.
    package func withSecondProcess<Value>(_ body: (any Database) async throws -> Value) async throws -> Value {
        let database = try SQLiteDatabase(path: directory + "/catalogizer.sqlite", readers: 2)
        return try await Self.closing(database) { try await body(database) }
    }

    private static func closing<Value>(
        _ database: SQLiteDatabase, _ body: () async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        do {
            try await database.close()
        } catch let error as CatalogError where error.code == .unavailable {
            // The test closed it itself, to see what happens without one.
        }
        return try result.get()
    }
}
