import CatalogDatabase

/// The SQL of duplicates as the API shows them. What changes groups stands in the scanner.
enum DuplicateQueries {
    /// Every change of groups counts there.
    static let generation = SQLStatement("SELECT value FROM counters WHERE name = 'duplicates'")

    // Sums of one root, or of all (root 0)

    static let figures = SQLStatement(
        "SELECT group_count, file_count, wasted_bytes FROM duplicate_counts WHERE root_id = $1")

    static let largestGroup = SQLStatement("SELECT MAX(file_count) FROM duplicate_group_counts WHERE root_id = $1")

    static let countGroups = SQLStatement(
        "SELECT COUNT(*) FROM duplicate_group_counts WHERE root_id = $1 AND file_count >= $2")

    private static let groupColumns =
        "g.id, c.file_count, g.size_bytes, g.content_hash, g.created_at_us, g.updated_at_us"

    /// The first $3 groups of the root $1 with $2 files at least.
    static func groups(_ order: DuplicateOrder) -> SQLStatement {
        switch order {
        case .count: byCount
        case .size: bySize
        }
    }

    // The order of their indexes, from behind.
    private static let byCount = groups("c.file_count DESC, c.total_bytes DESC, c.group_id DESC")
    private static let bySize = groups("c.total_bytes DESC, c.file_count DESC, c.group_id DESC")

    private static func groups(_ order: String) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(groupColumns) FROM duplicate_group_counts c JOIN duplicate_groups g ON g.id = c.group_id
            WHERE c.root_id = $1 AND c.file_count >= $2 ORDER BY \(order) LIMIT $3
            """)
    }

    // Sums over some roots, whose numbers stand in the text $1: `,3,17,`

    static let sums = SQLStatement(sums(of: "c.group_id <> 0", isChosen: isListed)).withManyRows

    /// The same of the group $2.
    static let sumsOfGroup = SQLStatement(sums(of: "c.group_id = $2", isChosen: isListed))

    private static func isListed(_ root: String) -> String { "$1 LIKE '%,' || \(root) || ',%'" }

    /// Group, files of it in the roots that are chosen, and bytes of one. Roots that have hard links of the same file (root -1) cannot be
    /// added up: their files are counted.
    ///
    /// - Parameters:
    ///   - groups: the condition for groups, which are `c.group_id`.
    ///   - isChosen: the same for roots.
    static func sums(of groups: String, isChosen: (_ root: String) -> String) -> String {
        """
        SELECT c.group_id, CAST(SUM(c.file_count) AS BIGINT), MIN(g.size_bytes)
        FROM duplicate_group_counts c JOIN duplicate_groups g ON g.id = c.group_id
        WHERE \(groups) AND c.root_id > 0 AND \(isChosen("c.root_id"))
            AND NOT EXISTS (SELECT 1 FROM duplicate_group_counts l WHERE l.group_id = c.group_id AND l.root_id = -1)
        GROUP BY c.group_id
        UNION ALL
        SELECT g.id, COUNT(DISTINCT CASE WHEN h.file_device > 0 THEN h.file_device || ':' || h.file_inode
                ELSE h.root_id || '/' || h.file_device || ':' || h.file_inode END), MIN(g.size_bytes)
        FROM duplicate_group_counts c JOIN duplicate_groups g ON g.id = c.group_id
        JOIN file_hashes h ON h.is_present = 1 AND h.content_hash = g.content_hash AND h.size_bytes = g.size_bytes
        WHERE \(groups) AND c.root_id = -1 AND \(isChosen("h.root_id"))
        GROUP BY g.id
        """
    }

    static let hasLinks = SQLStatement("SELECT 1 FROM duplicate_group_counts WHERE group_id = $1 AND root_id = -1")

    /// A name of the file ($3, $4) of the group $2 in such roots.
    static let nameOfFile = SQLStatement(
        """
        SELECT 1 FROM duplicate_groups g
        JOIN file_hashes h ON h.is_present = 1 AND h.content_hash = g.content_hash AND h.size_bytes = g.size_bytes
        WHERE g.id = $2 AND h.file_device = $3 AND h.file_inode = $4 AND $1 LIKE '%,' || h.root_id || ',%' LIMIT 1
        """)

    /// A group, with $2 for the number of its files.
    static let group = SQLStatement(
        """
        SELECT id, CAST($2 AS BIGINT), size_bytes, content_hash, created_at_us, updated_at_us
        FROM duplicate_groups WHERE id = $1
        """)

    // Rows

    /// Id, kind, group with the size of its files, and which file the name stands for.
    private static let memberColumns = "e.id, e.kind, g.id, g.size_bytes, h.file_device, h.file_inode, e.root_id"
    private static let members = """
        FROM entries e LEFT JOIN file_hashes h ON h.entry_id = e.id AND h.is_present = 1
        LEFT JOIN duplicate_groups g ON g.content_hash = h.content_hash AND g.size_bytes = h.size_bytes
        """

    static let entry = SQLStatement(
        "SELECT \(memberColumns) \(members) WHERE e.id = $1 AND +e.missing_since_us IS NULL")

    static let children = SQLStatement(
        "SELECT \(memberColumns) \(members) WHERE e.parent_id = $1 AND e.missing_since_us IS NULL")

    /// Names of files with this content ($1 and the size $2) in the root $3: $4 of them after the first $5.
    static let files = SQLStatement(
        """
        SELECT entry_id FROM file_hashes
        WHERE is_present = 1 AND content_hash = $1 AND size_bytes = $2 AND root_id = $3
        ORDER BY file_device, file_inode, entry_id LIMIT $4 OFFSET $5
        """)

    // Directories

    /// Directories of the root $1 with the groups of which they have files, and how many names of those.
    static let namesByDirectory = SQLStatement(
        """
        SELECT e.parent_id, g.id, COUNT(*) FROM file_hashes h
        JOIN duplicate_groups g ON g.content_hash = h.content_hash AND g.size_bytes = h.size_bytes
        JOIN entries e ON e.id = h.entry_id
        WHERE h.root_id = $1 AND h.is_present = 1 AND h.content_hash IS NOT NULL AND e.parent_id IS NOT NULL
        GROUP BY e.parent_id, g.id
        """
    ).withManyRows

    /// Ids of one question for what they are in.
    static let idsPerStatement = 50

    static let parents = SQLStatement(
        """
        SELECT id, parent_id FROM entries
        WHERE id IN (\((1...idsPerStatement).map { "$\($0)" }.joined(separator: ", "))) AND parent_id IS NOT NULL
        """)

    static let quickHash = SQLStatement("SELECT quick_hash FROM file_hashes WHERE entry_id = $1 AND is_present = 1")
}
