import CatalogDatabase

/// SQL over `stream_tickets`, in the order of the store.
enum StreamTicketQueries {
    static let insert = SQLStatement(
        "INSERT INTO stream_tickets (token_hash, session_id, expires_at_us) VALUES ($1, $2, $3)")

    static let byHash = SQLStatement("SELECT session_id, expires_at_us FROM stream_tickets WHERE token_hash = $1")

    /// One statement, so that two requests cannot both use a ticket.
    static let take = SQLStatement(
        "DELETE FROM stream_tickets WHERE token_hash = $1 RETURNING session_id, expires_at_us")

    static let deleteDead = SQLStatement(
        """
        DELETE FROM stream_tickets WHERE expires_at_us <= $1 OR session_id IN (
            SELECT id FROM sessions WHERE refresh_expires_at_us <= $1 OR revoked_at_us IS NOT NULL)
        """)
}
