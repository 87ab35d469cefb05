import GRDB

/// A database of synthetic rows, a hundred for each directory.
enum SampleDatabase {
    /// Opens the database and fills it when it is empty.
    static func open(path: String, rows: Int) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { db in
            try db.execute(
                sql: "PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -65536; PRAGMA synchronous = NORMAL")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.write { db in
            if try !db.tableExists("file") { try fill(db, rows: rows) }
        }
        return pool
    }

    private static func fill(_ db: Database, rows: Int) throws {
        try db.execute(
            sql: """
                CREATE TABLE file (
                    id INTEGER PRIMARY KEY, directory INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
                    modified INTEGER NOT NULL, kind TEXT NOT NULL
                )
                """)
        let insert = try db.makeStatement(
            sql: "INSERT INTO file (directory, name, size, modified, kind) VALUES (?, ?, ?, ?, 'video')")
        for row in 0..<rows {
            let name = "Show.Name.S\(row % 12)E\(row % 24).\(row).1080p.WEB-DL.x264-TIDE.mkv"
            try insert.execute(arguments: [
                row / Ceiling.rowsPerDirectory, name, row &* 7919 % 9_000_000_000, 1_600_000_000 + row,
            ])
        }
        try db.execute(sql: "CREATE INDEX file_by_directory ON file (directory, name); ANALYZE")
    }
}
