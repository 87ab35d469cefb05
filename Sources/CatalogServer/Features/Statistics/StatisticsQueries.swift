import CatalogCore
import CatalogDatabase

/// The SQL of statistics.
enum StatisticsQueries {
    private static let columns = """
        e.id, e.name, e.modified_ns, d.total_bytes, d.total_files, d.total_directories, d.own_directories
        """

    /// The largest directories in a directory, $2 at most.
    static let largestChildren = SQLStatement(
        """
        SELECT \(columns) FROM entries e JOIN directories d ON d.entry_id = e.id
        WHERE e.parent_id = $1 AND e.missing_since_us IS NULL AND +e.kind = 1
        ORDER BY d.total_bytes DESC, e.id LIMIT $2
        """)

    static let directory = SQLStatement(
        "SELECT \(columns) FROM entries e JOIN directories d ON d.entry_id = e.id WHERE e.id = $1 AND +e.kind = 1")

    // Counters; $1 is a list of roots. Directories have the kind 1.

    /// Roots as one text, `,3,17,`; empty for all of them (nil).
    static func list(_ roots: Set<RootID>?) -> SQLValue {
        guard let roots else { return .text("") }
        return .text(roots.reduce(into: ",") { $0 += "\($1)," })
    }

    private static let visible = """
        FROM entry_counts c JOIN storage_roots r ON r.id = c.root_id
        WHERE r.deleted_at_us IS NULL AND ($1 = '' OR $1 LIKE '%,' || c.root_id || ',%')
        """

    static let totals = SQLStatement(
        """
        SELECT CAST(COALESCE(SUM(CASE WHEN c.kind <> 1 THEN c.entries ELSE 0 END), 0) AS BIGINT),
            CAST(COALESCE(SUM(CASE WHEN c.kind = 1 THEN c.entries ELSE 0 END), 0) AS BIGINT),
            CAST(COALESCE(SUM(c.bytes), 0) AS BIGINT)
        \(visible)
        """)

    static let fileTypes = SQLStatement(
        """
        SELECT c.extension, CAST(SUM(c.entries) AS BIGINT), CAST(SUM(c.bytes) AS BIGINT)
        \(visible) AND c.kind <> 1
        GROUP BY c.extension HAVING SUM(c.entries) > 0 ORDER BY SUM(c.entries) DESC, c.extension LIMIT $2
        """)

    static let sizes = SQLStatement(
        "SELECT c.size_class, CAST(SUM(c.entries) AS BIGINT) \(visible) AND c.kind <> 1 GROUP BY c.size_class")

    static let classes = SQLStatement("SELECT c.kind, c.extension, c.size_class, c.entries, c.bytes \(visible)")

    // Rows, where no counter knows

    static let entry = SQLStatement(
        "SELECT id, kind, name, size_bytes FROM entries WHERE id = $1 AND +missing_since_us IS NULL")

    static let children = SQLStatement(
        "SELECT id, kind, name, size_bytes FROM entries WHERE parent_id = $1 AND missing_since_us IS NULL")

    /// Where every change of an entry stands.
    static let generation = SQLStatement("SELECT MAX(sequence) FROM name_changes")

    // History; $1 as above

    private static let visibleHistory = """
        FROM entry_history h JOIN storage_roots r ON r.id = h.root_id
        WHERE r.deleted_at_us IS NULL AND ($1 = '' OR $1 LIKE '%,' || h.root_id || ',%') AND h.start_us >= $2
        """

    private static let hour = "h.start_us - h.start_us % \(EntryHistory.hourLength)"

    /// Hours since $2, of all roots together.
    static let hours = SQLStatement(
        """
        SELECT \(hour) AS hour_us, CAST(SUM(h.added_files) AS BIGINT), CAST(SUM(h.added_bytes) AS BIGINT),
            CAST(SUM(h.removed_files) AS BIGINT), CAST(SUM(h.removed_bytes) AS BIGINT),
            CAST(SUM(h.changed_files) AS BIGINT), CAST(SUM(h.changed_bytes) AS BIGINT),
            CAST(SUM(h.moved_files) AS BIGINT)
        \(visibleHistory) GROUP BY \(hour) ORDER BY hour_us
        """)

    /// Since $2, by root.
    static let changes = SQLStatement(
        """
        SELECT h.root_id, CAST(SUM(h.added_files) AS BIGINT), CAST(SUM(h.added_bytes) AS BIGINT),
            CAST(SUM(h.removed_files) AS BIGINT), CAST(SUM(h.removed_bytes) AS BIGINT),
            CAST(SUM(h.changed_files) AS BIGINT), CAST(SUM(h.changed_bytes) AS BIGINT),
            CAST(SUM(h.moved_files) AS BIGINT)
        \(visibleHistory) GROUP BY h.root_id
        """)

    static let historyStart = SQLStatement("SELECT MIN(start_us) FROM entry_history WHERE root_id = $1")
}
