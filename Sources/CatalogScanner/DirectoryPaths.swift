package import CatalogCore
package import CatalogDatabase
package import CatalogStorage

/// The directories of a storage root, as the catalog has them.
package struct DirectoryPaths: Sendable {
    private let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// Hands over every directory, the root first and each one after its parent; nothing before the first scan. Blocks.
    ///
    /// - Parameter body: returns false to end it.
    /// - Throws: what the database and `body` throw.
    package func forEach(of rootID: RootID, _ body: (NativePath) throws -> Bool) throws {
        let entries = EntryStore(rootID: rootID, time: .system)
        let tree = try database.readBlocking {
            try entries.knownTree(isDone: { _ in false }, isGone: { _ in false }, on: $0)
        }
        try tree.visit { path, _ in try body(path) }
    }
}
