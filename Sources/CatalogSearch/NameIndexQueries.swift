import CatalogDatabase

/// SQL of the name index.
enum NameIndexQueries {
    /// A random number that tells this database from others; made by whoever asks first.
    static let createDatabaseID = SQLStatement(
        "INSERT INTO instance (name, value) VALUES ('name_index_id', $1) ON CONFLICT (name) DO NOTHING")

    static let databaseID = SQLStatement("SELECT value FROM instance WHERE name = 'name_index_id'")

    private static let columns = """
        id, root_id, COALESCE(parent_id, 0), kind, COALESCE(name_folded, name), size_bytes, modified_ns, first_seen_us
        """

    static let everyEntry = SQLStatement(
        "SELECT \(columns) FROM entries WHERE +missing_since_us IS NULL ORDER BY id"
    ).withManyRows

    static let entriesOfRun = SQLStatement(
        """
        SELECT \(columns) FROM entries
        WHERE id >= $1 AND id <= $2 AND root_id = $3 AND +missing_since_us IS NULL ORDER BY id
        """
    ).withManyRows

    /// Ids that `entriesByID` takes; a shorter list repeats its last one.
    static let idsPerQuestion = 100

    static let entriesByID = SQLStatement(
        """
        SELECT \(columns) FROM entries
        WHERE id IN (\((1...idsPerQuestion).map { "$\($0)" }.joined(separator: ", "))) AND +missing_since_us IS NULL
        ORDER BY id
        """)
}
