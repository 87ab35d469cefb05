import CatalogDatabase

/// The SQL of browsing, in the order of `CatalogStore`.
enum CatalogQueries {
    /// Names of a path that one statement follows: each statement is a round trip to a server.
    static let namesPerStatement = 8

    /// A root by its folded name ($1), the entry at the end of `names` names ($3, $4, …) below it, and how many entries are in
    /// that; NULL when it is no directory. $2 is the empty name of a root's own directory.
    static func location(names: Int) -> SQLStatement { locations[names] }

    private static let locations = (0...namesPerStatement).map { SQLStatement(locationText(names: $0)) }

    private static func locationText(names: Int) -> String {
        let steps = (0..<names).map { step in
            """
            LEFT JOIN entries e\(step + 1) ON e\(step + 1).parent_id = e\(step).id AND e\(step + 1).name = $\(step + 3)
                AND e\(step + 1).missing_since_us IS NULL
            """
        }
        return """
            SELECT r.id AS root_id, r.name AS root_name, r.status, r.last_scan_at_us, e0.id AS root_entry_id, r.url,
                e\(names).id AS entry_id, \(childCount(ofEntry: names)) AS child_count
            FROM storage_roots r
            LEFT JOIN entries e0 ON e0.parent_id IS NULL AND e0.name = $2 AND e0.root_id = r.id
                AND e0.missing_since_us IS NULL
            \(steps.joined(separator: "\n"))
            LEFT JOIN directories d ON d.entry_id = e\(names).id
            WHERE r.name_folded = $1 AND r.deleted_at_us IS NULL AND r.enabled = 1
            """
    }

    /// No scan has listed a directory without a row of its own: nothing is in it so far.
    private static func childCount(ofEntry number: Int) -> String {
        "CASE WHEN e\(number).kind = 1 THEN COALESCE(d.own_files + d.own_directories, 0) END"
    }

    static let rootByID = SQLStatement(
        """
        SELECT r.id, r.name, r.status, r.last_scan_at_us, e.id, r.url
        FROM storage_roots r
        LEFT JOIN entries e ON e.parent_id IS NULL AND e.name = $2 AND e.root_id = r.id AND e.missing_since_us IS NULL
        WHERE r.id = $1 AND r.deleted_at_us IS NULL AND r.enabled = 1
        """)

    /// The same for what is below the entry $1; the names are $2, $3, ….
    static func descent(names: Int) -> SQLStatement { descents[names - 1] }

    private static let descents = (1...namesPerStatement).map { names in
        let steps = (1..<names).map { step in
            """
            JOIN entries e\(step + 1) ON e\(step + 1).parent_id = e\(step).id AND e\(step + 1).name = $\(step + 2)
                AND e\(step + 1).missing_since_us IS NULL
            """
        }
        return SQLStatement(
            """
            SELECT e\(names).id, \(childCount(ofEntry: names)) FROM entries e1
            \(steps.joined(separator: "\n"))
            LEFT JOIN directories d ON d.entry_id = e\(names).id
            WHERE e1.parent_id = $1 AND e1.name = $2 AND e1.missing_since_us IS NULL
            """)
    }

    /// A directory's size is that of its whole tree: nothing while no scan has listed it. Only directories are looked up for it.
    private static let size = """
        CASE WHEN e.kind = 1 THEN COALESCE((SELECT d.total_bytes FROM directories d WHERE d.entry_id = e.id), 0)
        ELSE e.size_bytes END
        """

    private static let columns = """
        e.id, e.kind, e.name, \(size) AS shown_bytes, e.modified_ns, e.first_seen_us
        """

    /// The group of duplicates that an entry is in, or NULL.
    private static func duplicateGroup(of id: String) -> String {
        """
        (SELECT g.id FROM file_hashes h JOIN duplicate_groups g
            ON g.content_hash = h.content_hash AND g.size_bytes = h.size_bytes
            WHERE h.entry_id = \(id) AND h.is_present = 1)
        """
    }

    /// Where the group stands in rows of pages, of `entries`, and of `child`.
    static let groupColumnOfPage = 6
    static let groupColumnOfEntry = 9
    static let groupColumnOfChild = 7

    static let entry = entries(byIDs: 1)

    /// The entry $2 of the directory $1, and behind its columns what it is sorted by.
    static let child = SQLStatement(
        """
        SELECT \(columns), COALESCE(e.name_folded, e.name), \(duplicateGroup(of: "e.id")) FROM entries e
        WHERE e.parent_id = $1 AND e.name = $2 AND e.missing_since_us IS NULL
        """)

    /// How many ids statements take: each statement is a round trip to a server, and ids that only fill it up cost time too.
    static let idsOfStatements = [1, 8, 50]

    /// - Parameter count: one of `idsOfStatements`.
    static func entries(byIDs count: Int) -> SQLStatement { entriesByIDs[count] ?? entries(list(count)) }

    private static let entriesByIDs = Dictionary(
        uniqueKeysWithValues: idsOfStatements.map { ($0, entries(list($0))) })

    private static func entries(_ list: String) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(columns), e.updated_us, e.parent_id, e.root_id, \(duplicateGroup(of: "e.id")) FROM entries e
            WHERE e.id IN (\(list)) AND +e.missing_since_us IS NULL
            """)
    }

    /// Entries and everything above them: id, parent and name, in no order.
    ///
    /// - Parameter count: one of `idsOfStatements`.
    static func ancestors(ofIDs count: Int) -> SQLStatement { ancestorsOfIDs[count] ?? ancestors(list(count)) }

    private static let ancestorsOfIDs = Dictionary(
        uniqueKeysWithValues: idsOfStatements.map { ($0, ancestors(list($0))) })

    /// UNION, which leaves out what is there already: so damaged rows that lead round in a circle end too.
    private static func ancestors(_ list: String) -> SQLStatement {
        SQLStatement(
            """
            WITH RECURSIVE up (id, parent_id, name) AS (
                SELECT id, parent_id, name FROM entries WHERE id IN (\(list))
                UNION
                SELECT e.id, e.parent_id, e.name FROM up u JOIN entries e ON e.id = u.parent_id)
            SELECT id, parent_id, name FROM up
            """)
    }

    private static func list(_ count: Int) -> String {
        (1...count).map { "$\($0)" }.joined(separator: ", ")
    }

    /// A page of the directory $1: $2 rows after the first $3.
    static func children(_ order: CatalogOrder) -> SQLStatement { childrenByID[order] ?? childrenByID(order) }

    /// A page of the directory $1: $2 rows behind the one that is sorted by $3 and has the id $4.
    static func childrenAfter(_ order: CatalogOrder) -> SQLStatement {
        childrenAfterCursor[order] ?? childrenAfterCursor(order)
    }

    /// The same for a directory at `names` names below a root, whose values are those of `location` and then the number of
    /// rows and how many to leave out. The first row is that of `location`, in the columns from `columnsOfChild` on; the others
    /// have nothing there. A listing is one question to a server this way, which costs half as much as two.
    static func children(names: Int, _ order: CatalogOrder) -> SQLStatement {
        childrenByPath[names][order] ?? childrenByPath(names, order)
    }

    static let columnsOfChild = 7

    // One for each order, so that no text of a request ever becomes SQL.
    private static let childrenByID = byOrder(childrenByID)
    private static let childrenAfterCursor = byOrder(childrenAfterCursor)
    private static let childrenByPath = (0...namesPerStatement).map { names in byOrder { childrenByPath(names, $0) } }

    private static func byOrder(_ statement: (CatalogOrder) -> SQLStatement) -> [CatalogOrder: SQLStatement] {
        Dictionary(uniqueKeysWithValues: CatalogOrder.all.map { ($0, statement($0)) })
    }

    private static func childrenByID(_ order: CatalogOrder) -> SQLStatement {
        SQLStatement(withGroups(page(of: "$1", order, limit: "$2", offset: "$3"))).endingRead
    }

    private static func childrenAfterCursor(_ order: CatalogOrder) -> SQLStatement {
        let key =
            switch order.field {
            case .name: "COALESCE(e.name_folded, e.name)"
            case .size: size
            case .modified: "e.modified_ns"
            }
        let page = """
            SELECT \(columns) FROM entries e WHERE e.parent_id = $1 AND e.missing_since_us IS NULL
                AND (\(key) \(order.isDescending ? "<" : ">") $3 OR (\(key) = $3 AND e.id > $4))
            ORDER BY \(keys(order)) LIMIT $2
            """
        return SQLStatement(withGroups(page)).endingRead
    }

    private static func childrenByPath(_ names: Int, _ order: CatalogOrder) -> SQLStatement {
        let directory = "(SELECT entry_id FROM place)"
        return SQLStatement(
            """
            WITH place AS MATERIALIZED (\(locationText(names: names)))
            SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, root_id, root_name, status, last_scan_at_us, root_entry_id, url,
                entry_id, child_count
            FROM place
            UNION ALL
            \(withGroups(
                page(of: directory, order, limit: "$\(names + 3)", offset: "$\(names + 4)"),
                and: ", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"))
            """
        ).endingRead
    }

    /// The rows of a page with their groups, and other columns behind them. The condition is always true; it keeps SQLite from making
    /// one question of the two, and so from looking for the groups of rows that are not in the page.
    private static func withGroups(_ page: String, and columns: String = "") -> String {
        """
        SELECT c.*, CASE WHEN EXISTS (SELECT 1 FROM duplicate_groups) THEN \(duplicateGroup(of: "c.id")) END\(columns)
        FROM (\(page)) c WHERE c.kind IS NOT NULL
        """
    }

    private static func page(of directory: String, _ order: CatalogOrder, limit: String, offset: String) -> String {
        """
        SELECT \(columns) FROM entries e WHERE e.parent_id = \(directory) AND e.missing_since_us IS NULL
        ORDER BY \(keys(order)) LIMIT \(limit) OFFSET \(offset)
        """
    }

    private static func keys(_ order: CatalogOrder) -> StaticString {
        switch (order.field, order.isDescending) {
        case (.name, false): "COALESCE(e.name_folded, e.name), e.id"
        case (.name, true): "COALESCE(e.name_folded, e.name) DESC, e.id"
        case (.size, false): "shown_bytes, e.id"
        case (.size, true): "shown_bytes DESC, e.id"
        case (.modified, false): "e.modified_ns, e.id"
        case (.modified, true): "e.modified_ns DESC, e.id"
        }
    }
}
