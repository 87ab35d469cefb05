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
        try await database.read { connection in
            guard request.path.components.count <= CatalogQueries.namesPerStatement, !request.scope.dependsOnPaths,
                request.cursor == nil
            else { return try Self.childrenByID(request, output(), append, connection) }
            var page: PageInProgress<Output>?
            try connection.forEachRow(
                CatalogQueries.children(names: request.path.components.count, request.order), request.values
            ) { row in
                if page != nil {
                    page?.append(row, append)
                } else {
                    let location = Self.location(row, CatalogQueries.columnsOfChild)
                    page = try PageInProgress(request, location, output())
                }
                return true
            }
            guard let page else { throw Self.rootNotFound }
            return page.result
        }
    }

    /// The same for a path with more names than one statement follows, and for callers who may see parts of roots.
    private static func childrenByID<Output: Sendable>(
        _ request: CatalogPageRequest, _ output: Output, _ append: (inout Output, CatalogEntry) -> Void,
        _ connection: any SQLConnection
    ) throws -> CatalogPage<Output> {
        let location = try locate(request.path, in: TextFold.fold(request.rootName), request.scope, connection)
        var page = try PageInProgress(request, location, output)
        guard let directory = location.found else { return page.result }
        guard request.scope.sight(of: request.path, in: location.place.rootID) == .whole else {
            let seen = try PartialDirectoryStore(connection: connection, scope: request.scope, place: location.place)
                .children(of: directory.id, at: request.path, request.order)
            return page.result(of: seen, request, append)
        }
        let statement =
            request.cursor == nil
            ? CatalogQueries.children(request.order) : CatalogQueries.childrenAfter(request.order)
        try connection.forEachRow(statement, [.integer(directory.id)] + request.pageValues) { row in
            page.append(row, append)
            return true
        }
        return page.result
    }

    /// The entry at a path, with its root.
    ///
    /// - Throws: `CatalogError.notFound` "File not found", for an unknown root too.
    func entry(
        rootName: String, path: StoragePath, scope: AccessScope
    ) async throws -> (entry: CatalogEntry, place: CatalogPlace) {
        try await database.read { try Self.entry(rootName: rootName, path: path, scope: scope, $0) }
    }

    static func entry(
        rootName: String, path: StoragePath, scope: AccessScope, _ connection: any SQLConnection
    ) throws -> (entry: CatalogEntry, place: CatalogPlace) {
        do {
            let (place, found) = try locate(path, in: TextFold.fold(rootName), scope, connection)
            guard let found else { throw pathNotFound }
            let partial = PartialDirectoryStore(connection: connection, scope: scope, place: place)
            let prefix = path.parent.map { $0.components.isEmpty ? "" : $0.text + "/" } ?? ""
            let entry = try connection.firstRow(CatalogQueries.entry, [.integer(found.id)]) { row in
                CatalogEntry(
                    row: row, place: place, parentID: row.optionalInteger(7), directoryPath: prefix,
                    updatedAt: row.integer(6), groupColumn: CatalogQueries.groupColumnOfEntry)
            }
            guard let entry, let seen = try partial.seen(entry, at: path) else { throw pathNotFound }
            return (seen, place)
        } catch let error as CatalogError where error.code == .notFound {
            throw fileNotFound
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
        let place = try connection.firstRow(CatalogQueries.rootByID, values) { CatalogPlace(row: $0) }
        guard let place, scope.allows(place.rootID) else { throw rootNotFound }
        return place
    }

    /// An entry, and how many entries are in it when it is a directory.
    fileprivate typealias Found = (id: EntryID, entryCount: Int?)
    /// A root, and what is at a path in it: nil when no scan of the root has begun, or nothing is there.
    fileprivate typealias Location = (place: CatalogPlace, found: Found?)

    /// A root by its folded name, and what is at a path in it.
    private static func locate(
        _ path: StoragePath, in folded: String, _ scope: AccessScope, _ connection: any SQLConnection
    ) throws -> Location {
        var names = path.components[...]
        let step = names.prefix(CatalogQueries.namesPerStatement)
        names = names.dropFirst(step.count)
        let values = [.text(folded), .blob([])] + step.map { SQLValue.blob($0) }
        let location = try connection.firstRow(CatalogQueries.location(names: step.count), values) {
            Self.location($0, 0)
        }
        guard var location, scope.allows(location.place.rootID) else { throw rootNotFound }
        if let above = location.found, !names.isEmpty {
            location.found = try descend(names, from: above.id, connection)
        }
        return location
    }

    /// What is at the end of at least one name below a directory.
    private static func descend(
        _ names: ArraySlice<[UInt8]>, from id: EntryID, _ connection: any SQLConnection
    ) throws -> Found? {
        var names = names
        var place: Found? = (id: id, entryCount: nil)
        while let above = place, !names.isEmpty {
            let step = names.prefix(CatalogQueries.namesPerStatement)
            names = names.dropFirst(step.count)
            let values = [SQLValue.integer(above.id)] + step.map { .blob($0) }
            place = try connection.firstRow(CatalogQueries.descent(names: step.count), values) { found($0, 0) } ?? nil
        }
        return place
    }

    /// The id of what is at a path of a root; nil when nothing is there.
    static func entryID(
        of path: StoragePath, in place: CatalogPlace, _ connection: any SQLConnection
    ) throws -> EntryID? {
        guard let rootEntryID = place.rootEntryID else { return nil }
        return try descend(path.components[...], from: rootEntryID, connection)?.id
    }

    /// Columns as in `CatalogQueries.location`, from this one on.
    private static func location(_ row: SQLRow, _ column: Int) -> Location {
        (place: CatalogPlace(row: row, from: column), found: found(row, column + 6))
    }

    private static func found(_ row: SQLRow, _ column: Int) -> Found? {
        row.optionalInteger(column).map { (id: $0, entryCount: row.optionalInteger(column + 1).map { Int($0) }) }
    }

    fileprivate static let rootNotFound = CatalogError(.notFound, "Storage root not found")
    fileprivate static let pathNotFound = CatalogError(.notFound, "Path not found")
    private static let fileNotFound = CatalogError(.notFound, "File not found")
}

/// A page of a directory while its rows come.
private struct PageInProgress<Output: Sendable> {
    private(set) var result: CatalogPage<Output>
    private let place: CatalogPlace
    private let directory: EntryID
    private let directoryPath: String
    private let limit: Int

    /// - Throws: `CatalogError` when there is no such directory, or the caller may not see its root.
    init(_ request: CatalogPageRequest, _ location: CatalogStore.Location, _ output: Output) throws {
        guard request.scope.allows(location.place.rootID) else { throw CatalogStore.rootNotFound }
        guard request.scope.sight(of: request.path, in: location.place.rootID) != .nothing else {
            throw CatalogStore.pathNotFound
        }
        // Never scanned: the root is there and empty, and nothing is in it.
        guard location.found != nil || request.path == .root else { throw CatalogStore.pathNotFound }
        if let found = location.found, found.entryCount == nil {
            throw CatalogError(.invalidArgument, "Path is not a directory")
        }
        place = location.place
        directory = location.found?.id ?? 0
        limit = request.page.limit
        directoryPath = request.path.components.isEmpty ? "" : request.path.text + "/"
        result = CatalogPage(output: output, count: 0, total: location.found?.entryCount ?? 0)
    }

    /// The page of a directory of which only these entries may be seen.
    func result(
        of seen: [CatalogEntry], _ request: CatalogPageRequest, _ body: (inout Output, CatalogEntry) -> Void
    ) -> CatalogPage<Output> {
        let rest =
            request.cursor.map { cursor in seen.drop { !cursor.isBefore($0) } } ?? seen.dropFirst(request.page.offset)
        let shown = rest.prefix(request.page.limit)
        var page = CatalogPage(output: result.output, count: shown.count, total: seen.count)
        for entry in shown { body(&page.output, entry) }
        page.last = shown.last
        return page
    }

    mutating func append(_ row: SQLRow, _ body: (inout Output, CatalogEntry) -> Void) {
        let entry = CatalogEntry(
            row: row, place: place, parentID: directory, directoryPath: directoryPath,
            groupColumn: CatalogQueries.groupColumnOfPage)
        body(&result.output, entry)
        result.count += 1
        if result.count == limit { result.last = entry }
    }
}

extension CatalogPageRequest {
    /// How many rows, and after how many or after what.
    fileprivate var pageValues: [SQLValue] {
        [.integer(Int64(page.limit))] + (cursor?.values ?? [.integer(Int64(page.offset))])
    }

    /// As `CatalogQueries.children(names:_:)` wants them.
    fileprivate var values: [SQLValue] {
        [.text(TextFold.fold(rootName)), .blob([])] + path.components.map { .blob($0) } + pageValues
    }
}

extension CatalogPlace {
    /// The first columns of `CatalogQueries.location` and `.rootByID`, which may begin at a later one.
    fileprivate init(row: SQLRow, from column: Int = 0) {
        self.init(
            rootID: row.integer(column), rootName: row.text(column + 1), isOffline: row.text(column + 2) == "offline",
            lastScanAt: row.optionalInteger(column + 3), rootEntryID: row.optionalInteger(column + 4),
            url: row.text(column + 5))
    }
}

extension CatalogEntry {
    /// Columns as in `CatalogQueries.columns`.
    ///
    /// - Parameters:
    ///   - parentID: the directory that it is in; nil for a root's own one.
    ///   - directoryPath: text form of its directory with a slash at the end; empty below the root.
    ///   - updatedAt: where the statement asks for it.
    ///   - groupColumn: where the group of duplicates stands.
    init(
        row: SQLRow, place: CatalogPlace, parentID: EntryID?, directoryPath: String, updatedAt: Int64? = nil,
        groupColumn: Int
    ) {
        self.init(
            id: row.integer(0), rootID: place.rootID, rootName: place.rootName, isOffline: place.isOffline,
            parentID: parentID == place.rootEntryID ? nil : parentID,
            kind: EntryKind(rawValue: row.integer(1)) ?? .file,
            nameText: row.withBytes(2) { NameEncoding.text(of: $0) }, directoryPath: directoryPath,
            sizeBytes: row.integer(3), modifiedNS: row.integer(4), firstSeenAt: row.integer(5),
            updatedAt: updatedAt, duplicateGroupID: row.optionalInteger(groupColumn))
    }
}
