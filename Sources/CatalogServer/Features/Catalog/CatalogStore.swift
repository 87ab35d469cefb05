package import CatalogCore
package import CatalogDatabase

/// Questions asked of the entries: what is in a directory, what is at a path, what has an id.
package struct CatalogStore: Sendable {
    private let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// One page of a directory. Everything is asked in one read, so that the page is of one moment and costs one hand-over
    /// between threads.
    ///
    /// - Parameters:
    ///   - output: makes what the page is gathered in.
    ///   - append: adds the next entry to it, on the database's thread: so a row is gone before the next one is read, and
    ///     nothing is carried to another thread but the result.
    /// - Throws: `CatalogError.notFound` "Storage root not found" or "Path not found"; `.invalidArgument` "Path is not a
    ///   directory".
    func children<Output: Sendable>(
        _ request: CatalogPageRequest, into output: @escaping @Sendable () -> Output,
        _ append: @escaping @Sendable (inout Output, CatalogEntry) -> Void
    ) async throws -> CatalogPage<Output> {
        let (path, page) = (request.path, request.page)
        let folded = TextFold.fold(request.rootName)
        return try await database.read { connection in
            let (place, found) = try Self.locate(path, in: folded, request.scope, connection)
            guard let found else {
                // Never scanned: the root is there and empty, and nothing is in it.
                guard path == .root else { throw Self.pathNotFound }
                return CatalogPage(output: output(), count: 0, total: 0)
            }
            guard let total = found.entryCount else {
                throw CatalogError(.invalidArgument, "Path is not a directory")
            }
            let values: [SQLValue] = [
                .integer(found.id), .integer(Int64(page.limit)), .integer(Int64(page.offset)),
            ]
            let prefix = path.components.isEmpty ? "" : path.text + "/"
            var result = CatalogPage(output: output(), count: 0, total: total)
            try connection.forEachRow(CatalogQueries.children(request.order), values) { row in
                append(
                    &result.output, CatalogEntry(row: row, place: place, parentID: found.id, directoryPath: prefix))
                result.count += 1
                return true
            }
            return result
        }
    }

    /// The entry at a path, with its root.
    ///
    /// - Throws: `CatalogError.notFound` "File not found", for an unknown root too.
    func entry(
        rootName: String, path: StoragePath, scope: AccessScope
    ) async throws -> (entry: CatalogEntry, place: CatalogPlace) {
        let folded = TextFold.fold(rootName)
        return try await database.read { connection in
            do {
                let (place, found) = try Self.locate(path, in: folded, scope, connection)
                guard let found else { throw Self.pathNotFound }
                let prefix = path.parent.map { $0.components.isEmpty ? "" : $0.text + "/" } ?? ""
                let entry = try connection.firstRow(CatalogQueries.entry, [.integer(found.id)]) { row in
                    CatalogEntry(row: row, place: place, parentID: row.optionalInteger(8), directoryPath: prefix)
                }
                guard let entry else { throw Self.pathNotFound }
                return (entry, place)
            } catch let error as CatalogError where error.code == .notFound {
                throw Self.fileNotFound
            }
        }
    }

    /// The entry with an id, and where it is.
    ///
    /// - Throws: `CatalogError.notFound` "File not found", also for what the caller may not see.
    func entry(
        id: EntryID, scope: AccessScope
    ) async throws -> (entry: CatalogEntry, place: CatalogPlace, path: StoragePath) {
        try await database.read { try Self.entry(id: id, scope: scope, on: $0) }
    }

    /// The same for callers that are on a thread that may block.
    func entryBlocking(
        id: EntryID, scope: AccessScope
    ) throws -> (entry: CatalogEntry, place: CatalogPlace, path: StoragePath) {
        try database.readBlocking { try Self.entry(id: id, scope: scope, on: $0) }
    }

    private static func entry(
        id: EntryID, scope: AccessScope, on connection: any SQLConnection
    ) throws -> (entry: CatalogEntry, place: CatalogPlace, path: StoragePath) {
        var paths = EntryPathStore(connection: connection, scope: scope)
        guard let found = try paths.entries([id]).first else { throw fileNotFound }
        return found
    }

    /// The entries with these ids, in their order; ids that are gone or not to be seen are left out.
    package func entries(_ ids: [EntryID], scope: AccessScope) async throws -> [CatalogEntry] {
        try await database.read { connection in
            var paths = EntryPathStore(connection: connection, scope: scope)
            return try paths.entries(ids).map(\.entry)
        }
    }

    static func place(
        ofRoot id: RootID, _ scope: AccessScope, _ connection: any SQLConnection
    ) throws -> CatalogPlace {
        let values: [SQLValue] = [.integer(id), .blob([])]
        let place = try connection.firstRow(CatalogQueries.rootByID, values, CatalogPlace.init(row:))
        guard let place, scope.allows(place.rootID) else { throw rootNotFound }
        return place
    }

    /// An entry, and how many entries are in it when it is a directory.
    private typealias Found = (id: EntryID, entryCount: Int?)

    /// A root by its folded name, and what is at a path in it: nil when no scan of the root has begun, or nothing is there.
    private static func locate(
        _ path: StoragePath, in folded: String, _ scope: AccessScope, _ connection: any SQLConnection
    ) throws -> (place: CatalogPlace, found: Found?) {
        var names = path.components[...]
        let step = names.prefix(CatalogQueries.namesPerStatement)
        names = names.dropFirst(step.count)
        let values = [.text(folded), .blob([])] + step.map { SQLValue.blob($0) }
        let location = try connection.firstRow(CatalogQueries.location(names: step.count), values) { row in
            (place: CatalogPlace(row: row), found: found(row, 6))
        }
        guard var location, scope.allows(location.place.rootID) else { throw rootNotFound }
        while let above = location.found, !names.isEmpty {
            let step = names.prefix(CatalogQueries.namesPerStatement)
            names = names.dropFirst(step.count)
            let values = [SQLValue.integer(above.id)] + step.map { .blob($0) }
            location.found =
                try connection.firstRow(CatalogQueries.descent(names: step.count), values) {
                    found($0, 0)
                } ?? nil
        }
        return location
    }

    private static func found(_ row: SQLRow, _ column: Int) -> Found? {
        row.optionalInteger(column).map { (id: $0, entryCount: row.optionalInteger(column + 1).map { Int($0) }) }
    }

    private static let rootNotFound = CatalogError(.notFound, "Storage root not found")
    private static let pathNotFound = CatalogError(.notFound, "Path not found")
    private static let fileNotFound = CatalogError(.notFound, "File not found")
}

extension CatalogPlace {
    /// The first columns of `CatalogQueries.location` and `.rootByID`.
    fileprivate init(row: SQLRow) {
        self.init(
            rootID: row.integer(0), rootName: row.text(1), isOffline: row.text(2) == "offline",
            lastScanAt: row.optionalInteger(3), rootEntryID: row.optionalInteger(4), url: row.text(5))
    }
}

extension CatalogEntry {
    /// Columns as in `CatalogQueries.columns`.
    ///
    /// - Parameters:
    ///   - parentID: the directory that it is in; nil for a root's own one.
    ///   - directoryPath: text form of its directory with a slash at the end; empty below the root.
    init(row: SQLRow, place: CatalogPlace, parentID: EntryID?, directoryPath: String) {
        self.init(
            id: row.integer(0), rootID: place.rootID, rootName: place.rootName, isOffline: place.isOffline,
            parentID: parentID == place.rootEntryID ? nil : parentID,
            kind: EntryKind(rawValue: row.integer(1)) ?? .file,
            nameText: row.withBytes(2) { NameEncoding.text(of: $0) }, directoryPath: directoryPath,
            sizeBytes: row.integer(3), modifiedNS: row.integer(4), inode: row.integer(5), firstSeenAt: row.integer(6),
            updatedAt: row.integer(7))
    }
}
