import CatalogCore

/// What somebody wants a role to be, as asked for and not yet checked.
package struct RoleChange: Sendable {
    /// Nil leaves it.
    package var name: String?
    /// For people who choose a role.
    package var description: FieldChange<String> = .keep
    /// Nil leaves them.
    package var permissions: [String]?

    /// No change.
    package init() {}
}

/// What a role is after its fields were checked.
struct RoleDraft: Sendable, Equatable {
    private static let nameCharacters = 2...50
    private static let permissionsMax = 200
    private static let permissionBytes = 100

    let name: String
    let description: String?
    let permissions: PermissionSet

    /// - Parameter role: what stays where the change says nothing; nil for a new role.
    /// - Throws: `CatalogError.invalidArgument` naming the first field that is wrong.
    init(_ change: RoleChange, over role: Role?) throws {
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
