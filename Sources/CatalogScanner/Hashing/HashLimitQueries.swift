import CatalogDatabase

/// The SQL of limits on hashing, in the order of `HashStore+Limits`.
extension HashQueries {
    static let limits = SQLStatement("SELECT hash_window, hash_budget_bytes FROM storage_roots WHERE id = $1")

    /// Makes the row of a day, or holds it until the end of the transaction.
    static let bytesReadOn = SQLStatement(
        """
        INSERT INTO hash_days (root_id, day, bytes_read) VALUES ($1, $2, 0)
        ON CONFLICT (root_id, day) DO UPDATE SET bytes_read = hash_days.bytes_read
        RETURNING bytes_read
        """)

    static let addToDay = SQLStatement(
        "UPDATE hash_days SET bytes_read = bytes_read + $3 WHERE root_id = $1 AND day = $2")

    static let forgetDays = SQLStatement("DELETE FROM hash_days WHERE root_id = $1 AND day < $2")

    static let pause = SQLStatement(
        "UPDATE hash_runs SET waits_for = $2, pending_bytes = $3 WHERE id = $1")

    static let parts = SQLStatement(
        """
        SELECT p.entry_id, p.offset_bytes, p.state FROM hash_parts p JOIN entries e ON e.id = p.entry_id
        WHERE p.root_id = $1 AND e.root_id = p.root_id AND e.size_bytes = p.size_bytes
            AND e.modified_ns = p.modified_ns
        """)

    static let keepPart = SQLStatement(
        """
        INSERT INTO hash_parts (entry_id, root_id, size_bytes, modified_ns, offset_bytes, state)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (entry_id) DO UPDATE SET root_id = excluded.root_id, size_bytes = excluded.size_bytes,
            modified_ns = excluded.modified_ns, offset_bytes = excluded.offset_bytes, state = excluded.state
        """)

    static let forgetParts = SQLStatement("DELETE FROM hash_parts WHERE root_id = $1")

    /// Of each root whether its files are to be read, its live job and what that waits for, and bytes of the day $1.
    static let activities = SQLStatement(
        """
        SELECT r.id, r.enabled * r.enable_duplicate_detection, j.status, j.run_at_us, h.waits_for, h.pending_bytes,
            COALESCE(d.bytes_read, 0)
        FROM storage_roots r
        LEFT JOIN jobs j ON j.unique_key = 'hash:' || CAST(r.id AS TEXT) AND j.status IN ('pending', 'running')
        LEFT JOIN hash_runs h ON h.id = j.id
        LEFT JOIN hash_days d ON d.root_id = r.id AND d.day = $1
        WHERE r.deleted_at_us IS NULL
        """)
}
