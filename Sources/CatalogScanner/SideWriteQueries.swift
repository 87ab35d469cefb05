import CatalogDatabase

/// The SQL of writes to entries that come from beside a scan.
enum SideWriteQueries {
    /// The row stays locked until the end of the transaction.
    static let takeTurn = SQLStatement(
        """
        INSERT INTO counters (name, value) VALUES ($1, 0)
        ON CONFLICT (name) DO UPDATE SET value = counters.value RETURNING value
        """)

    static let countWrite = SQLStatement(
        """
        INSERT INTO counters (name, value) VALUES ($1, 1)
        ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value
        """)

    static let count = SQLStatement("SELECT value FROM counters WHERE name = $1")

    static let forget = SQLStatement("DELETE FROM counters WHERE name = $1")

    static let child = SQLStatement(
        """
        SELECT \(EntryQueries.rowColumns) FROM entries
        WHERE parent_id = $1 AND name = $2 AND missing_since_us IS NULL
        """)

    /// Directories with the number $2; their kind is 1.
    static let directories = SQLStatement(
        """
        SELECT \(EntryQueries.rowColumns) FROM entries
        WHERE parent_id = $1 AND inode = $2 AND kind = 1 AND missing_since_us IS NULL
        """)

    /// A file that is there: directory, name and bytes.
    static let file = SQLStatement(
        """
        SELECT parent_id, name, size_bytes FROM entries
        WHERE id = $1 AND root_id = $2 AND kind = 0 AND +missing_since_us IS NULL AND parent_id IS NOT NULL
        """)

    static let parent = SQLStatement("SELECT parent_id FROM entries WHERE id = $1")

    static let tombstone = SQLStatement(
        """
        SELECT id FROM entries WHERE parent_id = $1 AND name = $2 AND missing_since_us IS NOT NULL AND kind = $3
            AND link_count <> \(EntryQueries.standInLinks)
        ORDER BY missing_since_us DESC LIMIT 1
        """)

    /// The digest goes, so that the next scan compares the directory, and its number tells a running one who was here.
    static let growDirectory = SQLStatement(
        """
        INSERT INTO directories (entry_id, root_id, digest, listed_scan_id, listed_modified_ns, listed_changed_ns,
            own_bytes, own_files, own_directories, total_bytes, total_files, total_directories)
        VALUES ($1, $2, NULL, $3, 0, 0, $4, $5, $6, 0, 0, 0)
        ON CONFLICT (entry_id) DO UPDATE SET digest = NULL, listed_scan_id = excluded.listed_scan_id,
            listed_modified_ns = 0, listed_changed_ns = 0, own_bytes = directories.own_bytes + excluded.own_bytes,
            own_files = directories.own_files + excluded.own_files,
            own_directories = directories.own_directories + excluded.own_directories
        """)

    static let markDirectory = SQLStatement("UPDATE directories SET listed_scan_id = $2 WHERE entry_id = $1")

    static let listedBy = SQLStatement("SELECT listed_scan_id FROM directories WHERE entry_id = $1")

    static let dropNotedRemovals = SQLStatement(
        "DELETE FROM scan_removals WHERE entry_id = $1 AND scan_id IN (SELECT id FROM scans WHERE root_id = $2)")

    static let isRemovalNoted = SQLStatement(
        "SELECT entry_id FROM scan_removals WHERE scan_id = $1 AND entry_id = $2")
}
