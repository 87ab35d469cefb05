import CatalogDatabase
import CatalogSearch
import CatalogServer

/// What answers the searches of a test.
package enum TestSearch: Sendable, CaseIterable {
    /// The server's own index.
    case index
    /// PostgreSQL.
    case database

    /// What the engine of this run can search with.
    package static var all: [TestSearch] { TestEngine.isPostgres ? allCases : [.index] }

    /// - Parameter index: of the server that is tested.
    func engine(_ index: NameIndex, _ database: any Database) async throws -> SearchEngine {
        guard self == .database else { return .index(index) }
        let trigrams = try TrigramSearch(database: database)
        try await trigrams.prepare()
        return .database(trigrams)
    }
}
