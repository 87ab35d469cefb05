import CatalogDatabase
import CatalogSQLite

/// What the database of a data directory holds, read past the program.
struct CatalogContent: Sendable {
    /// A scan as its row tells it.
    struct Progress: Sendable {
        let directoriesListed: Int64
        let finishedPieces: Int64
        let isOver: Bool
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
                    SELECT s.directories_listed, (SELECT COUNT(*) FROM scan_frontier), j.finished_at_us IS NOT NULL
                    FROM scans s JOIN jobs j ON j.id = s.id ORDER BY s.id DESC LIMIT 1
                    """)
            ) { Progress(directoriesListed: $0.integer(0), finishedPieces: $0.integer(1), isOver: $0.bool(2)) }
        }
    }

    /// Every entry with its path, kind, size and recursive figures, as one line each, in order; ids left out.
    func lines() async throws -> [String] {
        try await database.read { connection in
            try connection.rows(
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
