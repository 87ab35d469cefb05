import CatalogCore
package import CatalogDatabase
import Foundation

/// A real database with the whole schema, on the engine that this run of the tests is about, and a directory beside it. Both go
/// away after the test.
package struct TestDatabase: Sendable {
    package let database: any Database
    /// The directory, which a test may use as the data directory.
    package let directory: String

    private let place: TestEngine.Place

    /// Runs `body` with a new database.
    package static func withNew<Value>(
        _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appending(path: "catalogizer-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let place = TestEngine.place(in: directory)
        try await place.create()
        let result: Result<Value, any Error>
        do {
            let database = try place.open()
            result = .success(
                try await closing(database) {
                    try await Migrator().migrate(database)
                    return try await body(TestDatabase(database: database, directory: directory, place: place))
                })
        } catch {
            result = .failure(error)
        }
        try await place.remove()
        return try result.get()
    }

    /// Runs `body` with a second way into the same database, as another process has it.
    package func withSecondProcess<Value>(_ body: (any Database) async throws -> Value) async throws -> Value {
        let database = try place.open()
        return try await Self.closing(database) { try await body(database) }
    }

    private static func closing<Value>(
        _ database: any Database, _ body: () async throws -> Value
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
