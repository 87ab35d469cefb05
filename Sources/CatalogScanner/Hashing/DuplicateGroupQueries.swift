import CatalogDatabase

/// The SQL of groups of equal files, and of what they sum up to.
enum DuplicateGroupQueries {
    /// What `HashedFile` is made of.
    static let fileColumns = "h.entry_id, h.root_id, h.size_bytes, h.content_hash, h.file_device, h.file_inode"

    /// The row stays locked until the end of the transaction; its value says that groups were changed.
    static let takeTurn = SQLStatement(
        """
        INSERT INTO counters (name, value) VALUES ('duplicates', 1)
        ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value
        """)

    /// Rows of hashes, with what the catalog has of the files now; -1 as the size of one whose row another one replaced.
    ///
    /// - Parameter count: ids in the list; the last one may be there more than once.
    static func followed(_ count: Int) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(fileColumns), h.is_present, h.modified_ns, COALESCE(e.size_bytes, -1), COALESCE(e.modified_ns, 0),
                COALESCE(e.device, 0), COALESCE(e.inode, 0), COALESCE(e.link_count, 0),
                CASE WHEN e.missing_since_us IS NULL THEN 1 ELSE 0 END, COALESCE(e.root_id, h.root_id)
            FROM file_hashes h LEFT JOIN entries e ON e.id = h.entry_id
            WHERE h.entry_id IN (\((1...count).map { "$\($0)" }.joined(separator: ", ")))
            """)
    }

    /// Another name than the entry $6 of the file ($4, $5) with this content in the root $3.
    static let otherName = SQLStatement(
        """
        SELECT 1 FROM file_hashes
        WHERE is_present = 1 AND content_hash = $1 AND size_bytes = $2 AND root_id = $3 AND file_device = $4
            AND file_inode = $5 AND entry_id <> $6
        LIMIT 1
        """)

    /// A name of it in any other root.
    static let nameElsewhere = SQLStatement(
        """
        SELECT 1 FROM file_hashes
        WHERE is_present = 1 AND content_hash = $1 AND size_bytes = $2 AND root_id <> $3 AND file_device = $4
            AND file_inode = $5
        LIMIT 1
        """)

    static let group = SQLStatement("SELECT id FROM duplicate_groups WHERE content_hash = $1 AND size_bytes = $2")

    /// The roots of other entries with the same content.
    static let otherRoots = SQLStatement(
        """
        SELECT DISTINCT root_id FROM file_hashes
        WHERE is_present = 1 AND content_hash = $1 AND size_bytes = $2 AND entry_id <> $3
        """)

    static let insertGroup = SQLStatement(
        """
        INSERT INTO duplicate_groups (size_bytes, algorithm, content_hash, created_at_us, updated_at_us)
        VALUES ($1, $2, $3, $4, $4) RETURNING id
        """)

    static let touchGroup = SQLStatement("UPDATE duplicate_groups SET updated_at_us = $2 WHERE id = $1")

    static let deleteGroup = SQLStatement("DELETE FROM duplicate_groups WHERE id = $1")

    static let addToGroup = SQLStatement(
        """
        INSERT INTO duplicate_group_counts (group_id, root_id, file_count, total_bytes) VALUES ($1, $2, $3, $4)
        ON CONFLICT (group_id, root_id) DO UPDATE SET
            file_count = duplicate_group_counts.file_count + excluded.file_count,
            total_bytes = duplicate_group_counts.total_bytes + excluded.total_bytes
        RETURNING file_count
        """)

    static let deleteGroupCounts = SQLStatement("DELETE FROM duplicate_group_counts WHERE group_id = $1")

    static let deleteGroupCount = SQLStatement(
        "DELETE FROM duplicate_group_counts WHERE group_id = $1 AND root_id = $2")

    static let addToCounts = SQLStatement(
        """
        INSERT INTO duplicate_counts (root_id, group_count, file_count, wasted_bytes) VALUES ($1, $2, $3, $4)
        ON CONFLICT (root_id) DO UPDATE SET group_count = duplicate_counts.group_count + excluded.group_count,
            file_count = duplicate_counts.file_count + excluded.file_count,
            wasted_bytes = duplicate_counts.wasted_bytes + excluded.wasted_bytes
        """)

    static let setPresence = SQLStatement(
        "UPDATE file_hashes SET is_present = $2, file_device = $3, file_inode = $4, root_id = $5 WHERE entry_id = $1")

    /// What was read of a part of a file is of no use any more, either.
    ///
    /// - Parameter count: ids in the list; the last one may be there more than once.
    static func doubt(_ count: Int) -> [SQLStatement] {
        let list = (1...count).map { "$\($0)" }.joined(separator: ", ")
        return [
            SQLStatement("UPDATE file_hashes SET is_doubted = 1 WHERE entry_id IN (\(list))"),
            SQLStatement("DELETE FROM hash_parts WHERE entry_id IN (\(list))"),
        ]
    }

    static let deleteHash = SQLStatement("DELETE FROM file_hashes WHERE entry_id = $1")
}
