import CatalogDatabase
import CatalogSQLite

/// What the database of a data directory holds, read past the program.
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

    let database: SQLiteDatabase

    /// Runs `body` with the open database of a data directory that exists.
    static func withOpen<Value>(
        _ data: String, _ body: (CatalogContent) async throws -> Value
    ) async throws -> Value {
        let database = try SQLiteDatabase(path: data + "/catalogizer.sqlite", readers: 1)
        let result: Result<Value, any Error>
        do { result = .success(try await body(CatalogContent(database: database))) } catch { result = .failure(error) }
        try await database.close()
        return try result.get()
    }

    /// The newest scan, if there is one.
    func progress() throws -> Progress? {
        try database.readBlocking { connection in
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
                    SELECT kind || ' ' || extension || ' ' || size_class || ': ' || entries || ' ' || bytes
                    FROM entry_counts WHERE entries <> 0 OR bytes <> 0 ORDER BY root_id, kind, extension, size_class
                    """)
            ) { $0.text(0) }
            let entries = try connection.rows(
                SQLStatement(
                    """
                    WITH RECURSIVE tree (id, path) AS (
                        SELECT id, '' FROM entries WHERE parent_id IS NULL AND missing_since_us IS NULL
                        UNION ALL
                        SELECT e.id, t.path || '/' || CAST(e.name AS TEXT) FROM entries e JOIN tree t
                            ON e.parent_id = t.id WHERE e.missing_since_us IS NULL)
                    SELECT t.path || ' ' || e.kind || ' '
                        || CASE WHEN d.entry_id IS NULL THEN e.size_bytes || ''
                           ELSE d.own_files || ' ' || d.total_bytes || ' ' || d.total_files || ' '
                               || d.total_directories END
                    FROM tree t JOIN entries e ON e.id = t.id LEFT JOIN directories d ON d.entry_id = e.id
                    ORDER BY t.path
                    """)
            ) { $0.text(0) }
            return entries + counters
        }
    }

    /// Paths below the root, two names deep, of some directories without sub-directories that a scan has finished.
    func finishedLeaves() async throws -> [String] {
        try await database.read { connection in
            try connection.rows(
                SQLStatement(
                    """
                    SELECT CAST(p.name AS TEXT) || '/' || CAST(e.name AS TEXT)
                    FROM directories d JOIN entries e ON e.id = d.entry_id JOIN entries p ON p.id = e.parent_id
                    WHERE d.listed_scan_id > 0 AND d.own_files > 0 AND d.own_directories = 0
                    ORDER BY e.id LIMIT 50
                    """)
            ) { $0.text(0) }
        }
    }
}
