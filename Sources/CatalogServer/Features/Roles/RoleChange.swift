import CatalogCore

/// A place that a role should show, as asked for and not yet checked.
package struct ScopeWish: Sendable, Equatable {
    /// A storage root by its name, its string id or its number.
    let root: String
    /// Text form of a path below it; empty for all of it.
    let path: String
}

/// What somebody wants a role to be, as asked for and not yet checked.
package struct RoleChange: Sendable {
    /// Nil leaves it.
    package var name: String?
    /// For people who choose a role.
    package var description: FieldChange<String> = .keep
    /// Nil leaves them.
    package var permissions: [String]?
    /// Cleared, it is everything.
    package var storageScope: FieldChange<[ScopeWish]> = .keep

    /// No change.
    package init() {}
}

/// What a role is after its fields were checked.
struct RoleDraft: Sendable, Equatable {
    private static let nameCharacters = 2...50
    private static let permissionsMax = 200
    private static let permissionBytes = 100
    private static let grantsMax = 100

    let name: String
    let description: String?
    let permissions: PermissionSet
    /// Nil for everything.
    let grants: [AccessScope.Grant]?

    init(name: String, description: String?, permissions: PermissionSet, grants: [AccessScope.Grant]?) {
        (self.name, self.description, self.permissions, self.grants) = (name, description, permissions, grants)
    }

    /// - Parameters:
    ///   - role: what stays where the change says nothing; nil for a new role.
    ///   - rootID: finds a storage root by what somebody calls it.
    /// - Throws: `CatalogError.invalidArgument` naming the first field that is wrong.
    init(_ change: RoleChange, over role: Role?, rootID: (String) throws -> RootID?) throws {
        guard let name = change.name ?? role?.name else {
            throw CatalogError(.invalidArgument, "Role name is required")
        }
        self.name = try Self.checked(name: name)
        switch change.description {
        case .keep: description = role?.description
        case .clear, .set(""): description = nil
        case .set(let text): description = try ProfileRules.name(text, "description")
        }
        permissions = try change.permissions.map(Self.checked(permissions:)) ?? role?.permissions ?? PermissionSet([])
        switch change.storageScope {
        case .keep: grants = role?.grants
        case .clear: grants = nil
        case .set(let wishes): grants = try Self.checked(wishes, rootID)
        }
    }

    private static func checked(
        _ wishes: [ScopeWish], _ rootID: (String) throws -> RootID?
    ) throws -> [AccessScope.Grant] {
        guard wishes.count <= grantsMax else {
            throw CatalogError(.invalidArgument, "At most \(grantsMax) places can be given in storage_scope")
        }
        return try wishes.map { wish in
            guard let id = try rootID(wish.root) else {
                let name = wish.root.prefix(64)
                throw CatalogError(.invalidArgument, "Invalid storage_scope: there is no storage root \"\(name)\"")
            }
            guard let path = try? StoragePath(parsing: wish.path) else {
                throw CatalogError(.invalidArgument, "Invalid storage_scope: invalid path_prefix")
            }
            return AccessScope.Grant(rootID: id, path: path)
        }
    }

    private static func checked(name: String) throws -> String {
        guard !name.allSatisfy(\.isWhitespace) else { throw CatalogError(.invalidArgument, "Role name is required") }
        let wrongLength = CatalogError(.invalidArgument, "Role name must be 2 to 50 characters long")
        // Cutting blanks off a long text may take long.
        guard name.utf8.count <= Limits.accountNameBytes else { throw wrongLength }
        let name = String(name.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        guard nameCharacters.contains(name.unicodeScalars.count) else { throw wrongLength }
        let isPlain = name.unicodeScalars.allSatisfy { scalar in
            ![.control, .format, .privateUse, .surrogate, .unassigned].contains(scalar.properties.generalCategory)
        }
        guard isPlain else { throw CatalogError(.invalidArgument, "Role name must not contain control characters") }
        return name
    }

    static func checked(permissions: [String]) throws -> PermissionSet {
        guard permissions.count <= permissionsMax else {
            throw CatalogError(.invalidArgument, "At most \(permissionsMax) permissions can be given")
        }
        for name in permissions where name.utf8.count > permissionBytes || !Permission.isWellFormed(name) {
            throw CatalogError(.invalidArgument, "Invalid permission: \(String(name.prefix(permissionBytes)))")
        }
        return PermissionSet(permissions)
    }
}
