package import CatalogCore

/// Who sends a request, and what they may do, as the database says now.
package struct Caller: Sendable, Equatable {
    /// The account behind the request.
    package let userID: UserID
    /// As the user wrote it.
    package let username: String
    /// The user's role now.
    package let roleID: RoleID
    /// For answers and logs; nothing is decided by it.
    package let roleName: String
    /// What the role allows now.
    package let permissions: PermissionSet
    /// The session behind the request; nil for a download link, which belongs to a user but to no session.
    package let sessionID: String?
    /// What the caller may see of the catalog.
    package let scope: AccessScope
    /// The download link behind the request, which has an allowance of its own; nil for every other caller.
    package var linkID: Int64?
    /// The API key behind the request, which has an allowance of its own; nil for every other caller.
    package var apiKeyID: Int64?

    /// Whether the caller's role allows `permission`.
    package func can(_ permission: Permission) -> Bool {
        permissions.allows(permission)
    }

    /// What changes the caller's own account: people always may, a key only when it says so.
    ///
    /// - Throws: `CatalogError.permissionDenied`.
    func requireOwnProfile() throws {
        if apiKeyID != nil { try require("profile.update") }
    }

    /// What only somebody may do who has logged in: a key that leaks must not make itself another one.
    ///
    /// - Returns: the session.
    /// - Throws: `CatalogError.permissionDenied`.
    @discardableResult package func requireSession() throws -> String {
        guard let sessionID else {
            throw CatalogError(.permissionDenied, "This needs a login; an API key cannot do it")
        }
        return sessionID
    }

    /// - Throws: `CatalogError.permissionDenied` when the role does not allow `permission`.
    package func require(_ permission: Permission) throws {
        guard can(permission) else { throw CatalogError(.permissionDenied, "Insufficient permissions") }
    }
}

/// Number of a role.
package typealias RoleID = Int64

extension AccessScope {
    /// - Throws: `CatalogError.permissionDenied` for callers who may see a part of the root only.
    func requireWhole(_ id: RootID) throws {
        guard allowsWhole(id) else {
            throw CatalogError(.permissionDenied, "This needs a role that may see the whole storage root")
        }
    }
}
