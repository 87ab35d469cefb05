package import CatalogCore
package import CatalogScanner
package import CatalogStorage

/// The rules of storage roots: what may become one, how they are found, and whether they answer.
package struct StorageRootService: Sendable {
    private let store: StorageRootStore
    private let registry: StorageRegistry
    private let providers: [StorageBackendProvider]
    private let policy: LocalRootPolicy
    private let skipNames: [String]
    private let pool: BlockingPool

    /// - Parameters:
    ///   - store: the table.
    ///   - registry: open backends.
    ///   - providers: the protocols of this program.
    ///   - policy: which directories of this machine may become roots.
    ///   - skipNames: names that no scan looks at.
    ///   - pool: threads for calls to storages.
    package init(
        store: StorageRootStore, registry: StorageRegistry, providers: [StorageBackendProvider],
        policy: LocalRootPolicy, skipNames: [String], pool: BlockingPool
    ) {
        self.store = store
        self.registry = registry
        self.providers = providers
        self.policy = policy
        self.skipNames = skipNames
        self.pool = pool
    }

    /// Every root that the caller may see, by name; disabled ones only on request.
    package func list(scope: AccessScope, includingDisabled: Bool) async throws -> [StorageRoot] {
        try await store.all(scope: scope).filter { includingDisabled || $0.enabled }
    }

    /// The root that `text` means: a string id, a name or a number.
    ///
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func find(_ text: String, scope: AccessScope) async throws -> StorageRoot {
        if let root = try await store.find(slug: text, scope: scope) { return root }
        if let root = try await store.find(name: text, scope: scope) { return root }
        if let number = RootID(text), let root = try await store.find(number, scope: scope) { return root }
        throw Self.notFound
    }

    /// - Throws: `CatalogError.notFound`.
    package func find(_ id: RootID, scope: AccessScope) async throws -> StorageRoot {
        guard let root = try await store.find(id, scope: scope) else { throw Self.notFound }
        return root
    }

    /// The enabled root with exactly this name, as the first part of a catalog path gives it; nil when there is none.
    package func enabledRoot(named name: String, scope: AccessScope) async throws -> StorageRoot? {
        guard let root = try await store.find(name: name, scope: scope), root.enabled else { return nil }
        return root
    }

    /// Adds a root; one with the same name and protocol is changed instead, and one that was deleted at the same place comes
    /// back with everything in it.
    ///
    /// - Parameter mustAnswer: refuse a root that cannot be reached now.
    /// - Returns: the root, and whether it is new (or came back).
    /// - Throws: `CatalogError.invalidArgument` for a place that may not become one, `.conflict` when the name belongs to
    ///   another protocol or the place overlaps another root.
    package func create(
        _ draft: StorageRootDraft, mustAnswer: Bool = false
    ) async throws -> (root: StorageRoot, isNew: Bool) {
        if mustAnswer { try await checkAnswers(draft) }
        if let existing = try await store.find(name: draft.name, scope: .everything) {
            guard existing.protocolName == draft.protocolName else {
                throw CatalogError(.conflict, "Storage root name already exists")
            }
            var changed = draft
            changed.slug = draft.slug ?? existing.slug
            return (try await write(changed, over: existing), false)
        }
        try await checkPlace(of: draft, except: nil)
        let slug = try await freeSlug(for: draft, except: nil)
        let id: RootID
        if let deleted = try await store.findDeleted(url: draft.url) {
            id = deleted.id
            try await store.update(id, to: draft, slug: slug)
        } else {
            id = try await store.insert(draft, slug: slug)
        }
        _ = try await test(id, scope: .everything)
        return (try await find(id, scope: .everything), true)
    }

    /// Changes a root.
    ///
    /// - Throws: as `create`; `.conflict` when another root has the name.
    package func update(_ id: RootID, to draft: StorageRootDraft) async throws -> StorageRoot {
        let root = try await find(id, scope: .everything)
        if let other = try await store.find(name: draft.name, scope: .everything), other.id != id {
            throw CatalogError(.conflict, "Storage root name already exists")
        }
        return try await write(draft, over: root)
    }

    /// Hides a root and its entries; with `purge` it forgets them.
    package func delete(_ id: RootID, purge: Bool) async throws {
        let root = try await find(id, scope: .everything)
        try await store.delete(root.id)
        registry.invalidate(root.id)
        if purge { try await store.purge(root.id) }
    }

    /// Tries to reach a root and notes the result.
    ///
    /// - Returns: what was found, or why it cannot be reached.
    package func test(_ id: RootID, scope: AccessScope) async throws -> Result<StorageProbe, CatalogError> {
        let root = try await find(id, scope: scope)
        do {
            let backend = try backend(of: root)
            let probe = try await pool.run { try backend.probe() }
            try await noteReachability(of: id, error: nil)
            return .success(probe)
        } catch let error as CatalogError {
            try await noteReachability(of: id, error: error)
            return .failure(error)
        }
    }

    /// Identity and free space of roots, as far as they answer now.
    package func spaces(of roots: [StorageRoot]) async -> [RootID: StorageProbe] {
        var probes: [RootID: StorageProbe] = [:]
        for root in roots where root.enabled {
            guard let backend = try? backend(of: root) else { continue }
            probes[root.id] = try? await pool.run { try backend.probe() }
        }
        return probes
    }

    /// The backend of a root, for reading.
    package func backend(of root: StorageRoot) throws -> any StorageBackend {
        try backend(of: root.id, at: root.url)
    }

    /// The same for a root of which only number and URL are known.
    func backend(of id: RootID, at url: String) throws -> any StorageBackend {
        try registry.backend(for: id) { try providers.backend(for: StorageURL(parsing: url)) }
    }

    /// Another number means that a root was changed or removed, so that what is open of it must be looked up anew.
    var generation: Int { registry.generation }

    private func write(_ draft: StorageRootDraft, over root: StorageRoot) async throws -> StorageRoot {
        if draft.url != root.url || draft.allowOverlap != root.allowOverlap {
            try await checkPlace(of: draft, except: root.id)
        }
        _ = try NamePatterns(skipNames: skipNames, include: draft.includePatterns, exclude: draft.excludePatterns)
        try await store.update(root.id, to: draft, slug: freeSlug(for: draft, except: root.id))
        registry.invalidate(root.id)
        return try await find(root.id, scope: .everything)
    }

    private func checkAnswers(_ draft: StorageRootDraft) async throws {
        let backend = try providers.backend(for: StorageURL(parsing: draft.url))
        defer { backend.close() }
        do {
            _ = try await pool.run { try backend.probe() }
        } catch let error as CatalogError {
            throw CatalogError(.invalidArgument, error.message, cause: error.cause)
        }
    }

    /// Whether the directory exists, may be a root, and lies apart from the other ones.
    private func checkPlace(of draft: StorageRootDraft, except id: RootID?) async throws {
        _ = try NamePatterns(skipNames: skipNames, include: draft.includePatterns, exclude: draft.excludePatterns)
        let location = try StorageURL(parsing: draft.url)
        _ = try await pool.run { try policy.check(location.path) }
        guard !draft.allowOverlap else { return }
        for other in try await store.all(scope: .everything) where other.id != id && !other.allowOverlap {
            guard Self.overlap(draft.path, other.path) else { continue }
            throw CatalogError(
                .conflict, "The directory overlaps the storage root \"\(other.name)\"; set allow_overlap to have both")
        }
    }

    private static func overlap(_ first: String, _ second: String) -> Bool {
        let left = first.split(separator: "/")
        let right = second.split(separator: "/")
        return left.starts(with: right) || right.starts(with: left)
    }

    private func freeSlug(for draft: StorageRootDraft, except id: RootID?) async throws -> String {
        let wanted = draft.slug ?? StorageRootDraft.slug(of: draft.name)
        var slug = wanted
        var number = 2
        while let other = try await store.find(slug: slug, scope: .everything), other.id != id {
            if draft.slug != nil { throw CatalogError(.conflict, "Storage root id already exists") }
            slug = "\(wanted)-\(number)"
            number += 1
        }
        return slug
    }

    private static let notFound = CatalogError(.notFound, "Storage root not found")
}

extension StorageRootService: ScanRootProvider {
    package func scanRoot(_ id: RootID) async throws -> ScanRoot {
        let root = try await find(id, scope: .everything)
        guard root.enabled else { throw CatalogError(.unavailable, "The storage root is disabled") }
        let patterns = try NamePatterns(
            skipNames: skipNames, include: root.includePatterns, exclude: root.excludePatterns)
        return ScanRoot(
            id: root.id, name: root.name, backend: try backend(of: root), patterns: patterns, maxDepth: root.maxDepth,
            identity: root.identity)
    }

    package func noteReachability(of id: RootID, error: CatalogError?) async throws {
        try await store.noteReachability(of: id, status: error == nil ? .online : .offline, error: error?.message)
    }

    package func noteScanned(_ id: RootID, identity: String?) async throws {
        try await store.noteScanned(id, identity: identity)
    }
}
