import CatalogDatabase

/// The SQL that derives groups and their sums from the rows of hashes alone.
extension DuplicateGroupQueries {
    /// Of each content that two or more files have: files in each root, in all of them (root 0), and how often one was counted in one more
    /// root than the first (root -1).
    private static let truth = """
        files (content_hash, size_bytes, root_id, file_device, file_inode) AS (
            SELECT DISTINCT content_hash, size_bytes, root_id, file_device, file_inode FROM file_hashes
            WHERE is_present = 1 AND content_hash IS NOT NULL),
        shared (content_hash, size_bytes, again) AS (
            SELECT content_hash, size_bytes, CAST(SUM(roots - 1) AS BIGINT) FROM (
                SELECT content_hash, size_bytes, COUNT(*) AS roots FROM files WHERE file_device > 0
                GROUP BY content_hash, size_bytes, file_device, file_inode HAVING COUNT(*) > 1) l
            GROUP BY content_hash, size_bytes),
        contents (content_hash, size_bytes, file_count) AS (
            SELECT f.content_hash, f.size_bytes, COUNT(*) - COALESCE(MAX(s.again), 0)
            FROM files f LEFT JOIN shared s ON s.content_hash = f.content_hash AND s.size_bytes = f.size_bytes
            GROUP BY f.content_hash, f.size_bytes HAVING COUNT(*) - COALESCE(MAX(s.again), 0) > 1),
        truth (content_hash, size_bytes, root_id, file_count) AS (
            SELECT f.content_hash, f.size_bytes, f.root_id, COUNT(*)
            FROM contents c JOIN files f ON f.content_hash = c.content_hash AND f.size_bytes = c.size_bytes
            GROUP BY f.content_hash, f.size_bytes, f.root_id
            UNION ALL SELECT content_hash, size_bytes, 0, file_count FROM contents
            UNION ALL SELECT s.content_hash, s.size_bytes, -1, s.again
            FROM contents c JOIN shared s ON s.content_hash = c.content_hash AND s.size_bytes = c.size_bytes)
        """

    /// How many counts of groups there should be, how many there are, and how many are as they should be.
    static let compareGroups = SQLStatement(
        """
        WITH \(truth)
        SELECT COUNT(*), (SELECT COUNT(*) FROM duplicate_group_counts), COUNT(c.group_id)
        FROM truth t LEFT JOIN duplicate_groups g ON g.content_hash = t.content_hash AND g.size_bytes = t.size_bytes
            LEFT JOIN duplicate_group_counts c ON c.group_id = g.id AND c.root_id = t.root_id
                AND c.file_count = t.file_count AND c.total_bytes = t.file_count * t.size_bytes
        """
    ).withManyRows

    private static let sums = """
        SELECT c.root_id, COUNT(*) AS group_count, CAST(SUM(c.file_count) AS BIGINT) AS file_count,
            CAST(SUM((c.file_count - 1) * g.size_bytes) AS BIGINT) AS wasted_bytes
        FROM duplicate_group_counts c JOIN duplicate_groups g ON g.id = c.group_id
        WHERE c.root_id >= 0 AND c.file_count > 1 GROUP BY c.root_id
        """

    /// How many sums over groups there should be, how many there are, and how many are as they should be.
    static let compareSums = SQLStatement(
        """
        SELECT COUNT(*), (SELECT COUNT(*) FROM duplicate_counts
                WHERE group_count <> 0 OR file_count <> 0 OR wasted_bytes <> 0), COUNT(d.root_id)
        FROM (\(sums)) s LEFT JOIN duplicate_counts d ON d.root_id = s.root_id AND d.group_count = s.group_count
            AND d.file_count = s.file_count AND d.wasted_bytes = s.wasted_bytes
        """
    ).withManyRows

    /// Groups that there should be and are not; $1 is the algorithm, $2 the time.
    static let addMissingGroups = SQLStatement(
        """
        INSERT INTO duplicate_groups (size_bytes, algorithm, content_hash, created_at_us, updated_at_us)
        WITH \(truth)
        SELECT c.size_bytes, $1, c.content_hash, $2, $2 FROM contents c
        WHERE NOT EXISTS (SELECT 1 FROM duplicate_groups g
            WHERE g.content_hash = c.content_hash AND g.size_bytes = c.size_bytes)
        """)

    /// All counts and sums anew, once no group is missing.
    static let deriveCounts = [
        SQLStatement("DELETE FROM duplicate_group_counts"),
        SQLStatement(
            """
            INSERT INTO duplicate_group_counts (group_id, root_id, file_count, total_bytes)
            WITH \(truth)
            SELECT g.id, t.root_id, t.file_count, t.file_count * t.size_bytes
            FROM truth t JOIN duplicate_groups g ON g.content_hash = t.content_hash AND g.size_bytes = t.size_bytes
            """),
        SQLStatement(
            """
            DELETE FROM duplicate_groups WHERE NOT EXISTS
                (SELECT 1 FROM duplicate_group_counts c WHERE c.group_id = duplicate_groups.id)
            """),
        SQLStatement("DELETE FROM duplicate_counts"),
        SQLStatement(
            "INSERT INTO duplicate_counts (root_id, group_count, file_count, wasted_bytes) \(sums)"),
    ]
}
