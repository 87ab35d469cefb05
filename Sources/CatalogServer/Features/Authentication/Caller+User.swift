extension Caller {
    /// The caller that a user with a role is.
    init(_ user: User, _ role: Role, sessionID: String?) {
        self.init(
            userID: user.id, username: user.username, roleID: role.id, roleName: role.name,
            permissions: role.permissions,
            sessionID: sessionID, scope: role.scope)
    }

    /// The caller that a script with a key of a user is.
    init(_ user: User, _ role: Role, _ key: APIKey) {
        let limit = key.permissions.map(PermissionSet.init)
        self.init(
            userID: user.id, username: user.username, roleID: role.id, roleName: role.name,
            permissions: limit.map(role.permissions.limited(to:)) ?? role.permissions,
            sessionID: nil, scope: role.scope)
        apiKeyID = key.id
    }
}
