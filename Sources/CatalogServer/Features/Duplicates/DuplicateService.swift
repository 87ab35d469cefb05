package import CatalogCore
import CatalogDatabase

/// Which files are equal, and what of that somebody may see.
package struct DuplicateService: Sendable {
    /// What an answer is about.
    private struct View: Sendable {
        /// Where counters know it: a root, or all of them; nil where it has to be summed up.
        let counted: RootID?
        /// The root that was asked for.
        let root: StorageRoot?
        /// The roots that are part of it.
        let roots: [RootID]
    }

    let roots: StorageRootService
    private let database: any Database
    private let reads: ForegroundReads
    private let cache = DuplicateSumsCache()
    private typealias DirectoryCounts = ScopedAnswers<String, [EntryID: Int64]>
    private let directories = DirectoryCounts(atMost: Limits.directoryDuplicatesKept)

    /// - Parameter reads: where these questions count as reads.
    init(database: any Database, roots: StorageRootService, reads: ForegroundReads) {
        (self.database, self.roots, self.reads) = (database, roots, reads)
    }

    /// What groups sum up to.
    ///
    /// - Parameter rootText: only files of this root; nil for all.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func figures(
        of rootText: String?, scope: AccessScope
    ) async throws -> (figures: DuplicateFigures, root: StorageRoot?) {
        let view = try await view(of: rootText, scope)
        let figures = try await reads.run {
            try await database.read { [self] connection in
                if let place = view.counted { return try DuplicateStore(connection: connection).figures(of: place) }
                return try sums(of: view, scope, connection).figures
            }
        }
        return (figures, view.root)
    }

    /// Groups with their files, a hundred names of each at most, and how many groups there are.
    ///
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func search(
        _ question: DuplicateQuestion, scope: AccessScope
    ) async throws -> (groups: [FoundDuplicates], total: Int64) {
        try await groups(question, namesMax: Limits.duplicateNamesShown, scope)
    }

    /// The first groups, each with one file.
    ///
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func largest(_ question: DuplicateQuestion, scope: AccessScope) async throws -> [FoundDuplicates] {
        try await groups(question, namesMax: 1, scope).groups
    }

    private func groups(
        _ question: DuplicateQuestion, namesMax: Int, _ scope: AccessScope
    ) async throws -> (groups: [FoundDuplicates], total: Int64) {
        let view = try await view(of: question.rootText, scope)
        return try await reads.run {
            try await database.read { [self] connection in
                let store = DuplicateStore(connection: connection)
                let found =
                    try view.counted.map { try store.groups(of: $0, question) }
                    ?? store.groups(of: sums(of: view, scope, connection), question)
                var namesLeft = Limits.duplicateNamesOfAnswer
                let groups = try found.groups.map { group in
                    let limit = min(namesMax, max(DuplicateQuestion.filesMin, namesLeft))
                    let files = try store.files(of: group, in: view.roots, limit: limit, scope: scope)
                    namesLeft -= files.count
                    let quickHash = try files.first.flatMap { try store.quickHash(of: $0.id) }
                    return FoundDuplicates(group: group, files: files, quickHash: quickHash)
                }
                return (groups, found.total)
            }
        }
    }

    /// How many files below each directory of a root have the content of another one, as far as the caller may see both; directories without
    /// any are left out.
    func countsByDirectory(of root: RootID, scope: AccessScope) async throws -> [EntryID: Int64] {
        let view = scope == .everything ? nil : try await view(of: nil, scope)
        return try await database.read { [self] connection in
            // A root that is switched off counts for nobody who sees parts of what there is.
            let state = try RedundancyStore(connection: connection, scope: scope).state()
            let key = DirectoryCounts.Key(scope: scope, roots: [root], state: state)
            if let kept = directories[key] { return kept }
            let shares = try view.map { try sums(of: $0, scope, connection).shares }
            let counts = try DirectoryDuplicatesStore(connection: connection).counts(of: root) { group in
                shares.map { ($0[group]?.files ?? 0) >= Int64(DuplicateQuestion.filesMin) } ?? true
            }
            directories.keep(counts, for: key)
            return counts
        }
    }

    /// Entries without the groups of which the caller may see one file only.
    func shown(_ entries: [CatalogEntry], scope: AccessScope) async throws -> [CatalogEntry] {
        let groups = Set(entries.compactMap(\.duplicateGroupID))
        guard case .parts(let parts) = scope, !groups.isEmpty else { return entries }
        let view = scope.dependsOnPaths ? try await view(of: nil, scope) : nil
        let seen = try await database.read { [self] connection in
            if let view {
                let shares = try sums(of: view, scope, connection).shares
                return groups.filter { (shares[$0]?.files ?? 0) >= 2 }
            }
            let store = DuplicateStore(connection: connection)
            return try groups.filter { try store.files(of: $0, in: Set(parts.keys)) >= 2 }
        }
        return entries.map { entry in
            entry.duplicateGroupID.map(seen.contains) == false ? entry.hidingDuplicates() : entry
        }
    }

    /// The same for one.
    func shown(_ entry: CatalogEntry, scope: AccessScope) async throws -> CatalogEntry {
        try await shown([entry], scope: scope).first ?? entry
    }

    /// The quick hash of a file; nil for one that nobody had to read.
    func quickHash(of entry: EntryID) async throws -> [UInt8]? {
        try await database.read { try DuplicateStore(connection: $0).quickHash(of: entry) }
    }

    private func sums(
        of view: View, _ scope: AccessScope, _ connection: any SQLConnection
    ) throws -> DuplicateSums {
        let generation = try DuplicateStore(connection: connection).generation()
        let key = DuplicateSumsCache.Key(scope: scope, roots: view.roots, generation: generation)
        if let kept = cache[key] { return kept }
        let sums = try DuplicateSumsStore(connection: connection, scope: scope).sums(of: view.roots)
        cache.keep(sums, for: key)
        return sums
    }

    private func view(of rootText: String?, _ scope: AccessScope) async throws -> View {
        if let rootText {
            let root = try await roots.find(rootText, scope: scope)
            let isCounted = scope.allowsWhole(root.id)
            // Of a disabled root nothing below it is shown.
            let isShown = isCounted || root.enabled
            return View(counted: isCounted ? root.id : nil, root: root, roots: isShown ? [root.id] : [])
        }
        let all = try await roots.list(scope: scope, includingDisabled: true)
        let shown = all.filter { $0.enabled || scope.allowsWhole($0.id) }.map(\.id)
        return View(counted: scope == .everything ? DuplicateStore.everyRoot : nil, root: nil, roots: shown)
    }
}
