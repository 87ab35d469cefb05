import CatalogDatabase

/// Asks the database about stream tickets.
struct StreamTicketStore: Sendable {
    func insert(_ ticket: OpaqueToken, sessionID: String, expiresAt: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(
            StreamTicketQueries.insert, [.blob(ticket.hash), .text(sessionID), .integer(expiresAt)])
    }

    /// Takes a ticket out of the table.
    ///
    /// - Returns: the session behind it and when it expires; nil when there is no such ticket any more.
    func take(hash: [UInt8], _ connection: any SQLConnection) throws -> (sessionID: String, expiresAt: Int64)? {
        try connection.rows(StreamTicketQueries.take, [.blob(hash)]) { ($0.text(0), $0.integer(1)) }.first
    }

    /// Deletes tickets that have expired or whose session is dead.
    func deleteDead(now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(StreamTicketQueries.deleteDead, [.integer(now)])
    }
}
