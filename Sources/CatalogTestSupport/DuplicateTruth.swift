package import CatalogDatabase

/// Groups of equal files and their sums, derived anew from entries and hashes alone.
package enum DuplicateTruth {
    private struct Content: Hashable {
        let hash: [UInt8]
        let size: Int64
    }

    private struct File: Hashable {
        /// 0 for a file that other roots may show too.
        let owner: Int64
        let device: Int64
        let inode: Int64
    }

    /// Where a file has names.
    private typealias Members = [File: Set<Int64>]

    /// How groups, their counts and the counters differ from that, one line for each difference.
    package static func differences(_ database: any Database) async throws -> [String] {
        try await database.read { connection in
            let expected = lines(of: try members(connection))
            let found = try Set(connection.rows(groups) { $0.text(0) } + connection.rows(counters) { $0.text(0) })
            return
                (expected.subtracting(found).map { "missing: \($0)" }
                + found.subtracting(expected).map { "too much: \($0)" }).sorted()
        }
    }

    private static func members(_ connection: any SQLConnection) throws -> [Content: Members] {
        var members: [Content: Members] = [:]
        try connection.forEachRow(files, []) { row in
            let content = Content(hash: row.bytes(0), size: row.integer(1))
            let hasMoreNames = row.integer(5) > 1 && row.integer(4) != 0
            let device = hasMoreNames ? row.integer(3) : -1
            let file = File(
                owner: device > 0 ? 0 : row.integer(2), device: device,
                inode: hasMoreNames ? row.integer(4) : row.integer(6))
            members[content, default: [:]][file, default: []].insert(row.integer(2))
            return true
        }
        return members
    }

    private static func lines(of members: [Content: Members]) -> Set<String> {
        var lines: Set<String> = []
        var sums: [Int64: (groups: Int64, files: Int64, wasted: Int64)] = [:]
        for (content, files) in members where files.count >= 2 {
            var counts = Dictionary(grouping: files.values.joined(), by: \.self).mapValues { Int64($0.count) }
            let again = counts.values.reduce(0, +) - Int64(files.count)
            if again > 0 { counts[-1] = again }
            counts[0] = Int64(files.count)
            for (root, count) in counts {
                let hash = content.hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                lines.insert("\(hash) \(content.size) in \(root): \(count) \(count * content.size)")
                guard count >= 2, root >= 0 else { continue }
                var sum = sums[root] ?? (0, 0, 0)
                sum = (sum.groups + 1, sum.files + count, sum.wasted + (count - 1) * content.size)
                sums[root] = sum
            }
        }
        for (root, sum) in sums { lines.insert("sum \(root): \(sum.groups) \(sum.files) \(sum.wasted)") }
        return lines
    }

    /// Whatever the rows of hashes say of themselves: those that are true for an entry that is there.
    private static let files = SQLStatement(
        """
        SELECT h.content_hash, h.size_bytes, e.root_id, e.device, e.inode, e.link_count, e.id
        FROM file_hashes h JOIN entries e ON e.id = h.entry_id JOIN storage_roots r ON r.id = e.root_id
        WHERE h.content_hash IS NOT NULL AND e.missing_since_us IS NULL AND e.size_bytes = h.size_bytes
            AND e.modified_ns = h.modified_ns AND e.kind = 0 AND r.deleted_at_us IS NULL
        """)

    // A fork, since each engine writes bytes in its own way.
    private static let groups = SQLStatement(
        sqlite: groupText("lower(hex(g.content_hash))"), postgreSQL: groupText("encode(g.content_hash, 'hex')"))

    private static func groupText(_ hash: String) -> String {
        """
        SELECT \(hash) || ' ' || g.size_bytes || ' in ' || c.root_id || ': ' || c.file_count || ' ' || c.total_bytes
        FROM duplicate_group_counts c LEFT JOIN duplicate_groups g ON g.id = c.group_id
        """
    }

    private static let counters = SQLStatement(
        """
        SELECT 'sum ' || root_id || ': ' || group_count || ' ' || file_count || ' ' || wasted_bytes
        FROM duplicate_counts WHERE group_count <> 0 OR file_count <> 0 OR wasted_bytes <> 0
        """)
}
