import CatalogDatabase

/// Asks the database about stream tickets.
struct StreamTicketStore: Sendable {
    func insert(_ ticket: OpaqueToken, sessionID: String, expiresAt: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(
            StreamTicketQueries.insert, [.blob(ticket.hash), .text(sessionID), .integer(expiresAt)])
    }

    /// The session behind a ticket, and when the ticket expires (microseconds since 1970).
    typealias Found = (sessionID: String, expiresAt: Int64)

    /// - Returns: nil when there is no such ticket any more.
    func ticket(hash: [UInt8], _ connection: any SQLConnection) throws -> Found? {
        try connection.firstRow(StreamTicketQueries.byHash, [.blob(hash)]) { ($0.text(0), $0.integer(1)) }
    }

    /// Takes a ticket out of the table.
    ///
    /// - Returns: as `ticket`.
    func take(hash: [UInt8], _ connection: any SQLConnection) throws -> Found? {
        try connection.rows(StreamTicketQueries.take, [.blob(hash)]) { ($0.text(0), $0.integer(1)) }.first
    }

    /// Deletes tickets that have expired or whose session is dead.
    func deleteDead(now: Int64, _ connection: any SQLConnection) throws {
        try connection.execute(StreamTicketQueries.deleteDead, [.integer(now)])
    }
}
