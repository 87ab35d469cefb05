import CatalogCore
import CatalogDatabase

/// On how many storage roots contents are, for those who may see them.
package struct RedundancyService: Sendable {
    private let database: any Database
    private let roots: StorageRootService
    private let reads: ForegroundReads
    private typealias Answers = ScopedAnswers<String, Redundancy>
    private let cache = Answers(atMost: Limits.redundancyAnswersKept)

    /// - Parameter reads: where these questions count as reads.
    init(database: any Database, roots: StorageRootService, reads: ForegroundReads) {
        (self.database, self.roots, self.reads) = (database, roots, reads)
    }

    /// - Parameter names: only these storage roots: names, string ids or numbers; nil for all.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    func redundancy(of names: [String]?, scope: AccessScope) async throws -> Redundancy {
        let all = try await roots.list(scope: scope, includingDisabled: true)
        var chosen = all
        if let names {
            var wanted: Set<RootID> = []
            for name in names { wanted.insert(try await roots.find(name, scope: scope).id) }
            chosen = all.filter { wanted.contains($0.id) }
        }
        // Of a disabled root nothing below it is shown.
        let shown = chosen.filter { $0.enabled || scope.allowsWhole($0.id) }
        return try await reads.run { [cache, database] in
            try await database.read { connection in
                let store = RedundancyStore(connection: connection, scope: scope)
                let key = Answers.Key(scope: scope, roots: shown.map(\.id), state: try store.state())
                if let kept = cache[key] { return kept }
                let answer = try store.redundancy(of: shown)
                cache.keep(answer, for: key)
                return answer
            }
        }
    }
}
