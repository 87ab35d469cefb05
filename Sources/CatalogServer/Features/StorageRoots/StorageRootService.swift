package import CatalogCore
package import CatalogScanner
package import CatalogStorage

/// The rules of storage roots: what may become one, how they are found, and whether they answer.
package struct StorageRootService: Sendable {
    let store: StorageRootStore
    let access: StorageAccess
    private let policy: LocalRootPolicy
    private let skipNames: [String]
    let scans: ScanService
    let onChange: @Sendable (StorageRootChange) -> Void

    var registry: StorageRegistry { access.registry }
    var pool: BlockingPool { access.pool }

    /// - Parameters:
    ///   - store: the table.
    ///   - access: the way to the storages.
    ///   - policy: which directories of this machine may become roots.
    ///   - skipNames: names that no scan looks at.
    ///   - scans: stops the scan of a root that is removed.
    ///   - onChange: told when a root can be reached again, or not any more.
    package init(
        store: StorageRootStore, access: StorageAccess, policy: LocalRootPolicy, skipNames: [String],
        scans: ScanService, onChange: @escaping @Sendable (StorageRootChange) -> Void
    ) {
        self.store = store
        self.access = access
        self.policy = policy
        self.skipNames = skipNames
        self.scans = scans
        self.onChange = onChange
    }

    /// Every root that the caller may see, by name; disabled ones only on request.
    package func list(scope: AccessScope, includingDisabled: Bool) async throws -> [StorageRoot] {
        try await store.all(scope: scope).filter { includingDisabled || $0.enabled }
    }

    /// The root that `text` means: a number, a string id or a name.
    ///
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func find(_ text: String, scope: AccessScope) async throws -> StorageRoot {
        // `+5` is a number to Swift, and a name to people.
        if text.first?.isNumber == true, let number = RootID(text) { return try await find(number, scope: scope) }
        if let root = try await store.find(slug: text, scope: scope) { return root }
        if let root = try await store.find(name: text, scope: scope) { return root }
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
    /// - Parameters:
    ///   - change: what a root with that name is to become; without it, what `draft` says of a new one.
    ///   - mustAnswer: refuse a root that cannot be reached now.
    /// - Returns: the root, and whether it is new (or came back).
    /// - Throws: `CatalogError.invalidArgument` for a place that may not become one, `.conflict` when the name belongs to
    ///   another protocol or the place overlaps another root; what `change` throws.
    package func create(
        _ draft: StorageRootDraft, orChanging change: ((StorageRoot) throws -> StorageRootDraft)? = nil,
        mustAnswer: Bool = false, by author: Author
    ) async throws -> (root: StorageRoot, isNew: Bool) {
        let changed = { (root: StorageRoot) throws -> StorageRootDraft in
            guard draft.protocolName == root.protocolName else { throw Self.isNameTaken }
            return try prepared(change?(root) ?? draft.named(like: root), over: root)
        }
        if let known = try await store.find(name: draft.name, scope: .everything) {
            let draft = try changed(known)
            if mustAnswer { try await checkAnswers(draft) }
            return (try await write(draft, over: known, by: author), false)
        }
        let draft = try prepared(draft, over: nil)
        if mustAnswer { try await checkAnswers(draft) }
        let place = try await checkPlace(of: draft)
        let outcome = try await store.create(draft, by: author) { try Self.check(place, of: draft, against: $0) }
        switch outcome {
        case .created(let id):
            registry.invalidate(id)
            _ = try await test(id, scope: .everything)
            return (try await find(id, scope: .everything), true)
        case .exists(let root):
            // Somebody else was faster with the same name.
            return (try await write(changed(root), over: root, by: author), false)
        }
    }

    /// Changes a root.
    ///
    /// - Throws: as `create`; `.conflict` when another root has the name.
    package func update(_ id: RootID, to draft: StorageRootDraft, by author: Author) async throws -> StorageRoot {
        let root = try await find(id, scope: .everything)
        if let other = try await store.find(name: draft.name, scope: .everything), other.id != id {
            throw Self.isNameTaken
        }
        return try await write(prepared(draft, over: root), over: root, by: author)
    }

    /// Hides a root and its entries, after its scan has stopped; with `purge` it forgets them, those of a hidden root too.
    ///
    /// - Throws: `CatalogError.notFound`; `.unavailable` when its scan does not stop: then the same call may be made again.
    package func delete(_ id: RootID, purge: Bool, by author: Author) async throws {
        if let root = try await store.find(id, scope: .everything) {
            try await scans.stopAll(of: root.id)
            try await store.delete(root, by: author)
            registry.invalidate(root.id)
        } else {
            guard purge, try await store.isHidden(id) else { throw Self.notFound }
        }
        // A hidden root is scanned no more, but a scan may have begun just before it was hidden.
        try await scans.stopAll(of: id)
        try await scans.hashes.leaveAll(of: id)
        if purge { try await forget(id, by: author) }
    }

    /// Goes on with purges that the end of a process interrupted.
    package func finishPurges() async throws {
        for id in try await store.abandoned() { try await forget(id, by: nil) }
        try await scans.hashes.finishLeaving()
    }

    /// The root's own row goes last: while it is there, an interrupted purge is found again.
    private func forget(_ id: RootID, by author: Author?) async throws {
        try await store.abandon(id, by: author)
        try await scans.forgetAll(of: id)
        try await scans.hashes.forgetAll(of: id)
        try await store.purge(id)
    }

    /// Identity and free space of roots, as far as they answer within a moment.
    package func spaces(of roots: [StorageRoot]) async -> [RootID: StorageProbe] {
        await withTaskGroup(of: (RootID, StorageProbe?).self) { group in
            for root in roots where root.enabled { group.addTask { (root.id, try? await probe(root, isBrief: true)) } }
            var probes: [RootID: StorageProbe] = [:]
            for await (id, probe) in group { probes[id] = probe }
            return probes
        }
    }

    /// Looks at a root.
    ///
    /// - Parameter isBrief: whether it has a moment only, as one of many; else as long as its `timeout` lets it, and a little more to
    ///   find out what is wrong.
    /// - Throws: `CatalogError.storageUnavailable`, also when another disk answers than the one whose entries there are.
    package func probe(_ root: StorageRoot, isBrief: Bool = false) async throws -> StorageProbe {
        let timeout = try StorageOptions(root.options).timeoutMilliseconds()
        let isLocal = root.protocolName == "local"
        let limit: Duration? = isBrief || isLocal ? nil : .milliseconds(timeout) + Self.explanationPatience
        let probe = try await access.probes.probe(root.id, backend(of: root), within: limit)
        guard root.identity == nil || root.identity == probe.identity else {
            throw CatalogError(
                .storageUnavailable,
                "Another file system is at \(root.path) than the one that was scanned; mount the right one, or scan it")
        }
        return probe
    }

    /// Looking a name up, and trying the port, after a connection failed.
    private static let explanationPatience = Duration.seconds(5)

    /// Another number means that a root was changed or removed, so that what is open of it must be looked up anew.
    var generation: Int { registry.generation }

    private func write(
        _ draft: StorageRootDraft, over root: StorageRoot, by author: Author
    ) async throws -> StorageRoot {
        guard draft.protocolName == root.protocolName else {
            throw Self.isNameTaken
        }
        let isMoved = draft.url != root.url
        let place = isMoved || draft.allowOverlap != root.allowOverlap ? try await checkPlace(of: draft) : nil
        _ = try patterns(of: draft)
        // A scan belongs to the place where it began.
        if isMoved { try await scans.stopAll(of: root.id) }
        try await store.update(root.id, to: draft, by: author) { others in
            if let place { try Self.check(place, of: draft, against: others) }
        }
        registry.invalidate(root.id)
        if draft.hashLimits != root.hashLimits { try await scans.hashes.limitsChanged(of: root.id) }
        return try await find(root.id, scope: .everything)
    }

    private func patterns(of draft: StorageRootDraft) throws -> NamePatterns {
        try NamePatterns(skipNames: skipNames, include: draft.includePatterns, exclude: draft.excludePatterns)
    }

    /// Where a directory really is, links followed, beside where the other roots really are.
    private struct Place: Sendable {
        let path: [UInt8]
        /// Roots of another machine are not compared with it.
        let server: StorageURL
        /// Roots whose path leads through links, or nowhere now, are compared by what is known of them.
        let others: [String: [UInt8]]
    }

    /// Whether the directory exists and may be a root.
    private func checkPlace(of draft: StorageRootDraft) async throws -> Place {
        _ = try patterns(of: draft)
        let location = try StorageURL(parsing: draft.url)
        let urls = try await store.all(scope: .everything).map(\.url)
        guard location.scheme == .file else { return Place(path: location.path, server: location, others: [:]) }
        return try await pool.run {
            var others: [String: [UInt8]] = [:]
            for url in urls { others[url] = try? policy.resolve(StorageURL(parsing: url).path) }
            return Place(path: try policy.check(location.path), server: location, others: others)
        }
    }

    /// Whether it lies apart from the other roots.
    private static func check(_ place: Place, of draft: StorageRootDraft, against others: [StorageRoot]) throws {
        guard !draft.allowOverlap else { return }
        for other in others where !other.allowOverlap {
            guard (try? StorageURL(parsing: other.url).isSameServer(as: place.server)) == true else { continue }
            guard let path = place.others[other.url] ?? (try? StorageURL(parsing: other.url).path),
                LocalRootPolicy.overlaps(place.path, path)
            else { continue }
            throw CatalogError(
                .conflict, "The directory overlaps the storage root \"\(other.name)\"; set allow_overlap to have both")
        }
    }

    static let notFound = CatalogError(.notFound, "Storage root not found")
    private static let isNameTaken = CatalogError(.conflict, "Storage root name already exists")
}

extension StorageRootService: ScanRootProvider {
    package func scanRoot(_ id: RootID) async throws -> ScanRoot {
        let root = try await find(id, scope: .everything)
        guard root.enabled else { throw CatalogError(.unavailable, "The storage root is disabled") }
        return ScanRoot(
            id: root.id, name: root.name, backend: try backend(of: root),
            patterns: try patterns(of: StorageRootDraft(root)), maxDepth: root.maxDepth,
            identity: root.identity)
    }

    package func noteIdentity(of id: RootID, _ identity: String) async throws {
        try await store.noteIdentity(of: id, identity)
    }

    package func noteScanned(_ id: RootID, identity: String?) async throws {
        try await store.noteScanned(id, identity: identity)
    }
}
