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

    /// Changes what is mentioned, all or nothing.
    ///
    /// - Throws: `CatalogError.invalidArgument` naming the field; `.alreadyExists` for an e-mail address that another
    ///   account has.
    package func update(_ change: ProfileChange, of caller: Caller) async throws -> (user: User, role: Role) {
        let email: EmailAddress? =
            switch change.email {
            case .keep: nil
            case .clear: throw CatalogError(.invalidArgument, "email is required")
            case .set(let text): try EmailAddress(text)
            }
        let now = time.now
        return try await database.write { connection in
            let user = try account(caller.userID, connection).user
            let profile = try change.applied(to: user.profile)
            try users.update(profile, of: user.id, now: now, connection)
            if let email { try users.update(email, of: user.id, now: now, connection) }
            return try account(caller.userID, connection)
        }
    }

    /// Gives the caller a new password. Every other session of theirs ends, and so do their download links, since
    /// whoever changes a password may do so because somebody else knows the old one.
    ///
    /// - Parameter network: from where the request comes; wrong passwords count for it as at the login.
    /// - Throws: `CatalogError.invalidArgument` when the current password is wrong or the new one is not acceptable;
    ///   `.permissionDenied` while the account is locked for this network.
    package func changePassword(
        of caller: Caller, from current: Password, to new: Password, network: String
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
            try replacePassword(of: caller.userID, by: hash, mustChange: false, keeping: caller.sessionID, connection)
        }
        sessions.forget(caller.userID)
    }

    /// Gives a user a password that somebody else chose: they must change it, and all their sessions end. So does a
    /// lock after wrong passwords, since those were guesses of the old one.
    ///
    /// - Throws: `CatalogError.invalidArgument` when the password is not acceptable; `.notFound`.
    package func resetPassword(of userID: UserID, to new: Password) async throws {
        try new.requireAcceptable()
        let hash = try await hasher.hash(new)
        try await database.write { connection in
            guard try users.user(userID, connection) != nil else { throw CatalogError(.notFound, "User not found") }
            try logins.forgetFailures(of: userID, from: nil, connection)
            try replacePassword(of: userID, by: hash, mustChange: true, keeping: nil, connection)
        }
        sessions.forget(userID)
    }

    private func replacePassword(
        of userID: UserID, by hash: String, mustChange: Bool, keeping session: String?, _ connection: any SQLConnection
    ) throws {
        let now = time.now
        try users.update(passwordHash: hash, mustChange: mustChange, of: userID, now: now, connection)
        try sessions.revokeAll(of: userID, except: session, connection)
        try links.revokeAll(of: userID, now: now, connection)
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
