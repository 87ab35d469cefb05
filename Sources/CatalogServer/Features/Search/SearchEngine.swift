import CatalogCore
package import CatalogSearch
import CatalogStorage

/// What answers questions about names: an index of this node, or the database.
///
/// Both give the same answers, so that nodes of either kind may serve one client.
package enum SearchEngine: Sendable {
    /// The node's own index.
    case index(NameIndex)
    /// An index of trigrams in PostgreSQL.
    case database(TrigramSearch)

    /// The node's own index, if it has one.
    package var index: NameIndex? {
        guard case .index(let index) = self else { return nil }
        return index
    }

    /// Whether questions about sizes have to bring the sizes of all directories.
    var needsDirectorySizes: Bool { index != nil }

    /// The page of hits that `query` asks for, and how many there are in all.
    ///
    /// - Parameter pool: threads for an index of the node, which computes for some milliseconds.
    /// - Throws: as `NameIndex.search` and `TrigramSearch.search`.
    func search(_ query: NameQuery, on pool: BlockingPool) async throws -> NameHits {
        switch self {
        case .index(let index): try await pool.run { try index.search(query) }
        case .database(let trigrams): try await trigrams.search(query)
        }
    }

    /// Deletes rows of the journal of names that are a day old and that nobody needs.
    ///
    /// - Throws: what the database throws.
    package func pruneJournal() async throws {
        switch self {
        case .index(let index): _ = try await index.pruneJournal()
        case .database(let trigrams): _ = try await trigrams.pruneJournal()
        }
    }
}
