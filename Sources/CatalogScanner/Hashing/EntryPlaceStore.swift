import CatalogCore
import CatalogDatabase

/// Where directories are, many with a few statements; remembers those that several files share.
struct EntryPlaceStore {
    private static let idsPerStatement = 50
    private static let ancestors = HashQueries.ancestors(ofIDs: idsPerStatement)

    let connection: any SQLConnection
    private var directories: [EntryID: (parent: EntryID?, name: [UInt8])] = [:]

    init(connection: any SQLConnection) {
        self.connection = connection
    }

    /// Learns where these directories are.
    mutating func learn(_ ids: Set<EntryID>) throws {
        var learned = directories
        for list in Array(ids).lists(of: Self.idsPerStatement) {
            try connection.forEachRow(Self.ancestors, list) { row in
                learned[row.integer(0)] = (row.optionalInteger(1), row.bytes(2))
                return true
            }
        }
        directories = learned
    }

    /// The place of a name in a directory that was learned.
    ///
    /// - Throws: `CatalogError.internalError` for rows that lead round in a circle or nowhere.
    func path(of name: [UInt8], in directory: EntryID) throws -> StoragePath {
        var components = [name]
        var next: EntryID? = directory
        while let id = next {
            guard let found = directories[id], components.count <= Limits.directoryDepth + 1 else {
                throw CatalogError.internalError("an entry has no place")
            }
            // The root's own directory has no name.
            if found.parent != nil { components.append(found.name) }
            next = found.parent
        }
        return try StoragePath(components: components.reversed())
    }
}
