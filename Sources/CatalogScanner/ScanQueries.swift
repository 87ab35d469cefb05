import CatalogDatabase

/// The SQL of scanning: what a scan reads of the catalog and what it writes.
enum ScanQueries {
    // Reading what is known

    static let rootEntry = SQLStatement(
        """
        SELECT id FROM entries WHERE parent_id IS NULL AND name = $2 AND root_id = $1 AND missing_since_us IS NULL
        """)

    static let knownDirectories = SQLStatement(
        """
        SELECT e.id, e.parent_id, e.name, d.digest, d.listed_modified_ns, d.listed_changed_ns,
            d.own_files + d.own_directories, e.device
        FROM directories d JOIN entries e ON e.id = d.entry_id
        WHERE d.root_id = $1 ORDER BY e.parent_id, e.name
        """)

    static let frontier = SQLStatement("SELECT directory_ids FROM scan_frontier WHERE scan_id = $1")

    static let children = SQLStatement(
        """
        SELECT id, kind, name, size_bytes, modified_ns, changed_ns, birth_ns, device, inode, link_count
        FROM entries WHERE parent_id = $1 AND missing_since_us IS NULL ORDER BY name
        """)

    static let tombstones = SQLStatement(
        """
        SELECT id, kind, name FROM entries
        WHERE parent_id = $1 AND missing_since_us IS NOT NULL ORDER BY missing_since_us
        """)

    // Writing entries

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
            "entry_id", "root_id", "listed_scan_id", "listed_modified_ns", "listed_changed_ns", "own_bytes", "own_files",
            "own_directories", "total_bytes", "total_files", "total_directories",
        ])

    static let updateEntry = SQLStatement(
        """
        UPDATE entries SET size_bytes = $2, modified_ns = $3, changed_ns = $4, birth_ns = $5, device = $6, inode = $7,
            link_count = $8, updated_us = $9, missing_since_us = NULL
        WHERE id = $1
        """)

    static let updateDirectoryEntry = SQLStatement(
        """
        UPDATE entries SET modified_ns = $2, changed_ns = $3, birth_ns = $4, device = $5, inode = $6, updated_us = $7
        WHERE id = $1 AND (modified_ns <> $2 OR changed_ns <> $3 OR birth_ns <> $4 OR device <> $5 OR inode <> $6)
        """)

    static let updateDirectory = SQLStatement(
        """
        UPDATE directories SET digest = $2, listed_scan_id = $3, listed_modified_ns = $4, listed_changed_ns = $5,
            own_bytes = $6, own_files = $7, own_directories = $8
        WHERE entry_id = $1
        """)

    static let markMissing = SQLStatement(
        "UPDATE entries SET missing_since_us = $2, updated_us = $2 WHERE id = $1 AND missing_since_us IS NULL")

    static let forgetDirectory = SQLStatement("DELETE FROM directories WHERE entry_id = $1")

    static let purgeTombstones = SQLStatement(
        "DELETE FROM entries WHERE root_id = $1 AND missing_since_us < $2")

    // The scan's own rows

    static let insertFrontier = SQLStatement("INSERT INTO scan_frontier (scan_id, directory_ids) VALUES ($1, $2)")

    static let insertError = SQLStatement(
        "INSERT INTO scan_errors (scan_id, path, code, message, created_at_us) VALUES ($1, $2, $3, $4, $5)")

    static let insertRemoval = SQLStatement(
        "INSERT INTO scan_removals (scan_id, entry_id) VALUES ($1, $2) ON CONFLICT (scan_id, entry_id) DO NOTHING")

    static let removals = SQLStatement(
        """
        SELECT r.entry_id, e.kind, e.parent_id, e.size_bytes, d.total_files, d.total_directories
        FROM scan_removals r JOIN entries e ON e.id = r.entry_id LEFT JOIN directories d ON d.entry_id = e.id
        WHERE r.scan_id = $1 AND e.missing_since_us IS NULL AND r.entry_id > $2
        ORDER BY r.entry_id LIMIT 500
        """)

    static let childrenToRemove = SQLStatement(
        "SELECT id, kind FROM entries WHERE parent_id = $1 AND missing_since_us IS NULL")

    static let shrinkParent = SQLStatement(
        """
        UPDATE directories SET digest = NULL, own_bytes = own_bytes - $2, own_files = own_files - $3,
            own_directories = own_directories - $4
        WHERE entry_id = $1
        """)

    static let clearRemovals = SQLStatement("DELETE FROM scan_removals WHERE scan_id = $1")
    static let clearFrontier = SQLStatement("DELETE FROM scan_frontier WHERE scan_id = $1")
    static let clearErrors = SQLStatement("DELETE FROM scan_errors WHERE scan_id = $1")

    static let directorySums = SQLStatement(
        """
        SELECT d.entry_id, e.parent_id, d.own_bytes, d.own_files, d.own_directories, d.total_bytes, d.total_files,
            d.total_directories
        FROM directories d JOIN entries e ON e.id = d.entry_id WHERE d.root_id = $1 ORDER BY d.entry_id
        """)

    static let updateTotals = SQLStatement(
        """
        UPDATE directories SET total_bytes = $2, total_files = $3, total_directories = $4 WHERE entry_id = $1
        """)

    static let rootTotals = SQLStatement(
        """
        SELECT d.total_files + d.total_directories FROM entries e JOIN directories d ON d.entry_id = e.id
        WHERE e.parent_id IS NULL AND e.root_id = $1 AND e.missing_since_us IS NULL
        """)

    // The table of scans

    private static let scanColumns = """
        s.id, s.root_id, r.name, r.protocol, s.scan_type, s.max_depth, s.confirm_removals, s.removal_state,
        s.removal_reason, s.removals_parked, s.entries_before, s.entries_found, s.directories_listed, s.added, s.updated,
        s.removed, s.error_count, s.current_path, j.status, j.created_at_us, j.started_at_us, j.finished_at_us,
        j.error_message, j.cancel_requested, s.updated_at_us
        """
    private static let scanTables = "scans s JOIN jobs j ON j.id = s.id JOIN storage_roots r ON r.id = s.root_id"

    static let insertScan = SQLStatement(
        """
        INSERT INTO scans (id, root_id, scan_type, max_depth, requested_by, confirm_removals, removal_state,
            removals_parked, entries_before, entries_found, directories_listed, added, updated, removed, error_count,
            updated_at_us)
        VALUES ($1, $2, $3, $4, $5, $6, '', 0, 0, 0, 0, 0, 0, 0, 0, $7)
        """)

    static let findScan = SQLStatement("SELECT \(scanColumns) FROM \(scanTables) WHERE s.id = $1")

    static let listScans = SQLStatement(
        "SELECT \(scanColumns) FROM \(scanTables) ORDER BY s.id DESC LIMIT $1 OFFSET $2")

    static let listScansOfRoot = SQLStatement(
        "SELECT \(scanColumns) FROM \(scanTables) WHERE s.root_id = $3 ORDER BY s.id DESC LIMIT $1 OFFSET $2")

    static let listErrors = SQLStatement(
        "SELECT path, code, message, created_at_us FROM scan_errors WHERE scan_id = $1 ORDER BY id LIMIT $2 OFFSET $3")

    static let countErrors = SQLStatement("SELECT COUNT(*) FROM scan_errors WHERE scan_id = $1")

    static let saveProgress = SQLStatement(
        """
        UPDATE scans SET entries_before = $2, entries_found = $3, directories_listed = $4, added = $5, updated = $6,
            removed = $7, error_count = $8, current_path = $9, updated_at_us = $10
        WHERE id = $1
        """)

    static let park = SQLStatement(
        """
        UPDATE scans SET removal_state = 'needs_confirmation', removals_parked = $2, removal_reason = $3 WHERE id = $1
        """)

    static let settleRemovals = SQLStatement(
        """
        UPDATE scans SET removal_state = $2, removed = removed + $3
        WHERE id = $1 AND removal_state = 'needs_confirmation'
        """)

    static let parkedScans = SQLStatement(
        "SELECT id FROM scans WHERE root_id = $1 AND removal_state = 'needs_confirmation' AND id <> $2")
}
