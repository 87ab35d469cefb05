import CatalogCore
import CatalogDatabase

/// Finds entries by id with their paths, many with a few statements, and remembers roots and directories that several of them
/// share.
struct EntryPathStore {
    typealias Found = (entry: CatalogEntry, place: CatalogPlace, path: StoragePath)

    private let connection: any SQLConnection
    private let scope: AccessScope
    private var places: [RootID: CatalogPlace?] = [:]
    /// What entries are called and where they are: those that were asked for and everything above them.
    private var names: [EntryID: (parent: EntryID?, name: [UInt8])] = [:]
    private var directories: [EntryID: [[UInt8]]] = [:]

    init(connection: any SQLConnection, scope: AccessScope) {
        self.connection = connection
        self.scope = scope
    }

    /// The entries with these ids, in their order; ids that are gone or not to be seen are left out.
    mutating func entries(_ ids: [EntryID]) throws -> [Found] {
        var found: [EntryID: Found] = [:]
        let size = ids.count == 1 ? 1 : CatalogQueries.idsPerStatement
        for start in stride(from: 0, to: ids.count, by: size) {
            let part = ids[start..<min(start + size, ids.count)]
            // A short list repeats its last id.
            let values = (0..<size).map { SQLValue.integer(part[min(start + $0, part.endIndex - 1)]) }
            try learnNames(CatalogQueries.ancestors(ofIDs: size), values)
            var own = self
            try connection.forEachRow(CatalogQueries.entries(byIDs: size), values) { row in
                found[row.integer(0)] = try own.entry(row)
                return true
            }
            self = own
        }
        return ids.compactMap { found[$0] }
    }

    private mutating func learnNames(_ statement: SQLStatement, _ values: [SQLValue]) throws {
        var learned = names
        try connection.forEachRow(statement, values) { row in
            learned[row.integer(0)] = (row.optionalInteger(1), row.bytes(2))
            return true
        }
        names = learned
    }

    /// - Parameter row: of `CatalogQueries.entries`.
    private mutating func entry(_ row: SQLRow) throws -> Found? {
        guard let place = try place(row.integer(9)) else { return nil }
        guard let parentID = row.optionalInteger(8) else {
            return (CatalogEntry(row: row, place: place, parentID: nil, directoryPath: ""), place, .root)
        }
        let parents = try components(of: parentID, depth: 0)
        let path = try StoragePath(components: parents + [row.bytes(2)])
        let prefix = parents.map { NameEncoding.text(of: $0) + "/" }.joined()
        return (CatalogEntry(row: row, place: place, parentID: parentID, directoryPath: prefix), place, path)
    }

    private mutating func place(_ rootID: RootID) throws -> CatalogPlace? {
        if let known = places[rootID] { return known }
        let place: CatalogPlace?
        do { place = try CatalogStore.place(ofRoot: rootID, scope, connection) } catch let error as CatalogError {
            guard error.code == .notFound else { throw error }
            place = nil
        }
        places[rootID] = .some(place)
        return place
    }

    /// Names from the root down to a directory. The depth is limited, so that damaged rows cannot lead round in a circle.
    private mutating func components(of directory: EntryID, depth: Int) throws -> [[UInt8]] {
        if let known = directories[directory] { return known }
        guard depth <= Limits.directoryDepth else { throw CatalogError.internalError("a path without end") }
        guard let own = names[directory] else { throw CatalogError.internalError("a directory without a row") }
        let components = try own.parent.map { try self.components(of: $0, depth: depth + 1) + [own.name] } ?? []
        directories[directory] = components
        return components
    }
}
