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
            WHERE e.missing_since_us IS NULL AND e.kind = 1)
        SELECT id FROM below
        """)

    /// Sizes and times of the entries with ids in a run: hits are looked up in it as they come, in the order of the table.
    static let attributes = SQLStatement(
        """
        SELECT e.id, CASE WHEN e.kind = 1 THEN (SELECT d.total_bytes FROM directories d WHERE d.entry_id = e.id)
            ELSE e.size_bytes END, e.modified_ns, e.first_seen_us,
            COALESCE(e.name_folded, e.name)
        FROM entries e WHERE e.id >= $1 AND e.id <= $2 AND e.missing_since_us IS NULL ORDER BY e.id
        """)

    static let attributesOfOne = SQLStatement(
        """
        SELECT e.id, CASE WHEN e.kind = 1 THEN (SELECT d.total_bytes FROM directories d WHERE d.entry_id = e.id)
            ELSE e.size_bytes END, e.modified_ns, e.first_seen_us,
            COALESCE(e.name_folded, e.name)
        FROM entries e WHERE e.id = $1 AND e.missing_since_us IS NULL
        """)
}
