import CatalogDatabase

/// SQL over `audit_events`: rows are added and read, never changed.
enum AuditQueries {
    static let insert = SQLStatement(
        """
        INSERT INTO audit_events (at_us, author_kind, author_id, author_name, address, action, target_kind, target_id,
            target_name, changes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """)

    /// Each parameter stands first where the column is, which tells PostgreSQL its type.
    private static let condition = """
        (author_id = $1 OR $1 = 0) AND (action = $2 OR action LIKE $3 OR $2 = '') AND (target_kind = $4 OR $4 = '')
            AND (target_id = $5 OR $5 = 0) AND at_us >= $6 AND at_us <= $7
        """

    static let page = SQLStatement(
        """
        SELECT id, at_us, author_kind, author_id, author_name, address, action, target_kind, target_id, target_name,
            changes
        FROM audit_events WHERE \(condition) ORDER BY id DESC LIMIT $8 OFFSET $9
        """)

    static let count = SQLStatement("SELECT COUNT(*) FROM audit_events WHERE \(condition)")
}
