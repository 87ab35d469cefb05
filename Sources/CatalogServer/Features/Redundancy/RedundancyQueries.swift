import CatalogDatabase

/// The SQL that counts on how many storage roots contents are. Files have the kind 0.
///
/// The roots of which everything may be seen stand in the text $1: `,3,17,`. Of others there are entries, each with all below it, as $2 and
/// so on; the list repeats its last id.
enum RedundancyQueries {
    /// What the answer depends on: entries, hashes and groups, storage roots.
    static let state = SQLStatement(
        """
        SELECT COALESCE((SELECT MAX(sequence) FROM name_changes), 0) || '/'
            || COALESCE((SELECT value FROM counters WHERE name = 'duplicates'), 0) || '/'
            || COALESCE((SELECT MAX(updated_at_us) FROM storage_roots), 0)
        """)

    private static let columns =
        "e.id, e.root_id, e.size_bytes, e.modified_ns, e.device, e.inode, e.link_count"
    private static let isFile = "e.kind = 0 AND e.size_bytes > 0 AND +e.missing_since_us IS NULL"

    /// `chosen` has the whole roots, `f` the files that may be seen. One that hard links show in several roots is in the first of them:
    /// it is on one disk. Disks of several nodes may have one number: size and time tell their files apart.
    private static func files(places: Int) -> String {
        let names = "(id, root_id, size_bytes, modified_ns, device, inode, link_count)"
        let mayBeInOtherRoots = "n.device > 0 AND n.link_count > 1 AND n.inode <> 0"
        return """
            \(seen(places: places, names: "n \(names)")),
            f \(names) AS (
                SELECT * FROM n WHERE NOT (\(mayBeInOtherRoots))
                UNION ALL
                SELECT n.id,
                    MIN(n.root_id) OVER (PARTITION BY n.device, n.inode, n.size_bytes, n.modified_ns),
                    n.size_bytes, n.modified_ns, n.device, n.inode, n.link_count
                FROM n WHERE \(mayBeInOtherRoots))
            """
    }

    /// - Parameter names: the table of what may be seen.
    private static func seen(places: Int, names: String) -> String {
        let whole = "SELECT \(columns) FROM entries e WHERE \(isFile) AND e.root_id IN (SELECT id FROM chosen)"
        guard places > 0 else { return "WITH \(chosen), \(names) AS (\(whole))" }
        let list = (1...places).map { "$\($0 + 1)" }.joined(separator: ", ")
        return """
            WITH RECURSIVE \(chosen), seen (id) AS (
                SELECT id FROM entries WHERE id IN (\(list)) AND missing_since_us IS NULL
                UNION
                SELECT e.id FROM seen s JOIN entries e ON e.parent_id = s.id AND e.missing_since_us IS NULL),
            \(names) AS (
                \(whole)
                UNION ALL SELECT \(columns) FROM seen s JOIN entries e ON e.id = s.id WHERE \(isFile))
            """
    }

    private static let chosen =
        "chosen (id) AS (SELECT r.id FROM storage_roots r WHERE $1 LIKE '%,' || r.id || ',%')"

    private static let hasLinks = "(f.link_count > 1 AND f.inode <> 0)"
    private static let link = "CASE WHEN \(hasLinks) THEN '' || f.device || ':' || f.inode END"
    private static let isUnread = """
        (h.entry_id IS NULL OR h.is_present = 0 OR h.size_bytes <> f.size_bytes OR h.modified_ns <> f.modified_ns)
        """

    /// Of each root: files and their bytes, and those of them that another one has the size of and that were not read.
    static func sizes(places: Int) -> SQLStatement {
        SQLStatement(
            """
            \(files(places: places)),
            sized (size_bytes, root_id, files, unread) AS (
                SELECT f.size_bytes, f.root_id,
                    SUM(CASE WHEN \(hasLinks) THEN 0 ELSE 1 END) + COUNT(DISTINCT \(link)),
                    SUM(CASE WHEN \(hasLinks) OR NOT \(isUnread) THEN 0 ELSE 1 END)
                        + COUNT(DISTINCT CASE WHEN \(isUnread) THEN \(link) END)
                FROM f LEFT JOIN file_hashes h ON h.entry_id = f.id GROUP BY f.size_bytes, f.root_id),
            alike (size_bytes, root_id, files, unread, total) AS (
                SELECT size_bytes, root_id, files, unread, SUM(files) OVER (PARTITION BY size_bytes) FROM sized)
            SELECT root_id, CAST(SUM(files) AS BIGINT), CAST(SUM(files * size_bytes) AS BIGINT),
                CAST(SUM(CASE WHEN total > 1 THEN unread ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN total > 1 THEN unread * size_bytes ELSE 0 END) AS BIGINT)
            FROM alike GROUP BY root_id
            """)
    }

    /// Of each root: files that have the ends of another one, of which not all was read.
    static func halfRead(places: Int) -> SQLStatement {
        SQLStatement(
            """
            \(files(places: places)),
            read (root_id, size_bytes, quick_hash, file_device, file_inode, is_open) AS (
                SELECT f.root_id, h.size_bytes, h.quick_hash, h.file_device, h.file_inode,
                    MAX(CASE WHEN h.content_hash IS NULL THEN 1 ELSE 0 END)
                FROM f JOIN file_hashes h ON h.entry_id = f.id AND h.is_present = 1 AND h.size_bytes = f.size_bytes
                    AND h.modified_ns = f.modified_ns
                GROUP BY f.root_id, h.size_bytes, h.quick_hash, h.file_device, h.file_inode),
            alike (root_id, size_bytes, is_open, total) AS (
                SELECT root_id, size_bytes, is_open, COUNT(*) OVER (PARTITION BY size_bytes, quick_hash) FROM read)
            SELECT root_id, COUNT(*), CAST(SUM(size_bytes) AS BIGINT) FROM alike WHERE is_open = 1 AND total > 1
            GROUP BY root_id
            """)
    }

    // MARK: Contents

    /// One row for each content and root, with files that have it there.
    private static func shares(places: Int) -> String {
        places > 0 ? sharesOfFiles(places: places) : countedShares
    }

    private static func sharesOfFiles(places: Int) -> String {
        """
        \(files(places: places)),
        named (content, root_id, file_device, file_inode, size_bytes) AS (
            SELECT DISTINCT g.id, f.root_id, h.file_device, h.file_inode, h.size_bytes
            FROM f JOIN file_hashes h ON h.entry_id = f.id AND h.is_present = 1
            JOIN duplicate_groups g ON g.content_hash = h.content_hash AND g.size_bytes = h.size_bytes),
        share (content, root_id, files, size_bytes) AS (
            SELECT content, root_id, COUNT(*), MIN(size_bytes) FROM named GROUP BY content, root_id)
        """
    }

    /// Of whole roots. Where hard links lead from one to another (root -1), counts of roots cannot be added up.
    private static let countedShares = """
        WITH \(chosen),
        linked (content) AS (SELECT c.group_id FROM duplicate_group_counts c WHERE c.root_id = -1),
        named (content, root_id, file_device, file_inode, size_bytes) AS (
            SELECT DISTINCT g.id, CASE WHEN h.file_device > 0
                    THEN MIN(h.root_id) OVER (PARTITION BY g.id, h.file_device, h.file_inode) ELSE h.root_id END,
                h.file_device, h.file_inode, h.size_bytes
            FROM linked l JOIN duplicate_groups g ON g.id = l.content
            JOIN file_hashes h ON h.is_present = 1 AND h.content_hash = g.content_hash AND h.size_bytes = g.size_bytes
            WHERE h.root_id IN (SELECT id FROM chosen)),
        share (content, root_id, files, size_bytes) AS (
            SELECT c.group_id, c.root_id, c.file_count, g.size_bytes
            FROM duplicate_group_counts c JOIN duplicate_groups g ON g.id = c.group_id
            WHERE c.root_id IN (SELECT id FROM chosen) AND c.group_id NOT IN (SELECT content FROM linked)
            UNION ALL
            SELECT content, root_id, COUNT(*), MIN(size_bytes) FROM named GROUP BY content, root_id)
        """

    /// Contents of groups by the number of roots that they are on (4 for more), and for those on one root by that root.
    static func contents(places: Int) -> SQLStatement {
        SQLStatement(
            """
            \(shares(places: places)),
            spread (roots, root_id, files, size_bytes) AS (
                SELECT COUNT(*), MIN(root_id), SUM(files), MIN(size_bytes) FROM share GROUP BY content)
            SELECT CASE WHEN roots > 3 THEN 4 ELSE roots END, CASE WHEN roots = 1 THEN root_id ELSE 0 END, COUNT(*),
                CAST(SUM(files) AS BIGINT), CAST(SUM(size_bytes) AS BIGINT), CAST(SUM(files * size_bytes) AS BIGINT)
            FROM spread
            GROUP BY CASE WHEN roots > 3 THEN 4 ELSE roots END, CASE WHEN roots = 1 THEN root_id ELSE 0 END
            """)
    }

    /// Of each root: files that are in groups, and their bytes.
    static func grouped(places: Int) -> SQLStatement {
        SQLStatement(
            """
            \(shares(places: places))
            SELECT root_id, CAST(SUM(files) AS BIGINT), CAST(SUM(files * size_bytes) AS BIGINT) FROM share
            GROUP BY root_id
            """)
    }
}
