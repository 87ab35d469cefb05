package import CatalogCore
package import CatalogDatabase

/// What somebody fills in to get an account, not yet checked.
package struct Registration: Sendable {
    let username: String
    let email: String
    let password: Password
    let firstName: String
    let lastName: String

    package init(username: String, email: String, password: Password, firstName: String, lastName: String) {
        self.username = username
        self.email = email
        self.password = password
        self.firstName = firstName
        self.lastName = lastName
    }
}

/// Makes accounts for people who ask for one themselves.
package struct RegistrationService: Sendable {
    private let database: any Database
    private let hasher: PasswordHasher
    private let settings: CurrentAuthenticationSettings
    private let time: TimeSource
    private let users = UserStore()
    private let roles = RoleStore()
    private let audit = AuditStore()

    package init(
        database: any Database, hasher: PasswordHasher, settings: CurrentAuthenticationSettings, time: TimeSource
    ) {
        self.database = database
        self.hasher = hasher
        self.settings = settings
        self.time = time
    }

    /// - Throws: `CatalogError.permissionDenied` when registration is off.
    package func requireEnabled() throws {
        guard settings.value.registrationEnabled else { throw AuthenticationFailure.registrationDisabled }
    }

    /// A new account with the role `user`.
    ///
    /// - Parameter address: of the client.
    /// - Throws: `CatalogError.permissionDenied` when registration is off; `.invalidArgument` naming what is wrong;
    ///   `.alreadyExists` for a username, then an e-mail address, that an account has.
    package func register(
        _ registration: Registration, from address: String? = nil
    ) async throws -> (user: User, role: Role) {
        try requireEnabled()
        let username = try Username(registration.username)
        let email = try EmailAddress(registration.email)
        try registration.password.requireAcceptable()
        let profile = UserProfile(
            firstName: try ProfileRules.name(registration.firstName, "first_name"),
            lastName: try ProfileRules.name(registration.lastName, "last_name"))
        // Asked before the hash, which would be wasted; the insert asks again, because others may be faster.
        try await database.read { try users.requireFree(username, email, $0) }
        let new = NewUser(
            username: username, email: email, passwordHash: try await hasher.hash(registration.password),
            roleID: SystemRole.user.id, profile: profile, mustChangePassword: false)
        let now = time.now
        return try await database.write { connection in
            let id = try users.insert(new, now: now, connection)
            guard let user = try users.user(id, connection), let role = try roles.role(user.roleID, connection) else {
                throw CatalogError.internalError("the new user \(id) cannot be read")
            }
            let event = AuditEvent(action: .userRegistered, target: .user(id, user.username))
            try audit.record(
                event, by: .stranger(named: user.username, from: address), now: now, connection)
            return (user, role)
        }
    }
}
