import CatalogCore
import CatalogDatabase

/// Asks the database about wrong passwords of one account from one network (`ClientOrigin.network`).
struct LoginFailureStore: Sendable {
    func count(of userID: UserID, from network: String, _ connection: any SQLConnection) throws -> LockoutRule.Count {
        try connection.firstRow(LoginFailureQueries.byUserAndAddress, [.integer(userID), .text(network)]) {
            LockoutRule.Count(failures: Int($0.integer(0)), lockedUntil: $0.optionalInteger(1))
        } ?? LockoutRule.Count()
    }

    func set(
        _ count: LockoutRule.Count, of userID: UserID, from network: String, now: Int64, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            LoginFailureQueries.set,
            [
                .integer(userID), .text(network), .integer(Int64(count.failures)), .optional(count.lockedUntil),
                .integer(now),
            ])
    }

    /// - Parameter network: nil for all of them.
    func delete(of userID: UserID, from network: String?, _ connection: any SQLConnection) throws {
        if let network {
            try connection.execute(LoginFailureQueries.delete, [.integer(userID), .text(network)])
        } else {
            try connection.execute(LoginFailureQueries.deleteOfUser, [.integer(userID)])
        }
    }

    /// Deletes counts that nobody has touched since `time` (microseconds since 1970).
    func deleteOlder(than time: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(LoginFailureQueries.deleteOlder, [.integer(time)])
    }
}
