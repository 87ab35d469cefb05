package import CatalogCore
package import CatalogDatabase

/// Opens, checks, renews and ends sessions. Every request passes through `authenticate`.
package struct SessionService: Sendable {
    private let database: any Database
    private let tokens: TokenIssuer
    private let time: TimeSource
    private let random: RandomSource
    private let cache: CallerCache
    private let uses: LastUses
    private let sessions = SessionStore()
    private let users = UserStore()
    private let roles = RoleStore()
    private let audit = AuditStore()

    init(
        database: any Database, tokens: TokenIssuer, cache: CallerCache, uses: LastUses, time: TimeSource,
        random: RandomSource
    ) {
        self.database = database
        self.cache = cache
        self.uses = uses
        self.tokens = tokens
        self.time = time
        self.random = random
    }

    /// The caller behind a session token, as the database says now; never late about changes that this process made, and about
    /// those of others at most half a second. Where nodes tell each other it is some milliseconds.
    ///
    /// - Parameter token: what stands after `Bearer `.
    /// - Throws: `CatalogError.unauthenticated`.
    package func authenticate(bearer token: String) async throws -> Caller {
        let claims = try await tokens.verify(token)
        let caller = try await caller(sessionID: claims.sessionID)
        // A user whose role has changed since must ask for a new token.
        guard caller.userID == claims.userID, caller.roleID == claims.roleID else {
            throw AuthenticationFailure.revokedToken
        }
        uses.note(.session(claims.sessionID), at: time.now)
        return caller
    }

    /// The caller behind a session. Long-lived streams ask again and again, so that they end with their session.
    ///
    /// - Throws: `CatalogError.unauthenticated` when the session has ended or its user may not log in.
    package func caller(sessionID: String) async throws -> Caller {
        switch cache.look(sessionID, now: time.now) {
        case .known(let caller):
            return caller
        case .mustRead(let reading):
            let now = time.now
            let caller = try await database.read { try self.readCaller(sessionID, now: now, $0) }
            guard let caller else { throw AuthenticationFailure.revokedToken }
            cache.keep(caller, named: sessionID, reading)
            return caller
        }
    }

    private func readCaller(_ sessionID: String, now: Int64, _ connection: any SQLConnection) throws -> Caller? {
        try live(sessionID, now: now, connection).map { Caller($0.user, $0.role, sessionID: sessionID) }
    }

    /// A session that is neither ended nor expired, of a user who may log in.
    private struct Live {
        let session: Session
        let user: User
        let role: Role
    }

    private func live(_ sessionID: String, now: Int64, _ connection: any SQLConnection) throws -> Live? {
        guard let session = try sessions.session(sessionID, connection), session.isActive(at: now),
            let user = try users.user(session.userID, connection), user.isActive, !user.isLocked(at: now),
            let role = try roles.role(user.roleID, connection)
        else { return nil }
        return Live(session: session, user: user, role: role)
    }

    /// A session that `open` has written and `signIn` makes tokens for.
    struct Opened: Sendable {
        let session: Session
        let user: User
        let role: Role
        let refreshToken: OpaqueToken
        let times: TokenTimes
    }

    /// Writes a new session of `user`, inside the transaction that allowed it.
    func open(
        for user: User, _ role: Role, from origin: ClientOrigin, rememberMe: Bool, _ connection: any SQLConnection
    ) throws -> Opened {
        let times = TokenTimes(now: time.now, rememberMe: rememberMe)
        let session = Session(
            id: random.hex(bytes: 16), userID: user.id, rememberMe: rememberMe, refreshExpiresAt: times.refresh,
            revokedAt: nil)
        let token = OpaqueToken(random)
        try sessions.insert(session, from: origin, token: token, times: times, connection)
        return Opened(session: session, user: user, role: role, refreshToken: token, times: times)
    }

    /// The tokens of a session whose transaction is committed.
    func signIn(_ opened: Opened) async throws -> SignedIn {
        let token = try await tokens.sign(opened.user, sessionID: opened.session.id, expiresAt: opened.times.access)
        return SignedIn(
            user: opened.user, role: opened.role, accessToken: token, refreshToken: opened.refreshToken.text)
    }

    private enum Renewal: Sendable {
        case renewed(Opened)
        case refused
        case reused(sessionID: String)
    }

    /// New tokens for a refresh token, which is worth nothing afterwards. One that comes a second time was copied: its
    /// session ends, for the thief and the owner alike.
    ///
    /// - Throws: `CatalogError.unauthenticated`.
    package func refresh(with token: String) async throws -> SignedIn {
        let hash = OpaqueToken.hash(of: token)
        let renewal = try await database.write { connection -> Renewal in
            let now = time.now
            guard let found = try sessions.refreshToken(hash: hash, connection) else { return .refused }
            guard !found.isUsed else { return try endReused(found.sessionID, now: now, connection) }
            guard now < found.expiresAt, let live = try live(found.sessionID, now: now, connection) else {
                return .refused
            }
            guard try sessions.useRefreshToken(hash: hash, now: now, connection) else {
                return try endReused(found.sessionID, now: now, connection)
            }
            return .renewed(try renew(live, now: now, connection))
        }
        switch renewal {
        case .renewed(let opened):
            return try await signIn(opened)
        case .refused:
            throw AuthenticationFailure.invalidRefreshToken
        case .reused(let sessionID):
            cache.drop { $0.sessionID == sessionID }
            throw AuthenticationFailure.invalidRefreshToken
        }
    }

    /// New tokens for the session of a caller, for clients that send no refresh token. Refresh tokens that the session
    /// had are worth nothing afterwards.
    ///
    /// - Throws: `CatalogError.unauthenticated`.
    package func refresh(sessionOf caller: Caller) async throws -> SignedIn {
        let sessionID = try caller.requireSession()
        let opened = try await database.write { connection -> Opened? in
            let now = time.now
            guard let live = try live(sessionID, now: now, connection) else { return nil }
            try sessions.deleteUnusedRefreshTokens(of: sessionID, connection)
            return try renew(live, now: now, connection)
        }
        guard let opened else { throw AuthenticationFailure.revokedToken }
        return try await signIn(opened)
    }

    /// The user whom a refresh token belongs to, used or not; nil for one that nobody knows. For counting requests
    /// only.
    func owner(ofRefreshToken token: String) async throws -> UserID? {
        let hash = OpaqueToken.hash(of: token)
        return try await database.read { connection in
            guard let found = try sessions.refreshToken(hash: hash, connection) else { return nil }
            return try sessions.session(found.sessionID, connection)?.userID
        }
    }

    private func endReused(_ sessionID: String, now: Int64, _ connection: any SQLConnection) throws -> Renewal {
        try sessions.revoke(sessionID, now: now, connection)
        return .reused(sessionID: sessionID)
    }

    private func renew(_ live: Live, now: Int64, _ connection: any SQLConnection) throws -> Opened {
        let times = TokenTimes(now: now, rememberMe: live.session.rememberMe)
        let token = OpaqueToken(random)
        try sessions.renew(live.session.id, token: token, times: times, connection)
        return Opened(session: live.session, user: live.user, role: live.role, refreshToken: token, times: times)
    }

    /// Ends a session: its tokens are dead when this returns.
    package func logout(sessionID: String) async throws {
        let now = time.now
        try await database.write { try sessions.revoke(sessionID, now: now, $0) }
        cache.drop { $0.sessionID == sessionID }
    }

    /// The sessions of a user that are alive, the last used first.
    ///
    /// - Throws: `CatalogError.notFound` when there is no such user.
    func list(of userID: UserID) async throws -> [SessionDetails] {
        try await uses.write()
        let now = time.now
        return try await database.read { connection in
            guard try users.user(userID, connection) != nil else { throw UserAdministration.notFound }
            return try sessions.live(of: userID, now: now, connection)
        }
    }

    /// Ends one of a user's sessions at once.
    ///
    /// - Throws: `CatalogError.notFound`, also for sessions of others and those that have ended.
    func end(_ sessionID: String, of userID: UserID, by author: Author) async throws {
        let now = time.now
        try await database.write { connection in
            guard !sessionID.utf8.contains(0), let session = try sessions.session(sessionID, connection),
                session.userID == userID, session.isActive(at: now)
            else { throw CatalogError(.notFound, "Session not found") }
            try sessions.revoke(sessionID, now: now, connection)
            let event = AuditEvent(action: .sessionRevoked, target: .user(userID, author.name))
            try audit.record(event, by: author, now: now, connection)
        }
        cache.drop { $0.sessionID == sessionID }
    }

    /// Ends the sessions of a user: whoever resets a password, locks an account or changes its role calls this.
    ///
    /// - Parameter kept: the session that stays, if any.
    package func revokeAll(of userID: UserID, except kept: String? = nil) async throws {
        try await database.write { try revokeAll(of: userID, except: kept, $0) }
        forget(userID)
    }

    /// The same inside a transaction of the caller, who calls `forget` when it is committed.
    func revokeAll(of userID: UserID, except kept: String?, _ connection: any SQLConnection) throws {
        try sessions.revokeAll(of: userID, except: kept, now: time.now, connection)
    }

    /// Takes what other nodes tell about sessions.
    package func hear(_ news: NodeNews) {
        switch news {
        case .signal(.sessionEnded(let id)): cache.drop { $0.sessionID == id }
        case .signal(.userChanged(let id)): forget(id)
        // Whatever was told before that is lost.
        case .listening: cache.drop { _ in true }
        case .signal: break
        }
    }

    /// Makes this process ask the database again about a user.
    func forget(_ userID: UserID) {
        cache.drop { $0.userID == userID }
    }

    /// Makes this process ask the database again about everybody with a role, after the role was changed.
    func forget(role roleID: RoleID) {
        cache.drop { $0.roleID == roleID }
    }
}
