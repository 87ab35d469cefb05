import CatalogDatabase

/// The SQL of entries and directories: what a scan reads of the catalog and what it writes there.
enum EntryQueries {
    // Reading what is known

    static let rootEntry = SQLStatement(
        """
        SELECT id FROM entries WHERE parent_id IS NULL AND name = $2 AND root_id = $1 AND missing_since_us IS NULL
        """)

    static let knownDirectories = SQLStatement(
        """
        SELECT \(directoryColumns) FROM entries e LEFT JOIN directories d ON d.entry_id = e.id
        WHERE e.root_id = $1 AND e.kind = 1 AND e.missing_since_us IS NULL ORDER BY e.parent_id NULLS FIRST, e.name
        """
    ).withManyRows

    /// The same for the sub-directories of one directory.
    static let knownChildDirectories = SQLStatement(
        """
        SELECT \(directoryColumns) FROM entries e LEFT JOIN directories d ON d.entry_id = e.id
        WHERE e.parent_id = $1 AND e.kind = 1 AND e.missing_since_us IS NULL ORDER BY e.name
        """)

    /// The same for one directory.
    static let knownDirectory = SQLStatement(
        "SELECT \(directoryColumns) FROM entries e LEFT JOIN directories d ON d.entry_id = e.id WHERE e.id = $1")

    private static let directoryColumns = """
        e.id, e.parent_id, e.name, d.digest, d.listed_modified_ns, d.listed_changed_ns, d.own_files + d.own_directories,
        e.device, e.inode, e.birth_ns
        """

    /// What `EntryRow` is made of.
    static let rowColumns = "id, kind, name, size_bytes, modified_ns, changed_ns, birth_ns, device, inode, link_count"

    static let children = SQLStatement(
        """
        SELECT \(rowColumns) FROM entries WHERE parent_id = $1 AND missing_since_us IS NULL ORDER BY name
        """)

    /// The count of links of a row that stands for a directory which moved (`DirectoryExchange`): no name brings it back.
    static let standInLinks = -1

    /// What may come back under its name.
    static let tombstones = SQLStatement(
        """
        SELECT id, kind, name FROM entries
        WHERE parent_id = $1 AND missing_since_us IS NOT NULL AND link_count <> \(standInLinks)
        ORDER BY missing_since_us
        """)

    static let childrenToRemove = SQLStatement(
        """
        SELECT \(rowColumns) FROM entries WHERE parent_id = $1 AND missing_since_us IS NULL LIMIT $2
        """)

    static let childDirectories = SQLStatement(
        "SELECT id FROM entries WHERE parent_id = $1 AND kind = $2 AND missing_since_us IS NULL")

    private static let sums = """
        SELECT d.entry_id, e.parent_id, d.own_bytes, d.own_files, d.own_directories, d.total_bytes, d.total_files,
            d.total_directories
        FROM entries e JOIN directories d ON d.entry_id = e.id
        """

    static let directorySums = SQLStatement(
        "\(sums) WHERE e.root_id = $1 AND e.kind = 1 AND e.missing_since_us IS NULL"
    ).withManyRows

    static let directorySumsOfOne = SQLStatement("\(sums) WHERE e.id = $1 AND e.missing_since_us IS NULL")

    static let sumsOfChildren = SQLStatement(
        """
        SELECT CAST(COALESCE(SUM(d.total_bytes), 0) AS BIGINT), CAST(COALESCE(SUM(d.total_files), 0) AS BIGINT),
            CAST(COALESCE(SUM(d.total_directories), 0) AS BIGINT)
        FROM entries e JOIN directories d ON d.entry_id = e.id
        WHERE e.parent_id = $1 AND e.kind = 1 AND e.missing_since_us IS NULL
        """)

    /// The $2 largest directories of the root $1 with anything in them, its own one included, as their sums are stored.
    static let largestDirectories = SQLStatement(
        """
        SELECT d.entry_id, e.parent_id, d.total_bytes, d.total_files, d.total_directories
        FROM directories d JOIN entries e ON e.id = +d.entry_id
        WHERE d.root_id = $1 AND d.total_bytes > 0 ORDER BY d.total_bytes DESC, d.entry_id LIMIT $2
        """)

    static let totals = SQLStatement("SELECT total_files + total_directories FROM directories WHERE entry_id = $1")

    // Writing what was found

    static let reserveIDs = SQLStatement(
        "UPDATE counters SET value = value + $1 WHERE name = 'entry_id' RETURNING value")

    static let entryRows = SQLBulkTable(
        "entries",
        columns: [
            "id", "root_id", "parent_id", "kind", "name", "name_folded", "size_bytes", "modified_ns", "changed_ns",
            "birth_ns", "device", "inode", "link_count", "first_seen_us", "updated_us",
        ])

    static let directoryRows = SQLBulkTable(
        "directories",
        columns: [
            "entry_id", "root_id", "listed_scan_id", "listed_modified_ns", "listed_changed_ns", "own_bytes",
            "own_files", "own_directories", "total_bytes", "total_files", "total_directories", "digest",
        ])

    static let updateEntry = SQLStatement(
        """
        UPDATE entries SET size_bytes = $2, modified_ns = $3, changed_ns = $4, birth_ns = $5, device = $6, inode = $7,
            link_count = $8, updated_us = $9, missing_since_us = NULL
        WHERE id = $1
        """)

    static let updateDirectoryEntry = SQLStatement(
        """
        UPDATE entries SET modified_ns = $2, changed_ns = $3, birth_ns = $4, device = $5, inode = $6, updated_us = $7,
            link_count = CASE WHEN link_count = \(standInLinks) THEN 0 ELSE link_count END
        WHERE id = $1 AND (modified_ns <> $2 OR changed_ns <> $3 OR birth_ns <> $4 OR device <> $5 OR inode <> $6
            OR link_count = \(standInLinks))
        """)

    static let renumberChildren = SQLStatement(
        """
        UPDATE entries SET device = $3
        WHERE parent_id = $1 AND device = $2 AND kind = $4 AND missing_since_us IS NULL
        """)

    static let renumberDevice = SQLStatement(
        """
        UPDATE entries SET device = $3
        WHERE root_id = $1 AND device = $2 AND kind = 1 AND missing_since_us IS NULL
        """)

    static let renumberDirectory = SQLStatement(
        "UPDATE entries SET device = $3 WHERE id = $1 AND device = $2 AND kind = $4")

    static let updateDirectory = SQLStatement(
        """
        INSERT INTO directories (entry_id, digest, listed_scan_id, listed_modified_ns, listed_changed_ns, own_bytes,
            own_files, own_directories, root_id, total_bytes, total_files, total_directories)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0)
        ON CONFLICT (entry_id) DO UPDATE SET digest = excluded.digest, listed_scan_id = excluded.listed_scan_id,
            listed_modified_ns = excluded.listed_modified_ns, listed_changed_ns = excluded.listed_changed_ns,
            own_bytes = excluded.own_bytes, own_files = excluded.own_files, own_directories = excluded.own_directories
        """)

    static let addToTotals = SQLStatement(
        """
        UPDATE directories SET total_bytes = total_bytes + $2, total_files = total_files + $3,
            total_directories = total_directories + $4
        WHERE entry_id = $1
        """)

    static let markMissing = SQLStatement(
        "UPDATE entries SET missing_since_us = $2, updated_us = $2 WHERE id = $1 AND +missing_since_us IS NULL")

    static let forgetDirectory = SQLStatement("DELETE FROM directories WHERE entry_id = $1")

    static let shrinkDirectory = SQLStatement(
        """
        UPDATE directories SET digest = NULL, own_bytes = own_bytes - $2, own_files = own_files - $3,
            own_directories = own_directories - $4
        WHERE entry_id = $1
        """)

    static let purgeTombstones = SQLStatement(
        "DELETE FROM entries WHERE root_id = $1 AND missing_since_us < $2")
}
