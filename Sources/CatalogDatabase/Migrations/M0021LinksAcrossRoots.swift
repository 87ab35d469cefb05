extension Migrations {
    /// Files that hard links show in several storage roots are one file for the sums over all roots.
    static let linksAcrossRoots = Migration(
        number: 21, name: "links_across_roots",
        ddl: """
            -- How often files of a group are counted in one more root than the first stands at root_id -1, where that is not 0: the sum
            -- over all (root_id 0) is the sum over the roots without it.
            INSERT INTO duplicate_group_counts (group_id, root_id, file_count, total_bytes)
            SELECT g.id, -1, SUM(l.roots - 1), SUM((l.roots - 1) * g.size_bytes)
            FROM (SELECT content_hash, size_bytes, COUNT(DISTINCT root_id) AS roots FROM file_hashes
                WHERE is_present = 1 AND content_hash IS NOT NULL AND file_device > 0
                GROUP BY content_hash, size_bytes, file_device, file_inode HAVING COUNT(DISTINCT root_id) > 1) l
            JOIN duplicate_groups g ON g.content_hash = l.content_hash AND g.size_bytes = l.size_bytes
            GROUP BY g.id;

            UPDATE duplicate_group_counts SET
                file_count = file_count - (SELECT a.file_count FROM duplicate_group_counts a
                    WHERE a.group_id = duplicate_group_counts.group_id AND a.root_id = -1),
                total_bytes = total_bytes - (SELECT a.total_bytes FROM duplicate_group_counts a
                    WHERE a.group_id = duplicate_group_counts.group_id AND a.root_id = -1)
            WHERE root_id = 0
                AND group_id IN (SELECT a.group_id FROM duplicate_group_counts a WHERE a.root_id = -1);
            DELETE FROM duplicate_group_counts WHERE group_id IN
                (SELECT a.group_id FROM duplicate_group_counts a WHERE a.root_id = 0 AND a.file_count < 2);
            DELETE FROM duplicate_groups WHERE NOT EXISTS
                (SELECT 1 FROM duplicate_group_counts a WHERE a.group_id = duplicate_groups.id AND a.root_id = 0);
            DELETE FROM duplicate_counts WHERE root_id = 0;
            INSERT INTO duplicate_counts (root_id, group_count, file_count, wasted_bytes)
            SELECT 0, COUNT(*), COALESCE(SUM(c.file_count), 0), COALESCE(SUM((c.file_count - 1) * g.size_bytes), 0)
            FROM duplicate_group_counts c JOIN duplicate_groups g ON g.id = c.group_id WHERE c.root_id = 0
            HAVING COUNT(*) > 0;
            """)
}
