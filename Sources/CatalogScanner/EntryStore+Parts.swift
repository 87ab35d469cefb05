import CatalogCore
import CatalogDatabase

extension EntryStore {
    /// Some directories of the root, as a scan needs them that looks at nothing else: those above them, which it steps over, and their
    /// sub-directories, which it does not enter.
    ///
    /// - Parameters:
    ///   - directories: what the catalog does not have among them is left out; whatever holds it changed, too.
    ///   - isDone: whether an interrupted run of the same scan has finished the directory with this id.
    func knownTree(
        keepingTo directories: [StoragePath], isDone: (EntryID) -> Bool, on connection: any SQLConnection
    ) throws -> KnownTree {
        let wanted = try WantedDirectories(directories, self, connection)
        var tree = KnownTree()
        try connection.forEachRow(EntryQueries.knownDirectory, [.integer(wanted.root)]) { row in
            tree.append(row, isDone: isDone(wanted.root) || !wanted.changed.contains(wanted.root))
            return true
        }
        for parent in wanted.changed.union(wanted.above).sorted() {
            try connection.forEachRow(EntryQueries.knownChildDirectories, [.integer(parent)]) { row in
                let id = row.integer(0)
                let isChanged = wanted.changed.contains(id)
                if isChanged || wanted.changed.contains(parent) || wanted.above.contains(id) {
                    tree.append(row, isDone: isDone(id) || !isChanged)
                }
                return true
            }
        }
        tree.finish()
        return tree
    }

    /// Those of these directories that the catalog has.
    func knownDirectories(at paths: [StoragePath], on connection: any SQLConnection) throws -> Set<EntryID> {
        try WantedDirectories(paths, self, connection).changed
    }
}

/// The directories that a scan looks at, and those on the way to them.
private struct WantedDirectories {
    let root: EntryID
    private(set) var changed: Set<EntryID> = []
    private(set) var above: Set<EntryID> = []

    init(_ directories: [StoragePath], _ entries: EntryStore, _ connection: any SQLConnection) throws {
        guard let root = try entries.rootEntryID(on: connection) else {
            throw CatalogError.internalError("a scan has no directory to begin at")
        }
        self.root = root
        let siblings = SideWriteStore(rootID: entries.rootID)
        for directory in directories {
            var way = [root]
            for name in directory.components {
                guard let parent = way.last, let row = try siblings.child(name, of: parent, on: connection),
                    row.kind == .directory
                else { break }
                way.append(row.id)
            }
            guard way.count == directory.components.count + 1, let last = way.popLast() else { continue }
            changed.insert(last)
            above.formUnion(way)
        }
    }
}
