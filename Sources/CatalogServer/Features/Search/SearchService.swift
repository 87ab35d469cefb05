package import CatalogCore
import CatalogSearch
import CatalogStorage

/// The rules of searching: which roots, which part of them, which order.
package struct SearchService: Sendable {
    private let engine: SearchEngine
    private let store: SearchStore
    private let catalog: CatalogStore
    private let roots: StorageRootService
    private let duplicates: DuplicateService
    private let pool: BlockingPool
    private let reads: ForegroundReads

    /// - Parameters:
    ///   - duplicates: which groups of equal files the caller may see.
    ///   - pool: threads for the index, which computes for some milliseconds.
    ///   - reads: where searches count as reads.
    init(
        engine: SearchEngine, store: SearchStore, catalog: CatalogStore, duplicates: DuplicateService,
        pool: BlockingPool, reads: ForegroundReads
    ) {
        self.engine = engine
        self.store = store
        self.catalog = catalog
        self.duplicates = duplicates
        roots = duplicates.roots
        self.pool = pool
        self.reads = reads
    }

    /// One page of hits, and how many there are in all.
    ///
    /// - Throws: `CatalogError.invalidArgument` "Search query is required", or "Invalid search parameters".
    package func search(
        _ request: SearchRequest, scope: AccessScope
    ) async throws -> SearchResult {
        guard request.text.contains(where: { !$0.isWhitespace }) else {
            throw CatalogError(.invalidArgument, "Search query is required")
        }
        return try await reads.run {
            guard let query = try await nameQuery(request, scope: scope) else { return SearchResult() }
            let hits = try await engine.search(query, on: pool)
            let entries = try await catalog.entries(hits.ids, scope: scope)
            return SearchResult(
                entries: try await duplicates.shown(entries, scope: scope), total: hits.total,
                next: hits.next.map { SearchCursor($0, request.sortBy, request.isDescending) })
        }
    }

    /// The question to the index, or nil when nothing can match.
    private func nameQuery(_ request: SearchRequest, scope: AccessScope) async throws -> NameQuery? {
        var searched = try await roots.list(scope: scope, includingDisabled: false)
        if let names = request.rootNames {
            // No root has a longer name, and folding one may take long.
            let wanted = Set(names.filter { $0.utf8.count <= Limits.nameBytes }.map { TextFold.fold($0) })
            searched = searched.filter { wanted.contains(TextFold.fold($0.name)) }
        }
        var query = NameQuery(request.text, in: .roots(Set(searched.map(\.id))))
        let seen = try await seenParts(of: searched, scope)
        query.restriction = seen.map { ($0.roots, Subtree(tops: $0.entries, directories: $0.directories)) }
        if let path = request.path, path.contains(where: { $0 != "/" }) {
            guard let subtree = try await subtree(at: path, in: searched) else { return nil }
            query.subtree = subtree
        }
        guard !searched.isEmpty, let sizes = request.sizes else { return nil }
        if request.minSize != nil || request.maxSize != nil { query.sizes = sizes }
        if let sizes = seen?.sizes { query.shownDirectorySizes = sizes }
        if request.needsDirectorySizes, engine.needsDirectorySizes {
            query.directorySizes = try await store.directorySizes().replacing(query.shownDirectorySizes)
        }
        query.rootNames = Dictionary(searched.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        query.field = request.sortBy.indexField
        query.fileExtension = request.fileExtension
        query.mimeTypes = request.mimeType.map { [$0.lowercased()] }
        query.isDirectory = request.isDirectory
        query.order = request.isDescending ? .descending : .ascending
        query.limit = request.page.limit
        query.offset = request.page.offset
        query.cursor = request.cursor?.position
        return query
    }

    /// What of these roots may be seen, where it is not everything.
    private struct SeenParts {
        var roots: Set<RootID> = []
        /// Places that may be seen, and the directories on the way to them.
        var entries: [EntryID] = []
        var directories: [EntryID] = []
        /// Of directories on the way: as large as what may be seen in them.
        var sizes: [EntryID: Int64] = [:]
    }

    /// Nil when all of each root may be seen.
    private func seenParts(of roots: [StorageRoot], _ scope: AccessScope) async throws -> SeenParts? {
        guard scope.dependsOnPaths else { return nil }
        var parts = SeenParts()
        for root in roots {
            guard let places = scope.places(in: root.id) else { continue }
            parts.roots.insert(root.id)
            for place in Set(places.flatMap(\.withParents)) {
                let found = try? await catalog.entry(rootName: root.name, path: place, scope: scope).entry
                guard let found else { continue }
                parts.entries.append(found.id)
                guard found.isDirectory else { continue }
                if scope.sight(of: place, in: root.id) == .whole {
                    parts.directories += try await store.directories(below: found.id)
                } else {
                    parts.sizes[found.id] = found.sizeBytes
                }
            }
        }
        return parts
    }

    /// What is at or below a path, which may begin with a root's name or mean the same place in several roots; nil when
    /// that is nothing.
    private func subtree(at path: String, in searched: [StorageRoot]) async throws -> Subtree? {
        let path = try StoragePath(parsing: path)
        var tops: [EntryID] = []
        var directories: [EntryID] = []
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
                guard let place else { continue }
                tops.append(place.entry.id)
                guard place.entry.isDirectory else { continue }
                directories += try await store.directories(below: place.entry.id)
            }
        }
        return tops.isEmpty ? nil : Subtree(tops: tops, directories: directories)
    }
}

/// A page of hits.
package struct SearchResult: Sendable {
    /// What of the page is still there.
    package var entries: [CatalogEntry] = []
    /// Hits in all.
    package var total = 0
    /// Where it ended; nil when there is nothing behind it.
    var next: SearchCursor?
}

extension StoragePath {
    /// The place and every directory above it, the root's own one not.
    fileprivate var withParents: [StoragePath] {
        Array(sequence(first: self) { $0.parent }.prefix { $0 != .root })
    }
}
