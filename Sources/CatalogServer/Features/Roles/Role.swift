package import CatalogCore

/// A named set of permissions; every user has one.
package struct Role: Sendable, Equatable {
    /// A `SystemRole` has its own raw value.
    package let id: RoleID
    /// Unique when folded.
    package let name: String
    /// For people who choose a role.
    package let description: String?
    /// What users with this role may do.
    package let permissions: PermissionSet
    /// The places that users with this role may see; nil for everything.
    package let grants: [AccessScope.Grant]?
    /// The same as a scope.
    package let scope: AccessScope
    /// Whether the role came with the product and cannot be changed or deleted.
    package let isSystem: Bool
    /// Microseconds since 1970.
    package let createdAt: Int64
    /// Microseconds since 1970.
    package let updatedAt: Int64

    /// A role as it is stored.
    init(
        id: RoleID, text: RoleDraft, isSystem: Bool, createdAt: Int64, updatedAt: Int64
    ) {
        self.id = id
        name = text.name
        description = text.description
        permissions = text.permissions
        grants = text.grants
        scope = text.grants.map(AccessScope.init) ?? .everything
        self.isSystem = isSystem
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// What differs between two states of a role, for the audit trail; from nil when it is new.
    static func changes(from old: Role?, to new: Role) -> [AuditEvent.Change] {
        var list = ChangeList()
        list.add("name", old?.name, new.name)
        list.add("description", old?.description, new.description)
        list.add(
            "permissions", old?.permissions.names.joined(separator: " "), new.permissions.names.joined(separator: " "))
        let scopes = [old, new].map { role in
            role?.grants?.map { "\($0.rootID):/\($0.path.text)" }.joined(separator: " ")
        }
        list.add("storage_scope", scopes[0], scopes[1])
        return list.changes
    }
}

/// The roles that every installation has; the raw value is the id.
package enum SystemRole: RoleID, Sendable, CaseIterable {
    case admin = 1
    case user = 2
    case moderator = 3
    case viewer = 4

    /// The number of the role in the database.
    package var id: RoleID { rawValue }

    var name: String { "\(self)" }

    var description: String {
        switch self {
        case .admin: "Everything, users and settings included"
        case .user: "Browse, download, share and convert; the role of a new account"
        case .moderator: "Manage media, shares, conversions and reports"
        case .viewer: "Browse only"
        }
    }

    var permissions: [String] {
        switch self {
        case .admin: ["*"]
        case .moderator:
            [
                "media.*", "share.*", "analytics.view", "conversion.*", "report.*", "favorite.*", "profile.*",
                "user.view",
            ]
        case .user:
            [
                "media.view", "media.download", "media.share", "share.view", "share.create", "favorite.*", "profile.*",
                "conversion.view", "conversion.create", "conversion.manage", "report.create",
            ]
        case .viewer: ["media.view", "profile.*", "favorite.view", "report.create"]
        }
    }
}
