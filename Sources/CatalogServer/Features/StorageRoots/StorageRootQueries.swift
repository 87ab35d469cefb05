import CatalogDatabase

/// The SQL of the storage roots, in the order of `StorageRootStore`.
enum StorageRootQueries {
    private static let columns = """
        id, slug, name, protocol, url, path, enabled, allow_overlap, max_depth, enable_duplicate_detection,
        enable_metadata_extraction, include_patterns, exclude_patterns, identity, status, last_error,
        last_checked_at_us, last_scan_at_us, created_at_us, updated_at_us, deleted_at_us, username,
        domain, options, password_sealed, scan_interval_s, quiet_window, hash_window, hash_budget_bytes
        """

    static let live = SQLStatement(
        "SELECT \(columns) FROM storage_roots WHERE deleted_at_us IS NULL ORDER BY name_folded, id")

    static let find = SQLStatement("SELECT \(columns) FROM storage_roots WHERE id = $1 AND deleted_at_us IS NULL")

    static let findByName = SQLStatement(
        "SELECT \(columns) FROM storage_roots WHERE name_folded = $1 AND deleted_at_us IS NULL")

    static let findBySlug = SQLStatement(
        "SELECT \(columns) FROM storage_roots WHERE slug = $1 AND deleted_at_us IS NULL")

    static let findDeletedByURL = SQLStatement(
        """
        SELECT \(columns) FROM storage_roots WHERE url = $1 AND deleted_at_us IS NOT NULL
        ORDER BY deleted_at_us DESC LIMIT 1
        """)

    static let insert = SQLStatement(
        """
        INSERT INTO storage_roots (protocol, slug, name, name_folded, url, path, enabled, allow_overlap, max_depth,
            enable_duplicate_detection, enable_metadata_extraction, include_patterns, exclude_patterns, username,
            domain, options, password_sealed, scan_interval_s, quiet_window, hash_window, hash_budget_bytes, status,
            created_at_us, updated_at_us)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
            'unknown', $22, $22)
        RETURNING id
        """)

    static let update = SQLStatement(
        """
        UPDATE storage_roots SET slug = $2, name = $3, name_folded = $4, url = $5, path = $6, enabled = $7,
            allow_overlap = $8, max_depth = $9, enable_duplicate_detection = $10, enable_metadata_extraction = $11,
            include_patterns = $12, exclude_patterns = $13, username = $14, domain = $15, options = $16,
            password_sealed = $17, scan_interval_s = $18, quiet_window = $19, hash_window = $20,
            hash_budget_bytes = $21, updated_at_us = $22, deleted_at_us = NULL
        WHERE id = $1
        """)

    static let delete = SQLStatement(
        """
        UPDATE storage_roots SET deleted_at_us = $2, updated_at_us = $2 WHERE id = $1 AND deleted_at_us IS NULL
        """)

    static let name = SQLStatement("SELECT name FROM storage_roots WHERE id = $1")

    /// Without its place a deleted root is never found again.
    static let abandon = SQLStatement(
        "UPDATE storage_roots SET url = '' WHERE id = $1 AND deleted_at_us IS NOT NULL")

    static let findHidden = SQLStatement("SELECT id FROM storage_roots WHERE id = $1 AND deleted_at_us IS NOT NULL")

    static let abandoned = SQLStatement(
        "SELECT id FROM storage_roots WHERE url = '' AND deleted_at_us IS NOT NULL ORDER BY id")

    static let entryRun = SQLStatement("SELECT MIN(id), MAX(id) FROM entries WHERE root_id = $1")

    static let purgeDirectories = SQLStatement("DELETE FROM directories WHERE root_id = $1")

    static let purgeEntries = SQLStatement("DELETE FROM entries WHERE root_id = $1 AND id BETWEEN $2 AND $3")

    static let purgeRoot = SQLStatement("DELETE FROM storage_roots WHERE id = $1")

    static let noteReachability = SQLStatement(
        "UPDATE storage_roots SET status = $2, last_error = $3, last_checked_at_us = $4 WHERE id = $1")

    static let noteIdentity = SQLStatement("UPDATE storage_roots SET identity = $2 WHERE id = $1")

    static let noteScanned = SQLStatement(
        "UPDATE storage_roots SET last_scan_at_us = $2, identity = COALESCE($3, identity) WHERE id = $1")
}
