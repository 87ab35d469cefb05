package import CatalogCore
package import CatalogDatabase

/// Puts the system roles into a new database.
package struct RoleSeeder: Sendable {
    private let database: any Database
    private let time: TimeSource
    private let roles = RoleStore()

    package init(database: any Database, time: TimeSource) {
        self.database = database
        self.time = time
    }

    /// Adds the system roles that are missing, all in one transaction. What is there stays as it is.
    package func seed() async throws {
        let now = time.now
        try await database.write { [roles] connection in
            var added = false
            for role in SystemRole.allCases where try roles.role(role.id, connection) == nil {
                try roles.insert(role, now: now, connection)
                added = true
            }
            if added { try roles.skipGivenIDs(connection) }
        }
    }
}
