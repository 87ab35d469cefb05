package import CatalogCore
package import CatalogDatabase

/// Tickets that stand in the URL of a live stream where a browser cannot send a header: 30 seconds and one use, because
/// URLs end up in logs.
package struct StreamTicketService: Sendable {
    private let database: any Database
    private let sessions: SessionService
    private let time: TimeSource
    private let random: RandomSource
    private let tickets = StreamTicketStore()

    package init(database: any Database, sessions: SessionService, time: TimeSource, random: RandomSource) {
        self.database = database
        self.sessions = sessions
        self.time = time
        self.random = random
    }

    /// How long a ticket lives, in seconds.
    package static let lifetimeSeconds = Lifetimes.streamTicket / 1_000_000

    /// A ticket for the caller's session.
    ///
    /// - Throws: `CatalogError.permissionDenied` for a caller without a session.
    package func issue(to caller: Caller) async throws -> String {
        let sessionID = try caller.requireSession()
        let ticket = OpaqueToken(random)
        let expiresAt = time.now + Lifetimes.streamTicket
        try await database.write { try tickets.insert(ticket, sessionID: sessionID, expiresAt: expiresAt, $0) }
        return ticket.text
    }

    /// The caller behind a ticket, which stays as it is.
    ///
    /// - Throws: as `redeem`.
    package func caller(of ticket: String) async throws -> Caller {
        let hash = OpaqueToken.hash(of: ticket)
        return try await caller(try await database.read { try tickets.ticket(hash: hash, $0) })
    }

    /// The caller behind a ticket, which is worth nothing afterwards.
    ///
    /// - Throws: `CatalogError.unauthenticated` when the ticket is unknown, used or expired, or its session has ended.
    package func redeem(_ ticket: String) async throws -> Caller {
        let hash = OpaqueToken.hash(of: ticket)
        return try await caller(try await database.write { try tickets.take(hash: hash, $0) })
    }

    private func caller(_ found: StreamTicketStore.Found?) async throws -> Caller {
        guard let found, time.now < found.expiresAt else { throw AuthenticationFailure.invalidTicket }
        return try await sessions.caller(sessionID: found.sessionID)
    }
}
