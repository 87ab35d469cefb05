import CatalogCore
import CatalogDatabase

/// Questions to the access log.
struct FileAccessStore: Sendable {
    let database: any Database

    /// Counts accesses.
    func add(_ accesses: [FileAccess]) async throws {
        // In one order, so that two nodes never wait for each other.
        let sorted = accesses.sorted { $0.key.entryID < $1.key.entryID }
        _ = try await database.write(.readCommitted) { connection in
            for access in sorted {
                let id = SQLValue.integer(access.key.entryID)
                try connection.executeLater(
                    FileAccessQueries.add, [id, .integer(access.key.day), .integer(access.count)])
                try connection.executeLater(FileAccessQueries.noteLast, [id, .integer(access.lastAt)])
            }
        }
    }

    /// Forgets days before a time (microseconds since 1970), and files that are gone for good.
    func forget(before time: Int64) async throws {
        _ = try await database.write(.readCommitted) { connection in
            try connection.execute(FileAccessQueries.forget, [.integer(time)])
            try connection.execute(FileAccessQueries.forgetGone)
        }
    }

    /// When a file was last read, in microseconds since 1970.
    func lastAccess(to id: EntryID) async throws -> Int64? {
        try await database.read { connection in
            try connection.firstRow(FileAccessQueries.last, [.integer(id)]) { $0.integer(0) }
        }
    }

    /// What was read since a day, and how many of the files that may be seen ever were.
    ///
    /// - Parameters:
    ///   - roots: nil for all.
    ///   - since: the beginning of a day, in microseconds since 1970.
    static func pattern(
        of roots: Set<RootID>?, since: Int64, scope: AccessScope, on connection: any SQLConnection
    ) throws -> AccessPattern {
        let list = StatisticsQueries.list(roots)
        var paths = EntryPathStore(connection: connection, scope: scope)
        var pattern = AccessPattern()
        var waiting: [AccessPattern.Row] = []
        func addWaiting() throws {
            let rows = scope.dependsOnPaths ? try visible(waiting, by: &paths) : waiting
            for row in rows { pattern.add(row) }
            waiting = []
        }
        try connection.forEachRow(FileAccessQueries.accesses, [list, .integer(since)]) { row in
            waiting.append(
                AccessPattern.Row(
                    entryID: row.integer(0), day: row.integer(1), count: row.integer(2),
                    fileExtension: FileExtension.of(row.bytes(3)) ?? "", parentID: row.optionalInteger(4)))
            if waiting.count == rowsAtOnce { try addWaiting() }
            return true
        }
        try addWaiting()
        if scope.dependsOnPaths {
            let ever = try connection.rows(FileAccessQueries.everRead, [list]) { $0.integer(0) }
            pattern.filesEverRead = Int64(try paths.entries(ever).count)
        } else {
            pattern.filesEverRead =
                try connection.firstRow(FileAccessQueries.everReadCount, [list]) { $0.integer(0) } ?? 0
        }
        let counts = Dictionary(uniqueKeysWithValues: pattern.mostReadFiles.map { ($0.key, $0.count) })
        pattern.topFiles = try paths.entries(pattern.mostReadFiles.map(\.key)).map {
            ($0.place.rootName, $0.path, counts[$0.entry.id] ?? 0)
        }
        pattern.topDirectories = try paths.entries(pattern.mostReadDirectories).map { ($0.place.rootName, $0.path) }
        return pattern
    }

    /// Rows of the log that are looked at together.
    private static let rowsAtOnce = 4_096

    /// The rows of files that may be seen.
    private static func visible(
        _ rows: [AccessPattern.Row], by paths: inout EntryPathStore
    ) throws -> [AccessPattern.Row] {
        let files = Set(try paths.entries(Array(Set(rows.map(\.entryID)))).map(\.entry.id))
        return rows.filter { files.contains($0.entryID) }
    }
}
