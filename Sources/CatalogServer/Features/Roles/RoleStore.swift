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
            .optional(try draft.grants.map { try encode($0.map(StoredGrant.init)) }),
        ]
    }

    /// A place in a role's scope as it is stored.
    private struct StoredGrant: Codable {
        let root: RootID
        let path: String

        init(_ grant: AccessScope.Grant) { (root, path) = (grant.rootID, grant.path.text) }

        func grant() throws -> AccessScope.Grant {
            AccessScope.Grant(rootID: root, path: try StoragePath(parsing: path))
        }
    }

    private static func encode(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    /// Names of all storage roots, hidden ones included.
    func rootNames(_ connection: any SQLConnection) throws -> [RootID: String] {
        let roots = try connection.rows(RoleQueries.roots) { (id: $0.integer(0), name: $0.text(1)) }
        return Dictionary(uniqueKeysWithValues: roots.map { ($0.id, $0.name) })
    }

    /// The storage root that somebody calls so: by its number, its string id or its name.
    func rootID(_ text: String, _ connection: any SQLConnection) throws -> RootID? {
        guard text.utf8.count <= Limits.accountNameBytes else { return nil }
        let (number, folded) = (RootID(text), TextFold.fold(text))
        return try connection.rows(RoleQueries.roots) { row -> RootID? in
            let isMeant = row.integer(0) == number || row.text(2) == folded || row.text(3) == text
            return isMeant && row.isNull(4) ? row.integer(0) : nil
        }.compactMap { $0 }.first
    }

    private static func role(_ row: SQLRow) throws -> Role {
        Role(
            id: row.integer(0),
            text: RoleDraft(
                name: row.text(1), description: row.optionalText(2),
                permissions: PermissionSet(try Self.decode([String].self, row.text(3))),
                grants: try row.optionalText(4).map {
                    try Self.decode([StoredGrant].self, $0).map { try $0.grant() }
                }),
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
