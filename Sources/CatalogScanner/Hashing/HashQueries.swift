import CatalogDatabase

/// The SQL of hashes: which files have to be read, and what is known of them. Files have the kind 0.
enum HashQueries {
    /// What `HashCandidate` is made of.
    private static let candidateColumns = """
        e.id, e.parent_id, e.name, e.size_bytes, e.modified_ns, e.device, e.inode, e.link_count, e.changed_ns,
            COALESCE(h.is_doubted, 0)
        """

    private static let takesPart = "r.deleted_at_us IS NULL AND r.enable_duplicate_detection = 1"

    /// Whether a row of hashes is missing, or is about what the file was before, or may be.
    private static let isUnread = """
        (h.entry_id IS NULL OR h.size_bytes <> e.size_bytes OR h.modified_ns <> e.modified_ns OR h.is_doubted = 1)
        """

    /// Whether the files of a root are to be read: it is there and enabled.
    static let isWanted = SQLStatement(
        "SELECT 1 FROM storage_roots r WHERE r.id = $1 AND r.enabled = 1 AND \(takesPart)")

    private static let sized = """
        FROM entries e JOIN storage_roots r ON r.id = e.root_id
        WHERE e.kind = 0 AND e.size_bytes > 0 AND +e.missing_since_us IS NULL AND \(takesPart)
        """
    private static let hasMoreNames = "(e.link_count > 1 AND e.inode <> 0)"

    /// Sizes of a file with one name that another entry has too.
    static let sharedSizes = SQLStatement(
        """
        SELECT e.size_bytes \(sized) GROUP BY e.size_bytes
        HAVING COUNT(*) > 1 AND COUNT(*) > SUM(CASE WHEN \(hasMoreNames) THEN 1 ELSE 0 END)
        """
    ).withManyRows

    /// Sizes that more than one of the files with several names have.
    static let sharedSizesOfLinks = SQLStatement(
        """
        SELECT e.size_bytes \(sized) AND \(hasMoreNames) GROUP BY e.size_bytes
        HAVING MIN(e.inode) <> MAX(e.inode) OR MIN(e.device) <> MAX(e.device)
            OR (MIN(e.device) <= 0 AND MIN(e.root_id) <> MAX(e.root_id))
        """
    ).withManyRows

    /// Files of the root $1 behind the entry $2 that are not read yet, $3 at most.
    static let unread = SQLStatement(
        """
        SELECT \(candidateColumns) FROM entries e LEFT JOIN file_hashes h ON h.entry_id = e.id
        WHERE e.id > $2 AND e.root_id = $1 AND e.kind = 0 AND e.size_bytes > 0 AND +e.missing_since_us IS NULL
            AND e.parent_id IS NOT NULL AND \(isUnread)
        ORDER BY e.id LIMIT $3
        """)

    /// Files of the root $1 behind the entry $2 that were not read whole since $4, $3 at most.
    static let unverified = SQLStatement(
        """
        SELECT \(candidateColumns) FROM entries e LEFT JOIN file_hashes h ON h.entry_id = e.id
        WHERE e.id > $2 AND e.root_id = $1 AND e.kind = 0 AND e.size_bytes > 0 AND +e.missing_since_us IS NULL
            AND e.parent_id IS NOT NULL AND (\(isUnread) OR h.content_hash IS NULL OR h.hashed_at_us < $4)
        ORDER BY e.id LIMIT $3
        """)

    /// What is known of a file: what it is true for, hashes, and the rest of `HashedFile`.
    static let known = SQLStatement(
        """
        SELECT \(DuplicateGroupQueries.fileColumns), h.modified_ns, h.quick_hash, h.is_present, h.is_doubted
        FROM file_hashes h WHERE h.entry_id = $1
        """)

    /// The same of all other roots: root and size.
    static let unreadElsewhere = SQLStatement(
        """
        SELECT e.root_id, e.size_bytes FROM entries e JOIN storage_roots r ON r.id = e.root_id
        LEFT JOIN file_hashes h ON h.entry_id = e.id
        WHERE e.root_id <> $1 AND e.kind = 0 AND e.size_bytes > 0 AND +e.missing_since_us IS NULL
            AND r.enabled = 1 AND \(takesPart) AND \(isUnread)
        """
    ).withManyRows

    /// Another file with the same quick hash. Two places in the index are looked at, however many names the file has in its root, and
    /// its names in other roots.
    private static let collides = """
        (EXISTS (SELECT 1 FROM file_hashes o WHERE o.is_present = 1 AND o.size_bytes = h.size_bytes
                AND o.quick_hash = h.quick_hash
                AND (o.root_id, o.file_device, o.file_inode) < (h.root_id, h.file_device, h.file_inode)
                AND \(isOtherFile))
            OR EXISTS (SELECT 1 FROM file_hashes o WHERE o.is_present = 1 AND o.size_bytes = h.size_bytes
                AND o.quick_hash = h.quick_hash
                AND (o.root_id, o.file_device, o.file_inode) > (h.root_id, h.file_device, h.file_inode)
                AND \(isOtherFile)))
        """
    /// As in `FileIdentity.mayBeInOtherRoots`.
    private static let isOtherFile =
        "NOT (h.file_device > 0 AND o.file_device = h.file_device AND o.file_inode = h.file_inode)"

    /// Files of the root $1 behind the entry $2 that collide and were not read whole, $3 at most.
    static let colliding = SQLStatement(
        """
        SELECT \(candidateColumns) FROM file_hashes h JOIN entries e ON e.id = h.entry_id
        WHERE h.root_id = $1 AND h.entry_id > $2 AND h.is_present = 1 AND h.content_hash IS NULL
            AND e.parent_id IS NOT NULL AND \(collides)
        ORDER BY h.entry_id LIMIT $3
        """)

    /// Other roots that have such files.
    static let collidingElsewhere = SQLStatement(
        """
        SELECT r.id FROM storage_roots r WHERE r.id <> $1 AND r.enabled = 1 AND \(takesPart)
            AND EXISTS (SELECT 1 FROM file_hashes h WHERE h.root_id = r.id AND h.is_present = 1
                AND h.content_hash IS NULL AND \(collides))
        ORDER BY r.id
        """)

    /// What is known of a file by one of its other names: quick hash and hash of the content. Other machines' storages have the device 0. A name
    /// that was looked at before the file was changed ($6) knows nothing, but for a change in the number of names ($7).
    static let knownByOtherName = SQLStatement(
        """
        SELECT h.quick_hash, h.content_hash FROM file_hashes h JOIN entries e ON e.id = h.entry_id
        WHERE h.root_id IN (SELECT r.id FROM storage_roots r WHERE r.id = $1 OR CAST($2 AS BIGINT) > 0)
            AND h.file_device = $2 AND h.file_inode = $3 AND h.file_device <> -1 AND h.size_bytes = $4
            AND h.modified_ns = $5 AND h.is_doubted = 0 AND (e.changed_ns = $6 OR e.link_count <> $7)
        ORDER BY h.content_hash NULLS LAST LIMIT 1
        """)

    /// Entries of the root $1 behind $2 whose hashes wait for their return, and which are there, $3 at most.
    static let returned = SQLStatement(
        """
        SELECT h.entry_id FROM file_hashes h JOIN entries e ON e.id = h.entry_id
        WHERE h.root_id = $1 AND h.is_present = 0 AND h.entry_id > $2 AND e.missing_since_us IS NULL
        ORDER BY h.entry_id LIMIT $3
        """)

    /// Directories and everything above them: id, parent and name, in no order. The list repeats its last id.
    ///
    /// - Parameter count: ids in the list.
    static func ancestors(ofIDs count: Int) -> SQLStatement {
        SQLStatement(
            """
            WITH RECURSIVE up (id, parent_id, name) AS (
                SELECT id, parent_id, name FROM entries WHERE id IN (\(list(count)))
                UNION
                SELECT e.id, e.parent_id, e.name FROM up u JOIN entries e ON e.id = u.parent_id)
            SELECT id, parent_id, name FROM up
            """)
    }

    private static func list(_ count: Int) -> String { (1...count).map { "$\($0)" }.joined(separator: ", ") }

    // Writing

    static let entry = SQLStatement(
        """
        SELECT size_bytes, modified_ns, device, inode, link_count, changed_ns FROM entries
        WHERE id = $1 AND +missing_since_us IS NULL AND kind = 0 AND root_id = $2
        """)

    /// As in `FileIdentity`.
    private static let isOneOfMoreNames = "e.link_count > 1 AND e.inode <> 0 AND e.device <> -1"
    /// Entry $1 while it is the file that was read: in the root $2, with the size $3, the time $4 and the identity ($5, $6).
    private static let sameFile = """
        FROM entries e WHERE e.id = $1 AND e.root_id = $2 AND e.size_bytes = $3 AND e.modified_ns = $4
            AND +e.missing_since_us IS NULL AND e.kind = 0
            AND CASE WHEN \(isOneOfMoreNames) THEN e.device ELSE -1 END = $5
            AND CASE WHEN \(isOneOfMoreNames) THEN e.inode ELSE e.id END = $6
        """

    /// And while it was not changed since, which says the time $7.
    private static let sameState = "\(sameFile) AND e.changed_ns = $7"

    /// A new quick hash is about other content than before, so what was known of all of it goes.
    static let insert = SQLStatement(
        """
        INSERT INTO file_hashes (entry_id, root_id, size_bytes, modified_ns, algorithm, quick_hash, content_hash,
            file_device, file_inode, is_present, hashed_at_us)
        SELECT e.id, e.root_id, e.size_bytes, e.modified_ns, $8, $9, $10, $5, $6, 1, $11 \(sameState)
        ON CONFLICT (entry_id) DO UPDATE SET size_bytes = excluded.size_bytes, modified_ns = excluded.modified_ns,
            algorithm = excluded.algorithm, quick_hash = excluded.quick_hash, content_hash = excluded.content_hash,
            file_device = excluded.file_device, file_inode = excluded.file_inode, is_present = 1,
            is_doubted = 0, hashed_at_us = excluded.hashed_at_us
        """)

    static let trust = SQLStatement(
        "UPDATE file_hashes SET is_doubted = 0 WHERE entry_id = $1 AND EXISTS (SELECT 1 \(sameState))")

    /// Had the file been changed since its quick hash was written, that would be doubted.
    static let setContent = SQLStatement(
        """
        UPDATE file_hashes SET content_hash = $7, hashed_at_us = $8
        WHERE entry_id = $1 AND content_hash IS NULL AND is_present = 1 AND is_doubted = 0 AND EXISTS (SELECT 1 \(sameFile))
        """)

    // Names of one file

    /// Names that were the only ones of their files when they were listed, and are of the file of the entry $1 (size $2, quick hash $3,
    /// root $4). Not more are looked at than a transaction can bear.
    static let loneNames = SQLStatement(
        """
        SELECT o.id FROM (SELECT entry_id FROM file_hashes
                WHERE is_present = 1 AND size_bytes = $2 AND quick_hash = $3 AND root_id = $4 AND file_device = -1
                LIMIT 1000) h
            JOIN entries o ON o.id = h.entry_id JOIN entries e ON e.id = $1
        WHERE o.id <> e.id AND o.inode = e.inode AND o.device = e.device AND o.modified_ns = e.modified_ns
            AND o.missing_since_us IS NULL
        """)

    /// Another name, known to be one of several, of the file of the entry $1, which was listed as the only one; and which file it is.
    static let otherNameOfLone = SQLStatement(
        """
        SELECT o.id, h.file_device, h.file_inode, o.changed_ns FROM entries e
            JOIN file_hashes h ON h.is_present = 1 AND h.size_bytes = $2 AND h.quick_hash = $3 AND h.root_id = $4
                AND h.file_device = e.device AND h.file_inode = e.inode
            JOIN entries o ON o.id = h.entry_id
        WHERE e.id = $1 AND e.inode <> 0 AND o.modified_ns = e.modified_ns AND o.link_count > 1
            AND o.missing_since_us IS NULL LIMIT 1
        """)

    /// A new name changes the file, too.
    static let takeOverLinks = SQLStatement(
        """
        UPDATE entries SET link_count = (SELECT o.link_count FROM entries o WHERE o.id = $2),
            changed_ns = (SELECT o.changed_ns FROM entries o WHERE o.id = $2)
        WHERE id = $1
        """)

    static let startRun = SQLStatement(
        """
        INSERT INTO hash_runs (id, root_id, started_at_us, files_read, bytes_read, files_skipped, errors, updated_at_us)
        VALUES ($1, $2, $3, 0, 0, 0, 0, $3)
        ON CONFLICT (id) DO UPDATE SET started_at_us = excluded.started_at_us, updated_at_us = excluded.updated_at_us,
            waits_for = NULL, pending_bytes = NULL
        """)

    static let addToRun = SQLStatement(
        """
        UPDATE hash_runs SET files_read = files_read + $2, bytes_read = bytes_read + $3,
            files_skipped = files_skipped + $4, errors = errors + $5, updated_at_us = $6
        WHERE id = $1
        """)

    static let run = SQLStatement(
        "SELECT files_read, bytes_read, files_skipped, errors, started_at_us FROM hash_runs WHERE id = $1")

    /// What decides whether there is anything to read: entries, hashes and groups, storage roots.
    static let state = SQLStatement(
        """
        SELECT COALESCE((SELECT MAX(sequence) FROM name_changes), 0) || '/'
            || COALESCE((SELECT value FROM counters WHERE name = 'duplicates'), 0) || '/'
            || COALESCE((SELECT MAX(updated_at_us) FROM storage_roots), 0)
        """)

    static let settled = SQLStatement(
        "SELECT settled FROM hash_runs WHERE root_id = $1 AND settled IS NOT NULL ORDER BY id DESC LIMIT 1")

    static let settle = SQLStatement("UPDATE hash_runs SET settled = $2 WHERE id = $1")

    /// The newest run of a root that has $2 after it.
    static let runAfter = SQLStatement(
        "SELECT id FROM hash_runs WHERE root_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2")

    static let forgetRuns = SQLStatement("DELETE FROM hash_runs WHERE root_id = $1 AND id <= $2")

    // What becomes of a root

    static let hashRun = SQLStatement("SELECT MIN(entry_id), MAX(entry_id) FROM file_hashes WHERE root_id = $1")

    static let present = SQLStatement(
        """
        SELECT \(DuplicateGroupQueries.fileColumns) FROM file_hashes h
        WHERE h.entry_id BETWEEN $2 AND $3 AND h.root_id = $1 AND h.is_present = 1 ORDER BY h.entry_id
        """)

    static let forget = SQLStatement(
        "DELETE FROM file_hashes WHERE entry_id BETWEEN $2 AND $3 AND root_id = $1")

    static let forgetRoot = [
        SQLStatement("DELETE FROM duplicate_counts WHERE root_id = $1"),
        SQLStatement("DELETE FROM hash_runs WHERE root_id = $1"),
        SQLStatement("DELETE FROM hash_days WHERE root_id = $1"), forgetParts,
    ]

    static let hiddenRoots = SQLStatement("SELECT id FROM storage_roots WHERE deleted_at_us IS NOT NULL ORDER BY id")

    static let forgetTombstones = SQLStatement(
        """
        DELETE FROM file_hashes WHERE root_id = $1 AND is_present = 0
            AND EXISTS (SELECT 1 FROM entries e WHERE e.id = file_hashes.entry_id AND e.missing_since_us < $2)
        """)
}
