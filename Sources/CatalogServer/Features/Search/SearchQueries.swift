import CatalogDatabase

/// The SQL of searching: what the index of names does not know.
enum SearchQueries {
    /// Directories below an entry, itself included.
    static let directoriesBelow = SQLStatement(
        """
        WITH RECURSIVE below (id) AS (
            SELECT CAST($1 AS BIGINT)
            UNION ALL
            SELECT e.id FROM below b JOIN entries e ON e.parent_id = b.id
            WHERE e.missing_since_us IS NULL AND +e.kind = 1)
        SELECT id FROM below
        """)

    /// What everything below each directory sums up to.
    static let directorySizes = SQLStatement("SELECT entry_id, total_bytes FROM directories ORDER BY entry_id")
}
