import CatalogCore
import CatalogDatabase

/// Finds entries by id with their paths, many with a few statements, and remembers roots and directories that several of them
/// share.
struct EntryPathStore {
    typealias Found = (entry: CatalogEntry, place: CatalogPlace, path: StoragePath)

    private let connection: any SQLConnection
    private let scope: AccessScope
    private var places: [RootID: CatalogPlace?] = [:]
    /// What directories are called and where they are.
    private var names: [EntryID: (parent: EntryID?, name: [UInt8])] = [:]
    private var directories: [EntryID: [[UInt8]]] = [:]

    init(connection: any SQLConnection, scope: AccessScope) {
        self.connection = connection
        self.scope = scope
    }

    /// The entries with these ids, in their order; ids that are gone or not to be seen are left out.
    mutating func entries(_ ids: [EntryID]) throws -> [Found] {
        var found: [EntryID: Found] = [:]
        for part in Self.parts(of: ids) {
            let rows = try self.rows(part)
            try learnNames(above: rows)
            for row in rows { found[row.entry.id] = try self.found(row) }
        }
        return ids.compactMap { found[$0] }
    }

    /// An entry whose path is not known yet.
    private struct Row {
        let entry: CatalogEntry
        let name: [UInt8]
        let parentID: EntryID?
        let place: CatalogPlace
    }

    private mutating func rows(_ ids: [EntryID]) throws -> [Row] {
        var own = self
        var rows: [Row] = []
        try connection.forEachRow(CatalogQueries.entries(byIDs: ids.count), ids.map { .integer($0) }) { row in
            guard let place = try own.place(row.integer(8)) else { return true }
            let parentID = row.optionalInteger(7)
            let entry = CatalogEntry(
                row: row, place: place, parentID: parentID, directoryPath: "", updatedAt: row.integer(6),
                groupColumn: CatalogQueries.groupColumnOfEntry)
            rows.append(Row(entry: entry, name: row.bytes(2), parentID: parentID, place: place))
            return true
        }
        self = own
        return rows
    }

    /// Learns the names of all directories above these entries.
    private mutating func learnNames(above rows: [Row]) throws {
        let unknown = Set(rows.compactMap(\.parentID)).filter { names[$0] == nil }
        var learned = names
        for part in Self.parts(of: Array(unknown)) {
            try connection.forEachRow(CatalogQueries.ancestors(ofIDs: part.count), part.map { .integer($0) }) { row in
                learned[row.integer(0)] = (row.optionalInteger(1), row.bytes(2))
                return true
            }
        }
        names = learned
    }

    /// Nil when the caller may not see it.
    private mutating func found(_ row: Row) throws -> Found? {
        let all = try place(of: row)
        guard scope.dependsOnPaths else { return all }
        let partial = PartialDirectoryStore(connection: connection, scope: scope, place: all.place)
        return try partial.seen(all.entry, at: all.path).map { ($0, all.place, all.path) }
    }

    private mutating func place(of row: Row) throws -> Found {
        guard let parentID = row.parentID else { return (row.entry, row.place, .root) }
        let parents = try components(of: parentID, depth: 0)
        let path = try StoragePath(components: parents + [row.name])
        return (row.entry.inDirectory(parents.map { NameEncoding.text(of: $0) + "/" }.joined()), row.place, path)
    }

    /// Lists as long as statements take them, where the last one repeats its last id.
    private static func parts(of ids: [EntryID]) -> [[EntryID]] {
        var parts: [[EntryID]] = []
        var start = 0
        while start < ids.count {
            let left = ids.count - start
            let sizes = CatalogQueries.idsOfStatements
            let size = sizes.first { $0 >= left } ?? sizes[sizes.count - 1]
            parts.append((start..<(start + size)).map { ids[min($0, ids.count - 1)] })
            start += size
        }
        return parts
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
