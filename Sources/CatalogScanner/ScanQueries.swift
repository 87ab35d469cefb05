import CatalogDatabase

/// The SQL of scans: their table, and the rows that a running scan keeps beside it.
enum ScanQueries {
    // What a running scan keeps

    static let frontier = SQLStatement("SELECT directory_ids FROM scan_frontier WHERE scan_id = $1")

    static let insertFrontier = SQLStatement("INSERT INTO scan_frontier (scan_id, directory_ids) VALUES ($1, $2)")

    static let insertError = SQLStatement(
        "INSERT INTO scan_errors (scan_id, path, code, message, created_at_us) VALUES ($1, $2, $3, $4, $5)")

    static let insertRemoval = SQLStatement(
        "INSERT INTO scan_removals (scan_id, entry_id) VALUES ($1, $2) ON CONFLICT (scan_id, entry_id) DO NOTHING")

    static let removals = SQLStatement(
        """
        SELECT r.entry_id, e.kind, e.parent_id, e.size_bytes, d.total_files, d.total_directories, e.name
        FROM scan_removals r JOIN entries e ON e.id = r.entry_id LEFT JOIN directories d ON d.entry_id = e.id
        WHERE r.scan_id = $1 AND +e.missing_since_us IS NULL AND r.entry_id > $2
        ORDER BY r.entry_id LIMIT 500
        """)

    /// Noted entries and the directories in which they are missing.
    static let removalParents = SQLStatement(
        """
        SELECT r.entry_id, e.parent_id FROM scan_removals r JOIN entries e ON e.id = r.entry_id WHERE r.scan_id = $1
        """)

    static let dropRemoval = SQLStatement("DELETE FROM scan_removals WHERE scan_id = $1 AND entry_id = $2")

    static let clearRemovals = SQLStatement("DELETE FROM scan_removals WHERE scan_id = $1")
    static let clearFrontier = SQLStatement("DELETE FROM scan_frontier WHERE scan_id = $1")

    /// All but files that had other content than before: those are not looked for again.
    static let clearErrors = SQLStatement("DELETE FROM scan_errors WHERE scan_id = $1 AND code <> 'dataLoss'")

    static let countDamages = SQLStatement("SELECT COUNT(*) FROM scan_errors WHERE scan_id = $1 AND code = 'dataLoss'")

    static let clearOlderRemovals = SQLStatement(
        "DELETE FROM scan_removals WHERE scan_id IN (SELECT id FROM scans WHERE root_id = $1 AND id <> $2)")

    static let takeOverRemovals = SQLStatement(
        """
        DELETE FROM scan_removals WHERE scan_id IN (SELECT id FROM scans WHERE root_id = $1 AND id <> $2)
            AND entry_id IN (SELECT id FROM entries WHERE parent_id = $3)
        """)

    /// The same for what this scan has seen again; what it misses too stays parked.
    static let takeOverFound = SQLStatement(
        """
        DELETE FROM scan_removals WHERE scan_id IN (SELECT id FROM scans WHERE root_id = $1 AND id <> $2)
            AND entry_id IN (SELECT id FROM entries WHERE parent_id = $3)
            AND entry_id NOT IN (SELECT entry_id FROM scan_removals WHERE scan_id = $2)
        """)

    /// What a person has not decided about is not decided by a scan that nobody has asked for.
    static let leaveParked = SQLStatement(
        """
        DELETE FROM scan_removals WHERE scan_id = $2 AND entry_id IN (
            SELECT r.entry_id FROM scan_removals r JOIN scans s ON s.id = r.scan_id
            WHERE s.root_id = $1 AND s.id <> $2 AND s.removal_state = 'needs_confirmation')
        """)

    static let clearOlderFrontiers = SQLStatement(
        "DELETE FROM scan_frontier WHERE scan_id IN (SELECT id FROM scans WHERE root_id = $1 AND id <> $2)")

    /// A run that begins has parked nothing. One that goes on has given ids already.
    static let begin = SQLStatement(
        """
        UPDATE scans SET identity = $2, removal_state = '', removal_reason = NULL, removals_parked = 0,
            first_new_id = COALESCE(first_new_id, (SELECT value + 1 FROM counters WHERE name = 'entry_id'))
        WHERE id = $1
        """)

    static let addRemoved = SQLStatement("UPDATE scans SET removed = removed + $2 WHERE id = $1")

    static let scanAfter = SQLStatement("SELECT id FROM scans WHERE root_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2")

    static let forgetErrors = SQLStatement(
        "DELETE FROM scan_errors WHERE scan_id IN (SELECT id FROM scans WHERE root_id = $1 AND id <= $2)")

    /// Scans of one root up to an id, a few at a time. What they kept beside it went with the scan that came after them. Those stay whose
    /// removals wait for somebody, and the first and the last one of the whole root: others go by what they were.
    static let oldScans = SQLStatement(
        """
        SELECT s.id FROM scans s LEFT JOIN jobs j ON j.id = s.id
        CROSS JOIN (SELECT COALESCE(MIN(w.id), 0) AS first, COALESCE(MAX(w.id), 0) AS last
            FROM scans w JOIN jobs k ON k.id = w.id
            WHERE w.root_id = $1 AND w.path IS NULL AND k.status = 'completed') whole
        WHERE s.root_id = $1 AND s.id <= $2 AND (j.id IS NULL OR j.finished_at_us IS NOT NULL)
            AND s.removal_state <> 'needs_confirmation' AND s.id <> whole.first AND s.id <> whole.last
        ORDER BY s.id LIMIT 100
        """)

    /// A few at a time; those whose removals wait for somebody stay.
    static let oldScansOfType = SQLStatement(
        """
        SELECT s.id FROM scans s JOIN jobs j ON j.id = s.id
        WHERE s.root_id = $1 AND s.scan_type = $3 AND j.finished_at_us IS NOT NULL
            AND s.removal_state <> 'needs_confirmation'
        ORDER BY s.id DESC LIMIT 100 OFFSET $2
        """)

    static let forgetOne = [
        SQLStatement("DELETE FROM scan_errors WHERE scan_id = $1"), SQLStatement("DELETE FROM scans WHERE id = $1"),
    ]

    /// Everything about the scans of one root, the scans themselves last.
    static let forgetAll = [
        SQLStatement("DELETE FROM scan_removals WHERE scan_id IN (SELECT id FROM scans WHERE root_id = $1)"),
        SQLStatement("DELETE FROM scan_frontier WHERE scan_id IN (SELECT id FROM scans WHERE root_id = $1)"),
        SQLStatement("DELETE FROM scan_errors WHERE scan_id IN (SELECT id FROM scans WHERE root_id = $1)"),
        SQLStatement("DELETE FROM scans WHERE root_id = $1"),
    ]

    // The table of scans

    private static let scanColumns = """
        s.id, s.root_id, r.name, r.protocol, s.scan_type, s.max_depth, s.confirm_removals, s.removal_state,
        s.removal_reason, s.removals_parked, s.entries_before, s.entries_found, s.directories_listed, s.added, s.updated,
        s.removed, s.error_count, s.current_path, j.status, j.created_at_us, j.started_at_us, j.finished_at_us,
        j.error_message, j.cancel_requested, s.updated_at_us, s.identity, s.path, s.moved
        """
    /// Scans of a deleted root are as hidden as its entries.
    private static let scanTables = """
        scans s JOIN jobs j ON j.id = s.id JOIN storage_roots r ON r.id = s.root_id AND r.deleted_at_us IS NULL
        """

    static let insertScan = SQLStatement(
        """
        INSERT INTO scans (id, root_id, scan_type, max_depth, requested_by, confirm_removals, removal_state,
            removals_parked, entries_before, entries_found, directories_listed, added, updated, removed, error_count,
            updated_at_us, path)
        VALUES ($1, $2, $3, $4, $5, $6, '', 0, 0, 0, 0, 0, 0, 0, 0, $7, $8)
        """)

    static let findScan = SQLStatement("SELECT \(scanColumns) FROM \(scanTables) WHERE s.id = $1")

    static let listScans = SQLStatement(
        "SELECT \(scanColumns) FROM \(scanTables) ORDER BY s.id DESC LIMIT $1 OFFSET $2")

    static let listScansOfRoot = SQLStatement(
        "SELECT \(scanColumns) FROM \(scanTables) WHERE s.root_id = $3 ORDER BY s.id DESC LIMIT $1 OFFSET $2")

    /// The roots as one text: `,3,17,`.
    static let listScansOfRoots = SQLStatement(
        """
        SELECT \(scanColumns) FROM \(scanTables) WHERE $3 LIKE '%,' || s.root_id || ',%'
        ORDER BY s.id DESC LIMIT $1 OFFSET $2
        """)

    static let countScans = SQLStatement("SELECT COUNT(*) FROM \(scanTables)")

    /// The roots as one text: `,3,17,`.
    static let countScansOfRoots = SQLStatement(
        "SELECT COUNT(*) FROM \(scanTables) WHERE $1 LIKE '%,' || s.root_id || ',%'")

    /// Whether the whole root was ever scanned to the end.
    static let completedScan = SQLStatement(
        """
        SELECT s.id FROM scans s JOIN jobs j ON j.id = s.id
        WHERE s.root_id = $1 AND s.path IS NULL AND j.status = 'completed' LIMIT 1
        """)

    /// When the oldest scan that is still known and was the first of its root came to its end.
    static let firstScanEnd = SQLStatement(
        """
        SELECT j.finished_at_us FROM scans s JOIN jobs j ON j.id = s.id
        WHERE s.root_id = $1 AND s.path IS NULL AND s.entries_before = 0 AND j.status = 'completed'
        ORDER BY s.id LIMIT 1
        """)

    static let listErrors = SQLStatement(
        "SELECT path, code, message, created_at_us FROM scan_errors WHERE scan_id = $1 ORDER BY id LIMIT $2 OFFSET $3")

    static let countErrors = SQLStatement("SELECT COUNT(*) FROM scan_errors WHERE scan_id = $1")

    static let saveProgress = SQLStatement(
        """
        UPDATE scans SET entries_before = $2, entries_found = $3, directories_listed = $4, added = $5, updated = $6,
            removed = $7, error_count = $8, current_path = $9, updated_at_us = $10, moved = $11,
            next_new_id = (SELECT value + 1 FROM counters WHERE name = 'entry_id')
        WHERE id = $1
        """)

    static let park = SQLStatement(
        """
        UPDATE scans SET removal_state = 'needs_confirmation', removals_parked = $2, removal_reason = $3 WHERE id = $1
        """)

    static let settleRemovals = SQLStatement(
        "UPDATE scans SET removal_state = $2 WHERE id = $1 AND removal_state = 'needs_confirmation'")

    static let noteFailedRemoval = SQLStatement("UPDATE scans SET removal_reason = $2 WHERE id = $1")

    static let parkedScans = SQLStatement(
        "SELECT id FROM scans WHERE root_id = $1 AND removal_state = 'needs_confirmation' AND id <> $2")
}
