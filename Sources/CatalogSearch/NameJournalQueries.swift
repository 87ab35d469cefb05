import CatalogDatabase

/// SQL of the journal of names.
enum NameJournalQueries {
    /// A fork, since SQLite has one writer: elsewhere a row could become visible after one with a greater number, and an index
    /// that has read on would never see it. Held to the end of the transaction.
    static let takeTurn = SQLStatement(
        sqlite: "SELECT 1", postgreSQL: "SELECT pg_advisory_xact_lock(7165020002)")

    static let insert = SQLStatement(
        """
        INSERT INTO name_changes (root_id, operation, first_id, last_id, ids, created_at_us)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING sequence
        """)

    static let latest = SQLStatement(
        "SELECT sequence, created_at_us, first_id, last_id FROM name_changes ORDER BY sequence DESC LIMIT 1")

    static let changes = SQLStatement(
        """
        SELECT sequence, created_at_us, first_id, last_id, root_id, operation, ids FROM name_changes
        WHERE sequence >= $1 ORDER BY sequence LIMIT $2
        """)

    static let prune = SQLStatement("DELETE FROM name_changes WHERE sequence < $1 AND created_at_us < $2")
}
