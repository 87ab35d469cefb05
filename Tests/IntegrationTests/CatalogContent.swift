import CatalogDatabase

/// What a database holds, read past the program.
struct CatalogContent: Sendable {
    /// A scan as its row tells it.
    struct Progress: Sendable {
        let directoriesListed: Int64
        /// Everything that this scan and those before it have added, over all their runs.
        let added: Int64
        let finishedPieces: Int64
        /// The process that has taken it and did not say yet that it is over.
        let runner: Int32?
        let isOver: Bool
        /// From its first start to its end; nil while it is not over.
        let microseconds: Int64?
    }

    let database: any Database

    /// The newest scan, if there is one.
    func progress() async throws -> Progress? {
        try await database.read { connection in
            try connection.firstRow(
                SQLStatement(
                    """
                    SELECT s.directories_listed, (SELECT CAST(SUM(added) AS BIGINT) FROM scans),
                        (SELECT COUNT(*) FROM scan_frontier), j.lease_owner, j.finished_at_us IS NOT NULL,
                        j.finished_at_us - j.started_at_us
                    FROM scans s JOIN jobs j ON j.id = s.id ORDER BY s.id DESC LIMIT 1
                    """)
            ) { row in
                // `<boot id>/<process id>/<start time>`
                let owner = row.optionalText(3)?.split(separator: "/")
                return Progress(
                    directoriesListed: row.integer(0), added: row.integer(1), finishedPieces: row.integer(2),
                    runner: owner.flatMap { Int32($0[1]) }, isOver: row.bool(4), microseconds: row.optionalInteger(5))
            }
        }
    }

    /// Every file with its id and name, in order.
    func fileIDs() async throws -> [String] {
        try await database.read { connection in
            try connection.rows(
                SQLStatement("SELECT id, name FROM entries WHERE kind = 0 AND missing_since_us IS NULL ORDER BY id")
            ) { "\($0.integer(0)) \(String(decoding: $0.bytes(1), as: UTF8.self))" }
        }
    }

    /// Every entry with its path, kind, size and recursive figures, as one line each, in order, and every counter; ids left out.
    func lines() async throws -> [String] {
        try await database.read { connection in
            let counters = try connection.rows(
                SQLStatement(
                    """
                    SELECT kind, extension, size_class, entries, bytes FROM entry_counts WHERE entries <> 0 OR bytes <> 0
                    """)
            ) { "\($0.integer(0)) \($0.text(1)) \($0.integer(2)): \($0.integer(3)) \($0.integer(4))" }
            let paths = try Self.paths(connection)
            let entries = try connection.rows(
                SQLStatement(
                    """
                    SELECT e.id, e.kind, e.size_bytes, d.own_files, d.total_bytes, d.total_files, d.total_directories
                    FROM entries e LEFT JOIN directories d ON d.entry_id = e.id WHERE e.missing_since_us IS NULL
                    """)
            ) { row in
                let figures = row.isNull(3) ? [2] : [3, 4, 5, 6]
                return ([paths[row.integer(0)] ?? "without a parent"] + ([1] + figures).map { "\(row.integer($0))" })
                    .joined(separator: " ")
            }
            return entries.sorted() + counters.sorted()
        }
    }

    /// Paths of some directories without sub-directories that a scan has finished, below their root.
    func finishedLeaves() async throws -> [String] {
        try await database.read { connection in
            let paths = try Self.paths(connection)
            return try connection.rows(
                SQLStatement(
                    """
                    SELECT entry_id FROM directories
                    WHERE listed_scan_id > 0 AND own_files > 0 AND own_directories = 0 ORDER BY entry_id LIMIT 50
                    """)
            ) { paths[$0.integer(0)] ?? "" }
        }
    }

    /// The path of each entry that is there, by its id; a root's is empty, all others begin with a slash.
    private static func paths(_ connection: any SQLConnection) throws -> [Int64: String] {
        let entries = try connection.rows(
            SQLStatement("SELECT id, COALESCE(parent_id, 0), name FROM entries WHERE missing_since_us IS NULL")
        ) { (id: $0.integer(0), parent: $0.integer(1), name: String(decoding: $0.bytes(2), as: UTF8.self)) }
        let children = Dictionary(grouping: entries, by: \.parent)
        var paths: [Int64: String] = [:]
        var open = (children[0] ?? []).map { (id: $0.id, path: "") }
        while let next = open.popLast() {
            paths[next.id] = next.path
            for child in children[next.id] ?? [] { open.append((child.id, next.path + "/" + child.name)) }
        }
        return paths
    }
}
