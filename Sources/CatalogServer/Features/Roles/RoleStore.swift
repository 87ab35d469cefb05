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

    /// Every role: those of the system first, then by name.
    func all(_ connection: any SQLConnection) throws -> [Role] {
        try connection.rows(RoleQueries.all, [], Self.role)
    }

    /// - Throws: `CatalogError.alreadyExists` for a name that another transaction has taken.
    func insert(_ draft: RoleDraft, now: Int64, _ connection: any SQLConnection) throws -> RoleID {
        let id = try connection.firstRow(RoleQueries.insert, try Self.values(draft) + [.integer(now)]) { $0.integer(0) }
        guard let id else { throw CatalogError.internalError("the new role has no id") }
        return id
    }

    /// - Throws: as `insert`.
    func update(_ id: RoleID, to draft: RoleDraft, now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(RoleQueries.update, [.integer(id)] + Self.values(draft) + [.integer(now)])
    }

    /// Whether a user has the role.
    func isInUse(_ id: RoleID, _ connection: any SQLConnection) throws -> Bool {
        try connection.firstRow(RoleQueries.isInUse, [.integer(id)]) { _ in true } ?? false
    }

    func delete(_ id: RoleID, _ connection: any SQLConnection) throws {
        try connection.execute(RoleQueries.delete, [.integer(id)])
    }

    private static func values(_ draft: RoleDraft) throws -> [SQLValue] {
        [
            .text(draft.name), .text(TextFold.fold(draft.name)), .optional(draft.description),
            .text(try encode(draft.permissions.names)),
        ]
    }

    private static func encode(_ permissions: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(permissions), as: UTF8.self)
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
        try connection.execute(
            RoleQueries.insertWithID,
            [
                .integer(role.id), .text(role.name), .text(TextFold.fold(role.name)), .text(role.description),
                .text(try Self.encode(role.permissions)), .integer(now),
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
