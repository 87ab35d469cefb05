import CatalogCore
import CatalogDatabase
import Foundation

/// Asks the database about API keys.
struct APIKeyStore: Sendable {
    func key(hash: [UInt8], _ connection: any SQLConnection) throws -> APIKey? {
        try connection.firstRow(APIKeyQueries.byHash, [.blob(hash)], Self.key)
    }

    func key(_ id: Int64, _ connection: any SQLConnection) throws -> APIKey? {
        try connection.firstRow(APIKeyQueries.byID, [.integer(id)], Self.key)
    }

    /// The keys of a user, oldest first, expired ones included.
    func keys(of userID: UserID, _ connection: any SQLConnection) throws -> [APIKey] {
        try connection.rows(APIKeyQueries.ofUser, [.integer(userID)], Self.key)
    }

    /// - Returns: the number of the new key.
    func insert(
        _ order: APIKeyOrder, hash: [UInt8], of userID: UserID, now: Int64, _ connection: any SQLConnection
    ) throws -> Int64 {
        let permissions = try order.permissions.map {
            String(decoding: try JSONEncoder().encode($0), as: UTF8.self)
        }
        let id = try connection.firstRow(
            APIKeyQueries.insert,
            [
                .blob(hash), .integer(userID), .text(order.name), .optional(permissions), .integer(now),
                .optional(order.expiresAt),
            ]
        ) { $0.integer(0) }
        guard let id else { throw CatalogError.internalError("the new API key has no id") }
        return id
    }

    func delete(_ key: APIKey, _ connection: any SQLConnection) throws {
        try connection.execute(APIKeyQueries.delete, [.integer(key.id)])
        try connection.send(.userChanged(key.userID))
    }

    /// The caller tells other processes about the user.
    func deleteAll(of userID: UserID, _ connection: any SQLConnection) throws {
        try connection.execute(APIKeyQueries.deleteOfUser, [.integer(userID)])
    }

    func deleteExpired(before time: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(APIKeyQueries.deleteExpired, [.integer(time)])
    }

    func noteUse(of id: Int64, at time: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(APIKeyQueries.noteUse, [.integer(id), .integer(time)])
    }

    private static func key(_ row: SQLRow) throws -> APIKey {
        APIKey(
            id: row.integer(0), userID: row.integer(1), name: row.text(2),
            permissions: try row.optionalText(3).map { try JSONDecoder().decode([String].self, from: Data($0.utf8)) },
            createdAt: row.integer(4), expiresAt: row.optionalInteger(5), lastUsedAt: row.optionalInteger(6))
    }
}
