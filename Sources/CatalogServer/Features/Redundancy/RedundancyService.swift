import CatalogCore
import CatalogDatabase
import Synchronization

/// On how many storage roots contents are, for those who may see them.
package struct RedundancyService: Sendable {
    private let database: any Database
    private let roots: StorageRootService
    private let reads: ForegroundReads
    private let cache = RedundancyCache()

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
                let key = RedundancyCache.Key(scope: scope, roots: shown.map(\.id), state: try store.state())
                if let kept = cache[key] { return kept }
                let answer = try store.redundancy(of: shown)
                cache.keep(answer, for: key)
                return answer
            }
        }
    }
}

/// Answers that were given lately. One counts as long as nothing in the catalog was changed since.
final class RedundancyCache: Sendable {
    struct Key: Equatable, Sendable {
        let scope: AccessScope
        let roots: [RootID]
        let state: String
    }

    private let answers = Mutex<[(key: Key, answer: Redundancy)]>([])

    subscript(key: Key) -> Redundancy? {
        answers.withLock { kept in kept.first { $0.key == key }?.answer }
    }

    func keep(_ new: Redundancy, for key: Key) {
        answers.withLock { kept in
            kept.removeAll { $0.key.scope == key.scope && $0.key.roots == key.roots }
            if kept.count >= Limits.redundancyAnswersKept { kept.removeFirst() }
            kept.append((key, new))
        }
    }
}
