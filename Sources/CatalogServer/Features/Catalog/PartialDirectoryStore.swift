import CatalogCore
import CatalogDatabase

/// A root of which the caller may see some places only: the directories on the way to them are shown with these in them and
/// nothing else, and as large as these are together.
struct PartialDirectoryStore {
    private let connection: any SQLConnection
    private let scope: AccessScope
    private let place: CatalogPlace

    init(connection: any SQLConnection, scope: AccessScope, place: CatalogPlace) {
        (self.connection, self.scope, self.place) = (connection, scope, place)
    }

    /// The entry as the caller may see it; nil when they may not.
    func seen(_ entry: CatalogEntry, at path: StoragePath) throws -> CatalogEntry? {
        switch scope.sight(of: path, in: place.rootID) {
        case .whole: entry
        // Only a directory can be on the way; a file in its place shows nothing.
        case .onTheWay: entry.isDirectory ? entry.showing(bytes: try bytes(below: path)) : nil
        case .nothing: nil
        }
    }

    /// What may be seen of a directory on the way, in order.
    func children(of directory: EntryID, at path: StoragePath, _ order: CatalogOrder) throws -> [CatalogEntry] {
        let prefix = path.components.isEmpty ? "" : path.text + "/"
        return try names(below: path).compactMap { name -> (entry: CatalogEntry, key: [UInt8])? in
            let row = try connection.firstRow(CatalogQueries.child, [.integer(directory), .blob(name)]) { row in
                let entry = CatalogEntry(
                    row: row, place: place, parentID: directory, directoryPath: prefix,
                    groupColumn: CatalogQueries.groupColumnOfChild)
                return (entry, row.bytes(6))
            }
            guard let row, let entry = try seen(row.0, at: try path.appending(name)) else { return nil }
            return (entry, row.1)
        }
        .sorted { order.precedes($0, $1) }.map(\.entry)
    }

    /// Bytes of everything below a directory that may be seen.
    private func bytes(below path: StoragePath) throws -> Int64 {
        try (scope.places(in: place.rootID) ?? []).filter(path.isAtOrAbove).reduce(0) { sum, seen in
            guard let id = try CatalogStore.entryID(of: seen, in: place, connection) else { return sum }
            return sum + (try connection.firstRow(CatalogQueries.entry, [.integer(id)]) { $0.integer(3) } ?? 0)
        }
    }

    private func names(below path: StoragePath) -> Set<[UInt8]> {
        let depth = path.components.count
        let places = (scope.places(in: place.rootID) ?? []).filter(path.isAtOrAbove)
        return Set(places.map { $0.components[depth] })
    }
}

extension CatalogOrder {
    /// The order of `CatalogQueries.children`, for entries that stand in memory.
    fileprivate func precedes(
        _ first: (entry: CatalogEntry, key: [UInt8]), _ second: (entry: CatalogEntry, key: [UInt8])
    ) -> Bool {
        let (low, high) = isDescending ? (second, first) : (first, second)
        switch field {
        case .name:
            if low.key != high.key { return low.key.lexicographicallyPrecedes(high.key) }
        case .size:
            if low.entry.sizeBytes != high.entry.sizeBytes { return low.entry.sizeBytes < high.entry.sizeBytes }
        case .modified:
            if low.entry.modifiedNS != high.entry.modifiedNS { return low.entry.modifiedNS < high.entry.modifiedNS }
        }
        return first.entry.id < second.entry.id
    }
}
