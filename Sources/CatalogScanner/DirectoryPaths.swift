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
        guard let root = tree.index(at: .root) else { return }
        var waiting: [(index: KnownTree.Index, parent: NativePath)] = [(root, NativePath())]
        while let next = waiting.popLast() {
            var path = next.parent
            if next.index != root { tree.withName(of: next.index) { path.append($0) } }
            guard try body(path) else { return }
            for child in tree[next.index].children { waiting.append((child, path)) }
        }
    }
}
