import CatalogDatabase

/// The SQL of moves: what vanished, what is new, and how a row gets to its new place.
enum MoveQueries {
    /// What `MovableEntry` is made of. A device that got another number, as after a restart, is numbered anew in the rows of directories
    /// only: a file is on the device of its own.
    private static let columns = """
        e.id, e.root_id, e.parent_id, e.kind, e.name, e.name_folded, e.size_bytes, e.modified_ns, e.changed_ns, e.birth_ns,
        CASE WHEN e.kind = 1 THEN e.device ELSE COALESCE((SELECT p.device FROM entries p WHERE p.id = e.parent_id), e.device) END,
        e.inode, e.link_count, e.first_seen_us, e.missing_since_us
        """

    /// Ids of one question for hashes.
    static let idsPerStatement = 50

    static let quickHashes = SQLStatement(
        """
        SELECT h.entry_id, h.quick_hash FROM file_hashes h JOIN entries e ON e.id = h.entry_id
        WHERE h.entry_id IN (\((1...idsPerStatement).map { "$\($0)" }.joined(separator: ", ")))
            AND h.size_bytes = e.size_bytes AND h.modified_ns = e.modified_ns
        """)

    static let lastID = SQLStatement("SELECT value FROM counters WHERE name = 'entry_id'")

    /// The first id that the scan may have given; the same of the last scan before it that saw the whole root; and from where on something
    /// may be what that one saw at another place: from its beginning, or, since it knew nothing, from the end of a first scan. Last, whether
    /// the root was watched since.
    static let firstIDs = SQLStatement(
        """
        SELECT s.first_new_id, b.first_new_id, CASE WHEN b.entries_before = 0 THEN b.next_new_id ELSE b.first_new_id END,
            (SELECT COUNT(*) FROM scans w
             WHERE w.root_id = s.root_id AND w.id <= s.id AND w.id > COALESCE(b.id, 0) AND w.scan_type = 'watch')
        FROM scans s LEFT JOIN scans b ON b.id = (
            SELECT p.id FROM scans p JOIN jobs j ON j.id = p.id
            WHERE p.root_id = s.root_id AND p.id < s.id AND p.path IS NULL AND j.status = 'completed'
            ORDER BY p.id DESC LIMIT 1)
        WHERE s.id = $1
        """)

    static let vanished = SQLStatement(
        """
        SELECT \(columns) FROM scan_removals r JOIN entries e ON e.id = r.entry_id
        WHERE r.scan_id = $1 AND +e.missing_since_us IS NULL ORDER BY e.id LIMIT $2
        """
    ).withManyRows

    static let children = SQLStatement(
        "SELECT \(columns) FROM entries e WHERE e.parent_id = $1 AND e.missing_since_us IS NULL ORDER BY e.name")

    static let childDirectories = SQLStatement(
        """
        SELECT \(columns) FROM entries e WHERE e.parent_id = $1 AND e.kind = 1 AND e.missing_since_us IS NULL ORDER BY e.name
        """)

    /// Whether there are more than $1 files that went missing; the partial index has all of them.
    static let hasMoreTombstones = SQLStatement(
        """
        SELECT 1 FROM entries e
        WHERE e.missing_since_us IS NOT NULL AND e.kind = 0 AND e.size_bytes > 0 LIMIT 1 OFFSET $1
        """)

    /// Files that went missing, in any root.
    static let tombstones = SQLStatement(
        """
        SELECT \(columns) FROM entries e
        WHERE e.missing_since_us IS NOT NULL AND e.kind = 0 AND e.size_bytes > 0 LIMIT $1
        """
    ).withManyRows

    /// Those among them that are as large as a new file. `CROSS JOIN` keeps SQLite to this order: for each new file a look into the index
    /// of tombstones, and never the other way round.
    static let tombstonesLikeNew = SQLStatement(
        """
        SELECT DISTINCT \(columns) FROM entries n CROSS JOIN entries e
        WHERE e.size_bytes = n.size_bytes AND n.id >= $1 AND n.root_id = $2 AND n.kind = 0 AND n.size_bytes > 0 AND +n.missing_since_us IS NULL
            AND e.missing_since_us IS NOT NULL AND e.kind = 0 LIMIT $3
        """
    ).withManyRows

    static let hasEmptyTombstones = SQLStatement(
        "SELECT 1 FROM entries e WHERE e.missing_since_us IS NOT NULL AND e.size_bytes = 0 LIMIT 1")

    /// What went missing, is no file with content, and has the number of something that the scan has found.
    static let numberedTombstones = SQLStatement(
        """
        SELECT DISTINCT \(columns) FROM entries n CROSS JOIN entries e
        WHERE e.inode = n.inode AND n.id >= $1 AND n.root_id = $2 AND n.size_bytes = 0 AND n.inode <> 0
            AND +n.missing_since_us IS NULL AND e.missing_since_us IS NOT NULL AND e.kind = n.kind AND e.size_bytes = 0 LIMIT $3
        """
    ).withManyRows

    /// What came since an id, and is not gone again.
    static let newEntries = SQLStatement(
        """
        SELECT \(columns) FROM entries e WHERE e.id >= $2 AND e.root_id = $1 AND +e.missing_since_us IS NULL
            AND e.parent_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM scan_removals r WHERE r.scan_id = $3 AND r.entry_id = e.id)
        """
    ).withManyRows

    /// The same in the other roots; what one that is hidden had stays with it.
    static let newElsewhere = SQLStatement(
        """
        SELECT \(columns) FROM entries e
        WHERE e.id >= $2 AND e.root_id <> $1 AND e.parent_id IS NOT NULL AND +e.missing_since_us IS NULL
            AND e.root_id IN (SELECT r.id FROM storage_roots r WHERE r.deleted_at_us IS NULL AND r.enabled = 1)
        """
    ).withManyRows

    static let entry = SQLStatement("SELECT \(columns) FROM entries e WHERE e.id = $1")

    static let deleteEntry = SQLStatement("DELETE FROM entries WHERE id = $1")

    /// A tombstone comes back to life, too.
    static let place = SQLStatement(
        """
        UPDATE entries SET root_id = $2, parent_id = $3, name = $4, name_folded = $5, size_bytes = $6, modified_ns = $7,
            changed_ns = $8, birth_ns = $9, device = $10, inode = $11, link_count = $12, updated_us = $13,
            missing_since_us = NULL
        WHERE id = $1
        """)

    /// Where nothing is any more, nothing is when another row has the place.
    static let handOverRemoval = SQLStatement(
        "UPDATE scan_removals SET entry_id = $3 WHERE scan_id = $1 AND entry_id = $2")

    static let handOverChildren = SQLStatement(
        "UPDATE entries SET parent_id = $2 WHERE parent_id = $1 AND missing_since_us IS NULL")

    /// Each of the two has an index of its own.
    static let handOverTombstones = SQLStatement(
        "UPDATE entries SET parent_id = $2 WHERE parent_id = $1 AND missing_since_us IS NOT NULL")

    static let handOverDirectory = SQLStatement("UPDATE directories SET entry_id = $2 WHERE entry_id = $1")

    // MARK: Directories that change places

    /// Without the number of the directory, which is that of the one that went; with an impossible count of links, since that one, if it
    /// comes back, must not be taken for this one.
    static let copyAsGone = SQLStatement(
        """
        INSERT INTO entries (id, root_id, parent_id, kind, name, name_folded, size_bytes, modified_ns, changed_ns, birth_ns,
            device, inode, link_count, first_seen_us, updated_us, missing_since_us)
        SELECT $2, root_id, parent_id, kind, name, name_folded, size_bytes, modified_ns, changed_ns, 0, device, 0,
            \(EntryQueries.standInLinks), first_seen_us, updated_us, COALESCE(missing_since_us, $3)
        FROM entries WHERE id = $1
        """)

    static let revive = SQLStatement("UPDATE entries SET missing_since_us = NULL WHERE id = $1")

    static let leaveRemovals = SQLStatement("UPDATE scan_removals SET entry_id = $2 WHERE entry_id = $1")

    static let anyRemoval = SQLStatement("SELECT 1 FROM scan_removals WHERE entry_id = $1 LIMIT 1")

    static let isThere = SQLStatement(
        "SELECT 1 FROM storage_roots WHERE id = $1 AND deleted_at_us IS NULL AND enabled = 1")

    static let childIDs = SQLStatement("SELECT id FROM entries WHERE parent_id = $1 AND missing_since_us IS NULL")

    static let countFiles = SQLStatement(
        """
        SELECT COUNT(*) FROM (
            SELECT 1 FROM entries
            WHERE parent_id = $1 AND kind = 0 AND size_bytes > 0 AND missing_since_us IS NULL LIMIT $2) AS files
        """)

    static let countGoneFiles = SQLStatement(
        """
        SELECT COUNT(*) FROM (
            SELECT 1 FROM entries
            WHERE parent_id = $1 AND kind = 0 AND size_bytes > 0 AND missing_since_us IS NOT NULL LIMIT $2) AS files
        """)

    /// Links and empty files.
    static let emptyEntries = SQLStatement(
        """
        SELECT \(columns) FROM entries e
        WHERE e.parent_id = $1 AND e.kind <> 1 AND e.size_bytes = 0 AND e.missing_since_us IS NULL
        """)

    /// The same that are gone, the newest first.
    static let goneEmptyEntries = SQLStatement(
        """
        SELECT \(columns) FROM entries e
        WHERE e.parent_id = $1 AND e.kind <> 1 AND e.size_bytes = 0 AND e.missing_since_us IS NOT NULL ORDER BY e.id DESC
        """)
}
