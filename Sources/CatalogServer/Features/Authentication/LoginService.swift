package import CatalogCore
package import CatalogDatabase

/// Lets users in by their password.
package struct LoginService: Sendable {
    private let database: any Database
    private let sessions: SessionService
    private let hasher: PasswordHasher
    private let lockout: Lockout
    private let time: TimeSource
    private let users = UserStore()
    private let roles = RoleStore()
    private let audit = AuditStore()

    /// Logins whose sessions `sessions` checks.
    package init(
        database: any Database, sessions: SessionService, hasher: PasswordHasher,
        settings: CurrentAuthenticationSettings, time: TimeSource
    ) {
        self.database = database
        self.sessions = sessions
        self.hasher = hasher
        self.time = time
        lockout = Lockout(settings)
    }

    /// A new session for whoever knows the password.
    ///
    /// An unknown name takes the same path as a wrong password: the same hash, the same transaction, the same answer.
    ///
    /// - Parameters:
    ///   - name: a username or an e-mail address, in any case and composition.
    ///   - rememberMe: whether the refresh token lives 30 days and not 7.
    /// - Throws: `CatalogError.unauthenticated` for an unknown name and a wrong password alike; `.permissionDenied` for
    ///   a right password of a locked or disabled account; `.unavailable` when too many logins wait.
    package func login(
        name: String, password: Password, rememberMe: Bool, from origin: ClientOrigin
    ) async throws -> SignedIn {
        let folded = Username.folded(ofLogin: name)
        let credential = try await database.read { try users.credential(named: folded, $0) }
        guard try await hasher.verify(password, against: credential?.passwordHash), let credential else {
            try await recordFailure(of: credential?.userID, from: origin.network)
            throw AuthenticationFailure.invalidCredentials
        }
        let opened = try await database.write { try open(credential, rememberMe: rememberMe, from: origin, $0) }
        return try await sessions.signIn(opened)
    }

    /// What the logins of whoever has this name are counted by, beside their address: the account and not what was
    /// typed, since several names lead to one account.
    ///
    /// The last administrator is counted for each network alone: otherwise anybody could keep the owner out by using up
    /// the allowance.
    ///
    /// - Returns: a text for `AppRequestContext.charge`; nil for a name that is longer than any.
    func rateSubject(of name: String, from network: String) async throws -> String? {
        guard let folded = Username.folded(ofLogin: name) else { return nil }
        let now = time.now
        return try await database.read { connection in
            let credential = try users.credential(named: folded, connection)
            guard let user = try users.user(credential?.userID ?? 0, connection) else { return "name:\(folded)" }
            let isLast = try users.isLastAdministrator(user, now: now, connection)
            return isLast ? "\(user.id)|\(network)" : "\(user.id)"
        }
    }

    /// Whether `password` is the user's; a wrong one counts towards the lock like one at the login.
    func confirm(_ password: Password, of credential: UserStore.Credential, from network: String) async throws -> Bool {
        if try await hasher.verify(password, against: credential.passwordHash) { return true }
        try await recordFailure(of: credential.userID, from: network)
        return false
    }

    /// - Throws: `CatalogError.permissionDenied` while a login of this user from this network would be refused.
    func requireUnlocked(_ userID: UserID, from network: String, _ connection: any SQLConnection) throws {
        guard let user = try users.user(userID, connection) else { throw AuthenticationFailure.revokedToken }
        try lockout.requireUnlocked(user, from: network, now: time.now, connection)
    }

    /// Forgets the wrong passwords of a user, and a lock with them.
    ///
    /// - Parameter network: whose count is forgotten beside the one of the account; nil for those of all networks.
    func forgetFailures(of userID: UserID, from network: String?, _ connection: any SQLConnection) throws {
        try users.setFailures(0, lockedUntil: nil, of: userID, connection)
        try lockout.forget(userID, from: network, connection)
    }

    private func recordFailure(of userID: UserID?, from network: String) async throws {
        let now = time.now
        try await database.write { connection in
            // Number 0 is nobody's: a name that nobody has waits for the database's writer as long as any other.
            guard let user = try users.user(userID ?? 0, connection) else { return }
            let isLockBegun = try lockout.recordFailure(of: user, from: network, now: now, connection)
            // They would come back to life when the lock is over.
            guard isLockBegun else { return }
            try sessions.revokeAll(of: user.id, except: nil, connection)
            let event = AuditEvent(
                action: .userLocked, target: .user(user.id, user.username),
                changes: [AuditEvent.Change("failed_login_attempts", to: "\(user.failedLoginAttempts + 1)")])
            try audit.record(event, by: .wrongPasswords(from: network), now: now, connection)
        }
        // The failure may have locked the account and ended its sessions.
        if let userID { sessions.forget(userID) }
    }

    private func open(
        _ credential: UserStore.Credential, rememberMe: Bool, from origin: ClientOrigin, _ connection: any SQLConnection
    ) throws -> SessionService.Opened {
        let now = time.now
        // What was true before the hash may have changed during it.
        guard let user = try users.user(credential.userID, connection),
            try users.passwordHash(of: user.id, connection) == credential.passwordHash
        else { throw AuthenticationFailure.invalidCredentials }
        try lockout.requireUnlocked(user, from: origin.network, now: now, connection)
        guard user.isActive else { throw AuthenticationFailure.accountDisabled }
        try users.recordLogin(of: user.id, address: origin.address, now: now, connection)
        try lockout.forget(user.id, from: origin.network, connection)
        guard let current = try users.user(user.id, connection), let role = try roles.role(user.roleID, connection)
        else {
            throw CatalogError.internalError("user \(user.id) has no role")
        }
        return try sessions.open(for: current, role, from: origin, rememberMe: rememberMe, connection)
    }
}
