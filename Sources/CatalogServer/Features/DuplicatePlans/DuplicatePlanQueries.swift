import CatalogDatabase

/// The SQL of plans to remove duplicates.
enum DuplicatePlanQueries {
    // MARK: Plans

    static let insert = SQLStatement(
        """
        INSERT INTO duplicate_plans (created_by, scope, created_at_us, is_built, is_complete, group_count, kept_files,
            planned_files, planned_bytes, removed_files, removed_bytes, skipped_files, updated_at_us)
        VALUES ($1, $2, $3, 0, 0, 0, 0, 0, 0, 0, 0, 0, $3) RETURNING id
        """)

    static let finish = SQLStatement(
        """
        UPDATE duplicate_plans SET is_built = 1, is_complete = $2, group_count = $3, kept_files = $4,
            planned_files = $5, planned_bytes = $6, updated_at_us = $7
        WHERE id = $1
        """)

    static let find = SQLStatement(
        """
        SELECT p.id, p.created_by, p.scope, p.created_at_us, p.is_complete, p.group_count, p.kept_files,
            p.planned_files, p.planned_bytes, p.removed_files, p.removed_bytes, p.skipped_files, p.job_id, j.status,
            j.error_message
        FROM duplicate_plans p LEFT JOIN jobs j ON j.id = p.job_id WHERE p.id = $1 AND p.is_built = 1
        """)

    static let setJob = SQLStatement("UPDATE duplicate_plans SET job_id = $2, updated_at_us = $3 WHERE id = $1")

    static let addToPlan = SQLStatement(
        """
        UPDATE duplicate_plans SET removed_files = removed_files + $2, removed_bytes = removed_bytes + $3,
            skipped_files = skipped_files + $4, updated_at_us = $5
        WHERE id = $1
        """)

    /// Names that were set aside and neither removed nor put back since, in storage roots that there still are (2 is the state `leaving`).
    private static let unsettledFiles = """
        SELECT 1 FROM duplicate_plan_files f JOIN storage_roots r ON r.id = f.root_id
        WHERE f.state = 2 AND r.deleted_at_us IS NULL
        """

    static let unsettled = SQLStatement(unsettledFiles + " AND f.plan_id = $1 LIMIT 1")

    /// Plans that nobody works with, and that have nothing set aside: older than $1, or all of the user $2 but the newest $3; those that
    /// were begun after $4 and not finished are being made.
    static let superfluous = SQLStatement(
        """
        SELECT p.id, p.job_id FROM duplicate_plans p LEFT JOIN jobs j ON j.id = p.job_id
        WHERE (j.status IS NULL OR j.status NOT IN ('pending', 'running')) AND (p.is_built = 1 OR p.created_at_us < $4)
            AND NOT EXISTS (\(unsettledFiles) AND f.plan_id = p.id)
            AND (p.created_at_us < $1 OR (p.created_by = $2 AND (SELECT COUNT(*) FROM duplicate_plans n
                WHERE n.created_by = $2 AND n.id > p.id) >= $3))
        ORDER BY p.id
        """)

    static let lastPosition = SQLStatement(
        """
        SELECT CASE WHEN f.last > g.last THEN f.last ELSE g.last END FROM
            (SELECT COALESCE(MAX(position), 0) AS last FROM duplicate_plan_files WHERE plan_id = $1) f,
            (SELECT COALESCE(MAX(position), 0) AS last FROM duplicate_plan_groups WHERE plan_id = $1) g
        """)

    /// Rows of a plan up to a position.
    static let forgetRows = [
        SQLStatement("DELETE FROM duplicate_plan_files WHERE plan_id = $1 AND position <= $2"),
        SQLStatement("DELETE FROM duplicate_plan_groups WHERE plan_id = $1 AND position <= $2"),
    ]

    static let forget = SQLStatement("DELETE FROM duplicate_plans WHERE id = $1")

    // MARK: Making one

    /// Contents that roots ($2, as `,3,17,`) have twice, of at least $3 bytes: those with the most to spare, $4 at most.
    static let insertGroups = SQLStatement(
        """
        WITH sums (group_id, files, size_bytes) AS (
            \(DuplicateQueries.sums(of: "g.size_bytes >= $3", isChosen: isChosen)))
        INSERT INTO duplicate_plan_groups (plan_id, position, group_id, size_bytes, content_hash)
        SELECT CAST($1 AS BIGINT), ROW_NUMBER() OVER (ORDER BY s.spare DESC, g.id), g.id, g.size_bytes, g.content_hash
        FROM (SELECT t.group_id AS group_id, (t.files - 1) * t.size_bytes AS spare FROM sums t WHERE t.files > 1) s
        JOIN duplicate_groups g ON g.id = s.group_id ORDER BY s.spare DESC, g.id LIMIT $4
        """)

    private static func isChosen(_ root: String) -> String {
        "\(root) IN (SELECT r.id FROM storage_roots r WHERE $2 LIKE '%,' || r.id || ',%')"
    }

    static let countGroups = SQLStatement("SELECT COUNT(*) FROM duplicate_plan_groups WHERE plan_id = $1")

    /// Names with the content of the groups $2 to $3 of a plan, in the roots $4. Files have the kind 0.
    static let members = SQLStatement(
        """
        SELECT g.position, g.size_bytes, h.entry_id, h.root_id, h.file_device, h.file_inode, e.modified_ns, e.device,
            e.inode, e.link_count
        FROM duplicate_plan_groups g
        JOIN file_hashes h ON h.is_present = 1 AND h.content_hash = g.content_hash AND h.size_bytes = g.size_bytes
        JOIN entries e ON e.id = h.entry_id
        WHERE g.plan_id = $1 AND g.position BETWEEN $2 AND $3
            AND h.root_id IN (SELECT r.id FROM storage_roots r WHERE $4 LIKE '%,' || r.id || ',%')
            AND e.kind = 0 AND +e.missing_since_us IS NULL AND e.size_bytes = h.size_bytes
            AND e.modified_ns = h.modified_ns
        ORDER BY g.position, h.entry_id
        """
    ).withManyRows

    static let files = SQLBulkTable(
        "duplicate_plan_files",
        columns: [
            "plan_id", "position", "group_position", "entry_id", "root_id", "path", "modified_ns", "freed_bytes",
            "rule",
            "reason", "state",
        ])

    static let setKeeper = SQLStatement(
        "UPDATE duplicate_plan_groups SET keeper = $3 WHERE plan_id = $1 AND position = $2")

    static let dropGroups = SQLStatement(
        "DELETE FROM duplicate_plan_groups WHERE plan_id = $1 AND position BETWEEN $2 AND $3 AND keeper IS NULL")

    // MARK: Reading one

    /// $4 names of a plan in the states $2 to $3, after the first $5.
    static let page = SQLStatement(
        """
        SELECT g.position, g.group_id, g.content_hash, g.size_bytes, k.entry_id, k.path, COALESCE(kr.name, ''),
            f.entry_id, COALESCE(r.name, ''), f.path, f.rule, f.reason, f.freed_bytes, f.modified_ns, f.state, f.note
        FROM (SELECT * FROM duplicate_plan_files WHERE plan_id = $1 AND state BETWEEN $2 AND $3
            ORDER BY position LIMIT $4 OFFSET $5) f
        JOIN duplicate_plan_groups g ON g.plan_id = f.plan_id AND g.position = f.group_position
        JOIN duplicate_plan_files k ON k.plan_id = g.plan_id AND k.position = g.keeper
        LEFT JOIN storage_roots kr ON kr.id = k.root_id LEFT JOIN storage_roots r ON r.id = f.root_id
        ORDER BY f.position
        """)

    /// Storage roots of a plan, and how many names are to be removed from each.
    static let roots = SQLStatement(
        """
        SELECT root_id, CAST(SUM(CASE WHEN state IN (1, 2) THEN 1 ELSE 0 END) AS BIGINT) FROM duplicate_plan_files
        WHERE plan_id = $1 GROUP BY root_id ORDER BY root_id
        """)

    // MARK: Applying one

    private static let isAsPlanned = """
        e.root_id = f.root_id AND e.kind = 0 AND +e.missing_since_us IS NULL AND e.size_bytes = g.size_bytes
            AND e.modified_ns = f.modified_ns AND h.is_present = 1 AND h.content_hash = g.content_hash
            AND h.size_bytes = g.size_bytes AND h.modified_ns = f.modified_ns
        """

    /// A name of a plan that is not what it was: not of those that are gone by the plan itself.
    static let changed = SQLStatement(
        """
        SELECT f.path, COALESCE(r.name, '') FROM duplicate_plan_files f
        JOIN duplicate_plan_groups g ON g.plan_id = f.plan_id AND g.position = f.group_position
        LEFT JOIN entries e ON e.id = f.entry_id LEFT JOIN file_hashes h ON h.entry_id = f.entry_id
        LEFT JOIN storage_roots r ON r.id = f.root_id
        WHERE f.plan_id = $1 AND f.state <= 1 AND CASE WHEN \(isAsPlanned) THEN 1 ELSE 0 END = 0
        ORDER BY f.position LIMIT 1
        """)

    /// Where the first $3 names behind $2 were that are to stay or to be removed.
    static let places = SQLStatement(
        """
        SELECT f.position, f.entry_id, f.path, COALESCE(r.name, '') FROM duplicate_plan_files f
        LEFT JOIN storage_roots r ON r.id = f.root_id
        WHERE f.plan_id = $1 AND f.position > $2 AND f.state <= 1 ORDER BY f.position LIMIT $3
        """)

    /// The first $3 names behind $2 that are still to be removed, each with the one that stays.
    static let next = SQLStatement(
        """
        SELECT f.position, f.entry_id, f.root_id, f.path, f.modified_ns, f.freed_bytes, f.state, g.size_bytes, k.entry_id,
            k.root_id, k.path, k.modified_ns, k.position
        FROM duplicate_plan_files f
        JOIN duplicate_plan_groups g ON g.plan_id = f.plan_id AND g.position = f.group_position
        JOIN duplicate_plan_files k ON k.plan_id = g.plan_id AND k.position = g.keeper
        WHERE f.plan_id = $1 AND f.position > $2 AND f.state IN (1, 2) ORDER BY f.position LIMIT $3
        """)

    /// Whether the name at the position $2 of a plan is what it was.
    static let isAsPlannedNow = SQLStatement(
        """
        SELECT 1 FROM duplicate_plan_files f
        JOIN duplicate_plan_groups g ON g.plan_id = f.plan_id AND g.position = f.group_position
        JOIN entries e ON e.id = f.entry_id JOIN file_hashes h ON h.entry_id = f.entry_id
        WHERE f.plan_id = $1 AND f.position = $2 AND \(isAsPlanned)
        """)

    static let setState = SQLStatement(
        "UPDATE duplicate_plan_files SET state = $3, note = $4 WHERE plan_id = $1 AND position = $2")
}
