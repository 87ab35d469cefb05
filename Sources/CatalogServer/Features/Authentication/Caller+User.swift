extension Caller {
    /// The caller that a user with a role is.
    init(_ user: User, _ role: Role, sessionID: String?) {
        self.init(
            userID: user.id, username: user.username, roleID: role.id, roleName: role.name,
            permissions: role.permissions,
            sessionID: sessionID, scope: role.scope)
    }
}
