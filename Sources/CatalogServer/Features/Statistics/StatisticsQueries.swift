import CatalogDatabase

/// The SQL of statistics.
enum StatisticsQueries {
    private static let columns = """
        e.id, e.name, e.modified_ns, d.total_bytes, d.total_files, d.total_directories, d.own_directories
        """

    /// The largest directories in a directory, $2 at most.
    static let largestChildren = SQLStatement(
        """
        SELECT \(columns) FROM entries e JOIN directories d ON d.entry_id = e.id
        WHERE e.parent_id = $1 AND e.missing_since_us IS NULL AND +e.kind = 1
        ORDER BY d.total_bytes DESC, e.id LIMIT $2
        """)

    static let directory = SQLStatement(
        "SELECT \(columns) FROM entries e JOIN directories d ON d.entry_id = e.id WHERE e.id = $1 AND +e.kind = 1")
}
