package import CatalogCore
package import CatalogDatabase

/// What users see and change of their own account.
package struct AccountService: Sendable {
    private let database: any Database
    private let sessions: SessionService
    private let logins: LoginService
    private let hasher: PasswordHasher
    private let time: TimeSource
    private let users = UserStore()
    private let roles = RoleStore()
    private let links = DownloadLinkStore()
    private let audit = AuditStore()

    package init(
        database: any Database, sessions: SessionService, logins: LoginService, hasher: PasswordHasher, time: TimeSource
    ) {
        self.database = database
        self.sessions = sessions
        self.logins = logins
        self.hasher = hasher
        self.time = time
    }

    /// The account of a caller.
    ///
    /// - Throws: `CatalogError.unauthenticated` when it was deleted a moment ago.
    package func account(of caller: Caller) async throws -> (user: User, role: Role) {
        try await database.read { try account(caller.userID, $0) }
    }

    /// Gives the caller a new password. Every other session of theirs ends, and so do their download links, since
    /// whoever changes a password may do so because somebody else knows the old one. API keys stay: they are listed, and a
    /// script should not stop for it.
    ///
    /// - Parameter network: from where the request comes; wrong passwords count for it as at the login.
    /// - Throws: `CatalogError.invalidArgument` when the current password is wrong or the new one is not acceptable;
    ///   `.permissionDenied` while the account is locked for this network.
    package func changePassword(
        of caller: Caller, from current: Password, to new: Password, network: String, by author: Author
    ) async throws {
        try new.requireAcceptable()
        let old = try await database.read { try users.passwordHash(of: caller.userID, $0) }
        guard let old else { throw AuthenticationFailure.revokedToken }
        try await database.read { try logins.requireUnlocked(caller.userID, from: network, $0) }
        let credential = UserStore.Credential(userID: caller.userID, passwordHash: old)
        guard try await logins.confirm(current, of: credential, from: network) else {
            throw AuthenticationFailure.wrongCurrentPassword
        }
        guard new.bytes != current.bytes else {
            throw CatalogError(.invalidArgument, "New password must differ from the current one")
        }
        let hash = try await hasher.hash(new)
        try await database.write { connection in
            guard try users.passwordHash(of: caller.userID, connection) == old else {
                throw AuthenticationFailure.wrongCurrentPassword
            }
            // It may have been locked while the hashes were computed.
            try logins.requireUnlocked(caller.userID, from: network, connection)
            try logins.forgetFailures(of: caller.userID, from: network, connection)
            let now = time.now
            try users.update(passwordHash: hash, mustChange: false, of: caller.userID, now: now, connection)
            try sessions.revokeAll(of: caller.userID, except: caller.sessionID, connection)
            try links.revokeAll(of: caller.userID, now: now, connection)
            let event = AuditEvent(action: .passwordChanged, target: .user(caller.userID, caller.username))
            try audit.record(event, by: author, now: now, connection)
        }
        sessions.forget(caller.userID)
    }

    private func account(_ id: UserID, _ connection: any SQLConnection) throws -> (user: User, role: Role) {
        guard let user = try users.user(id, connection), let role = try roles.role(user.roleID, connection) else {
            throw AuthenticationFailure.revokedToken
        }
        return (user, role)
    }

    /// How far the installation is, for the first page of a client.
    package struct InitialState: Sendable, Equatable {
        /// Whether anybody has the admin role.
        package let hasAdministrator: Bool
        /// Accounts, disabled ones included.
        package let userCount: Int64
    }

    /// How far the installation is.
    package func initialState() async throws -> InitialState {
        try await database.read { connection in
            InitialState(
                hasAdministrator: try users.count(withRole: .admin, connection) > 0,
                userCount: try users.count(connection))
        }
    }
}
