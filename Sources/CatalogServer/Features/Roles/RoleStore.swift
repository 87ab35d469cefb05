import CatalogCore
import CatalogDatabase
import Foundation

/// Asks the database about roles. Its functions take the connection, so that a service can ask several stores in one
/// transaction.
struct RoleStore: Sendable {
    func role(_ id: RoleID, _ connection: any SQLConnection) throws -> Role? {
        try connection.firstRow(RoleQueries.byID, [.integer(id)], Self.role)
    }

    /// The role with this name, folded.
    func role(named folded: String, _ connection: any SQLConnection) throws -> Role? {
        try connection.firstRow(RoleQueries.byName, [.text(folded)], Self.role)
    }

    private static func role(_ row: SQLRow) throws -> Role {
        Role(
            id: row.integer(0), name: row.text(1), description: row.optionalText(2),
            permissions: PermissionSet(try Self.decode([String].self, row.text(3))),
            scope: try row.optionalText(4).map { .roots(try Self.decode(Set<RootID>.self, $0)) } ?? .everything,
            isSystem: row.bool(5), createdAt: row.integer(6), updatedAt: row.integer(7))
    }

    /// Adds a role that came with the product.
    func insert(_ role: SystemRole, now: Int64, _ connection: any SQLConnection) throws {
        let permissions = String(decoding: try JSONEncoder().encode(role.permissions), as: UTF8.self)
        try connection.execute(
            RoleQueries.insertWithID,
            [
                .integer(role.id), .text(role.name), .text(TextFold.fold(role.name)), .text(role.description),
                .text(permissions), .integer(now),
            ])
    }

    /// Makes sure that roles that are added later get ids of their own.
    func skipGivenIDs(_ connection: any SQLConnection) throws {
        try connection.forEachRow(RoleQueries.skipGivenIDs, []) { _ in true }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw CatalogError.internalError("a role's permissions or storage scope cannot be read: \(error)")
        }
    }
}
