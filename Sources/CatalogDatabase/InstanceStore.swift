/// What the database keeps about its installation as a whole, by name.
package struct InstanceStore: Sendable {
    private static let insert = SQLStatement(
        "INSERT INTO instance (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
    private static let find = SQLStatement("SELECT value FROM instance WHERE name = $1")

    private static let remove = SQLStatement("DELETE FROM instance WHERE name = $1")

    private let database: any Database

    /// Over a migrated database.
    package init(database: any Database) {
        self.database = database
    }

    /// Keeps `value` unless there is one already, and returns the one that is kept.
    package func keep(_ name: String, _ value: String) async throws -> String {
        try await database.write { connection in
            try connection.execute(Self.insert, [.text(name), .text(value)])
            return try connection.firstRow(Self.find, [.text(name)]) { $0.text(0) } ?? value
        }
    }

    /// Forgets the value.
    package func remove(_ name: String) async throws {
        try await database.write { _ = try $0.execute(Self.remove, [.text(name)]) }
    }

    /// The value that is kept, if there is one.
    package func find(_ name: String) async throws -> String? {
        try await database.read { try $0.firstRow(Self.find, [.text(name)]) { $0.text(0) } }
    }
}
