import CatalogCore
package import CatalogDatabase
import CatalogSearch

/// Questions about hits that the index of names cannot answer.
package struct SearchStore: Sendable {
    private let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// Ids of the directory and of all directories below it.
    func directories(below id: EntryID) async throws -> [EntryID] {
        try await database.read { try $0.rows(SearchQueries.directoriesBelow, [.integer(id)]) { $0.integer(0) } }
    }

    /// The sizes of all directories, for an index that asks only about those that it has found.
    func directorySizes() async throws -> DirectorySizes {
        try await database.read { connection in
            DirectorySizes(
                try connection.rows(SearchQueries.directorySizes) { (id: $0.integer(0), sizeBytes: $0.integer(1)) })
        }
    }
}
