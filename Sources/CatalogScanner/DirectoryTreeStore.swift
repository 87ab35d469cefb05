package import CatalogCore
package import CatalogDatabase

/// Reads the directories of a root as a tree with sums.
package struct DirectoryTreeStore {
    private let root: RootID
    private let connection: any SQLConnection

    /// Of one root, in one transaction.
    package init(of root: RootID, on connection: any SQLConnection) {
        (self.root, self.connection) = (root, connection)
    }

    /// All directories, added up from what their own rows say at this moment: right also while a scan has changed rows and not yet
    /// written the sums. Some hundred bytes each.
    package func whole() throws -> DirectoryTree {
        var rows = try EntryStore(rootID: root, time: .system).directoryTotals(on: connection)
        rows.addUp()
        return DirectoryTree(rows)
    }

    /// The largest directories as their sums are stored, the root's own one among them: the top of the tree, since none is larger than the
    /// one above it. Of several that are equally large some may be missing, and then what is below them has no place.
    ///
    /// - Parameter count: how many at most.
    package func largest(_ count: Int) throws -> DirectoryTree {
        let values: [SQLValue] = [.integer(root), .integer(Int64(count))]
        return DirectoryTree(
            try connection.rows(EntryQueries.largestDirectories, values) { row in
                let sums = DirectorySums(bytes: row.integer(2), files: row.integer(3), directories: row.integer(4))
                return DirectoryTotals(
                    id: row.integer(0), parentID: row.optionalInteger(1), total: sums, stored: sums)
            })
    }
}
