package import CatalogCore
package import CatalogSearch
package import CatalogStorage

/// The rules of searching: which roots, which part of them, which order.
package struct SearchService: Sendable {
    /// Hits that are looked at one by one for orders and filters that only the database knows; more are 400, because they
    /// would hold tens of megabytes for one request.
    private static let hitsExaminedMax = 5_000_000

    private let index: NameIndex
    private let store: SearchStore
    private let catalog: CatalogStore
    private let roots: StorageRootService
    private let pool: BlockingPool

    /// - Parameter pool: threads for the index, which computes for some milliseconds.
    package init(
        index: NameIndex, store: SearchStore, catalog: CatalogStore, roots: StorageRootService, pool: BlockingPool
    ) {
        self.index = index
        self.store = store
        self.catalog = catalog
        self.roots = roots
        self.pool = pool
    }

    /// One page of hits, and how many there are in all.
    ///
    /// - Throws: `CatalogError.invalidArgument` "Search query is required", or "Invalid search parameters".
    package func search(
        _ request: SearchRequest, scope: AccessScope
    ) async throws -> (entries: [CatalogEntry], total: Int) {
        guard request.text.contains(where: { !$0.isWhitespace }) else {
            throw CatalogError(.invalidArgument, "Search query is required")
        }
        guard request.text.utf8.count <= Limits.searchQueryBytes else {
            throw CatalogError(.invalidArgument, "Invalid search parameters")
        }
        guard let query = try await nameQuery(request, scope: scope) else { return ([], 0) }
        if request.needsAttributes { return try await searchByAttributes(request, query, scope) }
        let hits = try await pool.run { try index.search(query) }
        return (try await catalog.entries(hits.ids, scope: scope), hits.total)
    }

    /// The question to the index, or nil when nothing can match.
    private func nameQuery(_ request: SearchRequest, scope: AccessScope) async throws -> NameQuery? {
        var searched = try await roots.list(scope: scope, includingDisabled: false)
        if let names = request.rootNames {
            let wanted = Set(names.map { TextFold.fold($0) })
            searched = searched.filter { wanted.contains(TextFold.fold($0.name)) }
        }
        var query = NameQuery(request.text, in: .roots(Set(searched.map(\.id))))
        if let path = request.path, path.contains(where: { $0 != "/" }) {
            let directories = try await directories(at: path, in: searched)
            guard !directories.isEmpty else { return nil }
            query.directories = DirectorySet(directories)
        }
        guard !searched.isEmpty else { return nil }
        query.fileExtension = request.fileExtension
        query.mimeTypes = request.mimeType.map { [$0.lowercased()] }
        query.isDirectory = request.isDirectory
        query.order = request.isDescending ? .descending : .ascending
        query.limit = request.page.limit
        query.offset = request.page.offset
        return query
    }

    /// Every directory at or below a path, which may begin with a root's name or mean the same place in several roots.
    private func directories(at path: String, in searched: [StorageRoot]) async throws -> [EntryID] {
        let path = try StoragePath(parsing: path)
        var found: [EntryID] = []
        for root in searched {
            var candidates = [path]
            if let first = path.components.first,
                TextFold.fold(NameEncoding.text(of: first)) == TextFold.fold(root.name)
            {
                candidates.append(try StoragePath(components: Array(path.components.dropFirst())))
            }
            for candidate in candidates {
                let place = try? await catalog.entry(
                    rootName: root.name, path: candidate, scope: .roots([root.id]))
                guard let place, place.entry.isDirectory else { continue }
                found += try await store.directories(below: place.entry.id)
            }
        }
        return found
    }

    private func searchByAttributes(
        _ request: SearchRequest, _ query: NameQuery, _ scope: AccessScope
    ) async throws -> (entries: [CatalogEntry], total: Int) {
        let hits = try await pool.run { try index.allHits(query, limit: Self.hitsExaminedMax) }
        guard hits.total <= Self.hitsExaminedMax else {
            throw CatalogError(.invalidArgument, "Too many hits for this order; search for more words")
        }
        let least = request.minSize ?? .min
        let most = request.maxSize ?? .max
        let rows = try await store.attributes(ofAscending: hits.ids, withNames: request.sortBy == .name)
            .filter { $0.sizeBytes >= least && $0.sizeBytes <= most }
        let ids = try await sorted(rows, request, scope)
        let page = ids.dropFirst(request.page.offset).prefix(request.page.limit)
        return (try await catalog.entries(Array(page), scope: scope), ids.count)
    }

    /// All ids in the order asked for; ties by id.
    private func sorted(
        _ rows: [SearchStore.Attributes], _ request: SearchRequest, _ scope: AccessScope
    ) async throws -> [EntryID] {
        let descends = request.isDescending
        switch request.sortBy {
        case .size: return Self.sorted(rows, descends) { $0.sizeBytes }
        case .modified: return Self.sorted(rows, descends) { $0.modifiedNS }
        case .created: return Self.sorted(rows, descends) { $0.firstSeenAt }
        case .name:
            let ordered = rows.sorted { left, right in
                if left.foldedName == right.foldedName { return left.id < right.id }
                return left.foldedName.lexicographicallyPrecedes(right.foldedName) != descends
            }
            return ordered.map { $0.id }
        case .path, .fileExtension:
            let entries = try await catalog.entries(rows.map(\.id), scope: scope)
            let keys = entries.map { entry in
                let key = request.sortBy == .path ? "\(entry.rootName)/\(entry.path)" : entry.fileExtension ?? ""
                return (id: entry.id, key: TextFold.fold(key))
            }
            let ordered = keys.sorted { left, right in
                if left.key == right.key { return left.id < right.id }
                return (left.key < right.key) != descends
            }
            return ordered.map { $0.id }
        }
    }

    private static func sorted(
        _ rows: [SearchStore.Attributes], _ descends: Bool, by key: (SearchStore.Attributes) -> Int64
    ) -> [EntryID] {
        let keyed = rows.map { (id: $0.id, key: key($0)) }
        let ordered = keyed.sorted { left, right in
            if left.key == right.key { return left.id < right.id }
            return (left.key < right.key) != descends
        }
        return ordered.map { $0.id }
    }
}
