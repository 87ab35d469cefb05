package import CatalogCore

/// The rules of browsing: what a path means, and which roots are shown.
package struct CatalogService: Sendable {
    private let store: CatalogStore
    private let roots: StorageRootService
    private let reads: ForegroundReads
    let duplicates: DuplicateService

    /// - Parameter reads: where listings count as reads.
    init(store: CatalogStore, roots: StorageRootService, duplicates: DuplicateService, reads: ForegroundReads) {
        self.store = store
        self.roots = roots
        self.duplicates = duplicates
        self.reads = reads
    }

    /// Names of all enabled roots that the caller may see, in order.
    package func rootNames(scope: AccessScope) async throws -> [String] {
        try await roots.list(scope: scope, includingDisabled: false).map(\.name)
    }

    /// One page of a directory.
    ///
    /// - Parameters:
    ///   - path: bytes of the URL after decoding: the root's name, then the path below it.
    ///   - output: makes what the page is gathered in.
    ///   - append: adds the next entry to it, on a thread of the database.
    /// - Throws: as `CatalogStore.children`; `.invalidArgument` "Invalid path".
    package func children<Output: Sendable>(
        of path: [UInt8], _ part: CatalogPart, scope: AccessScope,
        into output: @escaping @Sendable () -> Output,
        _ append: @escaping @Sendable (inout Output, CatalogEntry) -> Void
    ) async throws -> CatalogPage<Output> {
        guard let place = try Self.split(path) else { throw CatalogError(.invalidArgument, "Path is required") }
        let request = CatalogPageRequest(
            rootName: place.root, path: place.path, order: part.order, page: part.page, cursor: part.cursor,
            scope: scope)
        return try await reads.run {
            guard scope != .everything else { return try await store.children(request, into: output, append) }
            // Which of their groups the caller may see is another question.
            let page = try await store.children(request, into: { [CatalogEntry]() }, { $0.append($1) })
            var shown = CatalogPage(output: output(), count: page.count, total: page.total, last: page.last)
            for entry in try await duplicates.shown(page.output, scope: scope) { append(&shown.output, entry) }
            return shown
        }
    }

    /// The entry that a path means; a single number that is no root's name is an id. A root that was never scanned has no
    /// entry yet, and is described as an empty directory with the id 0.
    ///
    /// - Returns: the entry, and when its root was last scanned (microseconds since 1970).
    /// - Throws: `CatalogError.invalidArgument` "Path is required" or "Invalid path", `.notFound` "File not found".
    package func info(
        _ path: [UInt8], scope: AccessScope
    ) async throws -> (entry: CatalogEntry, lastScanAt: Int64?) {
        guard let place = try Self.split(path) else { throw CatalogError(.invalidArgument, "Path is required") }
        if place.path == .root, let id = Self.number(place.root),
            try await roots.enabledRoot(named: place.root, scope: scope) == nil
        {
            let found = try await store.entry(id: id, scope: scope)
            return (try await duplicates.shown(found.entry, scope: scope), found.place.lastScanAt)
        }
        do {
            let found = try await store.entry(rootName: place.root, path: place.path, scope: scope)
            return (try await duplicates.shown(found.entry, scope: scope), found.place.lastScanAt)
        } catch let error as CatalogError where error.code == .notFound && place.path == .root {
            guard let root = try await roots.enabledRoot(named: place.root, scope: scope) else { throw error }
            return (CatalogEntry(unscanned: root), root.lastScanAt)
        }
    }

    /// The id that digits and nothing else stand for.
    private static func number(_ text: String) -> EntryID? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? EntryID(text) : nil
    }

    /// Root name and path below it; nil when there is nothing but slashes.
    static func split(_ path: [UInt8]) throws -> (root: String, path: StoragePath)? {
        let all = try StoragePath(parsingEncoded: path)
        guard let root = all.components.first else { return nil }
        return (NameEncoding.text(of: root), try StoragePath(components: Array(all.components.dropFirst())))
    }
}
