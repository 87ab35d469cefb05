import CatalogCore
import CatalogDatabase

/// How many names of equal files are below each directory of a root.
struct DirectoryDuplicatesStore {
    let connection: any SQLConnection

    /// Counts them anew, from the rows of all equal files of the root.
    ///
    /// - Parameter isShown: whether a group counts.
    /// - Returns: only directories that have some, at whatever depth.
    func counts(of root: RootID, where isShown: (Int64) -> Bool) throws -> [EntryID: Int64] {
        var own: [EntryID: Int64] = [:]
        try connection.forEachRow(DuplicateQueries.namesByDirectory, [.integer(root)]) { row in
            if isShown(row.integer(1)) { own[row.integer(0), default: 0] += row.integer(2) }
            return true
        }
        let parents = try parents(above: Array(own.keys))
        var counts: [EntryID: Int64] = [:]
        for (directory, count) in own {
            var place: EntryID? = directory
            while let current = place {
                counts[current, default: 0] += count
                place = parents[current]
            }
        }
        return counts
    }

    /// Of each of these directories, and of all above them, the one that it is in.
    private func parents(above directories: [EntryID]) throws -> [EntryID: EntryID] {
        var parents: [EntryID: EntryID] = [:]
        var wanted = directories
        while !wanted.isEmpty {
            var next: Set<EntryID> = []
            for ids in wanted.lists(of: DuplicateQueries.idsPerStatement) {
                try connection.forEachRow(DuplicateQueries.parents, ids) { row in
                    parents[row.integer(0)] = row.integer(1)
                    next.insert(row.integer(1))
                    return true
                }
            }
            wanted = next.filter { parents[$0] == nil }
        }
        return parents
    }
}
