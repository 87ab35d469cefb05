import CatalogCore
package import CatalogDatabase

/// Search by PostgreSQL itself, over an index of trigrams (`pg_trgm`): for nodes that keep nothing of their own.
///
/// Every answer is the one of `NameIndex`, down to the cursor, so nodes of both kinds may serve the same client. A node needs neither
/// disk nor memory for it and is ready at once; the price is paid by the database, for each search and for each row that a scan
/// writes (`Docs/deployment.md` has the figures).
package struct TrigramSearch: Sendable {
    private let database: any Database

    /// - Throws: `CatalogError.invalidArgument` for a database that has no such index.
    package init(database: any Database) throws {
        guard database.engine == .postgresql else {
            throw CatalogError(
                .invalidArgument,
                "search.engine: database needs PostgreSQL; set database.url, or search.engine: index")
        }
        self.database = database
    }

    /// Sees that the database has its index of trigrams; builds it when it has none, while nobody can write: about six seconds for
    /// a million names.
    ///
    /// - Throws: `CatalogError.preconditionFailed` when the extension is missing and this user may not create it.
    package func prepare() async throws {
        let isThere = try await database.read { try TrigramSearchStore($0).hasIndex() }
        guard !isThere else { return }
        do {
            try await database.write { try TrigramSearchStore($0).createExtension() }
        } catch let error as CatalogError where error.code != .unavailable {
            throw CatalogError(
                .preconditionFailed,
                "PostgreSQL's extension pg_trgm is not in this database; let its administrator run: CREATE EXTENSION pg_trgm WITH SCHEMA public",
                cause: error.description)
        }
        try await database.write { try TrigramSearchStore($0).createIndex() }
    }

    /// The page of hits that `query` asks for, and how many there are in all.
    ///
    /// `query.directorySizes` counts for nothing: the database knows them.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a query over the limits; what the database throws.
    package func search(_ query: NameQuery) async throws -> NameHits {
        let readings = try NameWords.readings(of: query.text)
        return try await database.read { connection in
            let store = TrigramSearchStore(connection)
            for (number, words) in readings.enumerated() {
                if let cursor = query.cursor, cursor.reading != number { continue }
                let hits = try store.hits(query, words: words, reading: number)
                if hits.total > 0 { return hits }
            }
            return NameHits(ids: [], total: 0)
        }
    }

    /// Deletes rows of the journal of names that are older than `age`: of nodes that follow it with an index of their own, those that
    /// lag behind further have to build it again.
    ///
    /// - Returns: how many rows were deleted.
    @discardableResult
    package func pruneJournal(
        olderThan age: Duration = .seconds(86_400), nowMicroseconds: Int64 = TimeSource.system.now
    ) async throws -> Int {
        let cutoff = nowMicroseconds - age.components.seconds * 1_000_000
        return try await database.write { connection in
            let journal = NameJournalStore(connection)
            return try journal.prune(before: journal.latest().sequence, olderThan: cutoff)
        }
    }
}
