import CatalogCore
import CatalogDatabase

/// Asks the database about sessions and their refresh tokens.
struct SessionStore: Sendable {
    /// A refresh token as the database knows it.
    struct RefreshToken: Sendable {
        let sessionID: String
        let expiresAt: Int64
        let isUsed: Bool
    }

    func session(_ id: String, _ connection: any SQLConnection) throws -> Session? {
        try connection.firstRow(SessionQueries.byID, [.text(id)], Self.session)
    }

    /// The sessions of a user that are alive, the last used first.
    func live(of userID: UserID, now: Int64, _ connection: any SQLConnection) throws -> [SessionDetails] {
        try connection.rows(SessionQueries.liveOfUser, [.integer(userID), .integer(now)]) { row in
            SessionDetails(
                session: Self.session(row), device: JSONObject(text: row.text(5)) ?? JSONObject(),
                address: row.optionalText(6), userAgent: row.optionalText(7), createdAt: row.integer(8),
                lastActivityAt: row.integer(9))
        }
    }

    func noteActivity(of id: String, at time: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(SessionQueries.noteActivity, [.text(id), .integer(time)])
    }

    private static func session(_ row: SQLRow) -> Session {
        Session(
            id: row.text(0), userID: row.integer(1), rememberMe: row.bool(2), refreshExpiresAt: row.integer(3),
            revokedAt: row.optionalInteger(4))
    }

    /// Adds a session with its first refresh token. When the user has too many sessions, the oldest end.
    func insert(
        _ session: Session, from origin: ClientOrigin, token: OpaqueToken, times: TokenTimes,
        _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            SessionQueries.insert,
            [
                .text(session.id), .integer(session.userID), .text(origin.device.text), .text(origin.address),
                .optional(
                    origin.userAgent.map { String(decoding: $0.utf8.prefix(Limits.userAgentBytes), as: UTF8.self) }),
                .bool(session.rememberMe),
                .integer(times.access), .integer(times.refresh), .integer(times.now),
            ])
        try insert(token, sessionID: session.id, expiresAt: times.refresh, connection)
        let ended = try connection.execute(
            SessionQueries.revokeAllButNewest,
            [.integer(session.userID), .integer(times.now), .integer(Int64(Limits.sessionsPerUser))])
        if ended > 0 { try connection.send(.userChanged(session.userID)) }
    }

    /// Gives a session a new refresh token and more time.
    func renew(
        _ sessionID: String, token: OpaqueToken, times: TokenTimes, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            SessionQueries.renew,
            [.text(sessionID), .integer(times.access), .integer(times.refresh), .integer(times.now)])
        try insert(token, sessionID: sessionID, expiresAt: times.refresh, connection)
    }

    func revoke(_ sessionID: String, now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(SessionQueries.revoke, [.text(sessionID), .integer(now)])
        try connection.send(.sessionEnded(sessionID))
    }

    /// Ends the sessions of a user, but for one.
    func revokeAll(of userID: UserID, except kept: String?, now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(SessionQueries.revokeOfUser, [.integer(userID), .integer(now), .text(kept ?? "")])
        try connection.send(.userChanged(userID))
    }

    func refreshToken(hash: [UInt8], _ connection: any SQLConnection) throws -> RefreshToken? {
        try connection.firstRow(SessionQueries.refreshToken, [.blob(hash)]) { row in
            RefreshToken(sessionID: row.text(0), expiresAt: row.integer(1), isUsed: !row.isNull(2))
        }
    }

    /// Marks a refresh token as used.
    ///
    /// - Returns: false when somebody else was faster.
    func useRefreshToken(hash: [UInt8], now: Int64, _ connection: any SQLConnection) throws -> Bool {
        try connection.execute(SessionQueries.useRefreshToken, [.blob(hash), .integer(now)]) == 1
    }

    /// Forgets the refresh tokens of a session that nobody has used yet.
    func deleteUnusedRefreshTokens(of sessionID: String, _ connection: any SQLConnection) throws {
        try connection.execute(SessionQueries.deleteUnusedRefreshTokens, [.text(sessionID)])
    }

    /// Deletes what has expired or was ended. Tickets of these sessions must be gone before.
    func deleteDead(now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(SessionQueries.deleteDeadRefreshTokens, [.integer(now)])
        try connection.execute(SessionQueries.deleteDeadSessions, [.integer(now)])
    }

    private func insert(
        _ token: OpaqueToken, sessionID: String, expiresAt: Int64, _ connection: any SQLConnection
    ) throws {
        try connection.execute(
            SessionQueries.insertRefreshToken, [.blob(token.hash), .text(sessionID), .integer(expiresAt)])
    }
}
