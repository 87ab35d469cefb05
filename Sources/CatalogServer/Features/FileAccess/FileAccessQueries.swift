import CatalogDatabase

/// The SQL of the access log.
enum FileAccessQueries {
    static let add = SQLStatement(
        """
        INSERT INTO file_accesses (entry_id, day_us, accesses) VALUES ($1, $2, $3)
        ON CONFLICT (entry_id, day_us) DO UPDATE SET accesses = file_accesses.accesses + excluded.accesses
        """)

    static let noteLast = SQLStatement(
        """
        INSERT INTO last_file_accesses (entry_id, accessed_at_us) VALUES ($1, $2)
        ON CONFLICT (entry_id) DO UPDATE SET accessed_at_us = excluded.accessed_at_us
        WHERE last_file_accesses.accessed_at_us < excluded.accessed_at_us
        """)

    static let forget = SQLStatement("DELETE FROM file_accesses WHERE day_us < $1")

    /// Of entries that are gone for good.
    static let forgetGone = SQLStatement(
        "DELETE FROM last_file_accesses WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = entry_id)")

    static let last = SQLStatement("SELECT accessed_at_us FROM last_file_accesses WHERE entry_id = $1")

    /// Accesses since $2 of files that are there, file by file, in the roots of the list $1 (`,3,17,`; empty for all). The sign before
    /// `a.entry_id` keeps SQLite from looking at all entries first.
    static let accesses = SQLStatement(
        """
        SELECT a.entry_id, a.day_us, a.accesses, e.name, e.parent_id, e.root_id
        FROM file_accesses a JOIN entries e ON e.id = +a.entry_id JOIN storage_roots r ON r.id = e.root_id
        WHERE a.day_us >= $2 AND +e.missing_since_us IS NULL AND r.deleted_at_us IS NULL
            AND ($1 = '' OR $1 LIKE '%,' || e.root_id || ',%')
        ORDER BY a.entry_id
        """
    ).withManyRows

    /// Files that are there and were ever read.
    static let everRead = SQLStatement("SELECT e.id \(everReadRows)").withManyRows

    static let everReadCount = SQLStatement("SELECT COUNT(*) \(everReadRows)")

    private static let everReadRows = """
        FROM last_file_accesses a JOIN entries e ON e.id = +a.entry_id JOIN storage_roots r ON r.id = e.root_id
        WHERE +e.missing_since_us IS NULL AND r.deleted_at_us IS NULL
            AND ($1 = '' OR $1 LIKE '%,' || e.root_id || ',%')
        """
}
