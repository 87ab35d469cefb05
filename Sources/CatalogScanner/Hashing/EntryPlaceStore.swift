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
        let all = Array(ids)
        var learned = directories
        for start in stride(from: 0, to: all.count, by: Self.idsPerStatement) {
            let part = all[start..<min(start + Self.idsPerStatement, all.count)]
            guard let last = part.last else { return }
            let filled = part + Array(repeating: last, count: Self.idsPerStatement - part.count)
            try connection.forEachRow(Self.ancestors, filled.map { .integer($0) }) { row in
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
