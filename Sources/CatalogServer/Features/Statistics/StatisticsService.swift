package import CatalogCore
import CatalogDatabase
package import CatalogScanner
import CatalogStorage
import Synchronization

/// What statistics say, and to whom.
package struct StatisticsService: Sendable {
    let database: any Database
    let roots: StorageRootService
    let duplicates: DuplicateService
    let scans: ScanStore
    let accessLog: FileAccessLog
    let reads: ForegroundReads
    let time: TimeSource
    typealias PartialTallies = ScopedAnswers<Int64, EntryTally>
    let partialTallies = PartialTallies(atMost: Limits.partialTalliesKept)
    private let liveSums = SerialTurn()

    /// - Parameters:
    ///   - duplicates: which files are equal.
    ///   - accessLog: which files this process has read.
    ///   - reads: where these questions count as reads.
    init(
        database: any Database, duplicates: DuplicateService, accessLog: FileAccessLog, reads: ForegroundReads,
        time: TimeSource = .system
    ) {
        (self.database, self.duplicates, self.accessLog) = (database, duplicates, accessLog)
        (roots, self.reads, self.time) = (duplicates.roots, reads, time)
        scans = ScanStore(database: database)
    }

    /// The largest directories of a root. While a scan changes it they are added up anew for each answer.
    ///
    /// - Parameters:
    ///   - rootText: name, string id or number of the root.
    ///   - limit: how many at most.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func largestDirectories(
        of rootText: String, limit: Int, scope: AccessScope
    ) async throws -> (root: StorageRoot, directories: [DirectorySize]) {
        let root = try await roots.find(rootText, scope: scope)
        return try await reads.run {
            let directories = try await database.read { connection in
                let trees = DirectoryTreeStore(of: root.id, on: connection)
                guard try scans.isChanging(root.id, on: connection) else {
                    return try Self.storedDirectories(of: root, limit, scope, connection)
                }
                // One at a time: each has all directories of a root in memory.
                return try liveSums.take {
                    let tree = try trees.whole()
                    return try Self.largestDirectories(of: root, tree, limit, scope, connection)
                }
            }
            let counts = try await duplicates.countsByDirectory(of: root.id, scope: scope)
            return (root, directories.map { $0.counted(duplicates: counts[$0.id] ?? 0) })
        }
    }

    /// From the top of the tree, where that is enough.
    private static func storedDirectories(
        of root: StorageRoot, _ limit: Int, _ scope: AccessScope, _ connection: any SQLConnection
    ) throws -> [DirectorySize] {
        if scope.allowsWhole(root.id) {
            let top = try DirectoryTreeStore(of: root.id, on: connection).largest(limit + 1)
            if top.count > limit {
                let found = try largestDirectories(of: root, top, limit, scope, connection)
                if found.count == limit { return found }
            }
        }
        return try largestDirectories(of: root, nil, limit, scope, connection)
    }

    private static func largestDirectories(
        of root: StorageRoot, _ tree: DirectoryTree?, _ limit: Int, _ scope: AccessScope,
        _ connection: any SQLConnection
    ) throws -> [DirectorySize] {
        let place = try CatalogStore.place(ofRoot: root.id, scope, connection)
        guard let top = place.rootEntryID else { return [] }
        var largest = LargestDirectoriesStore(limit, tree, on: connection)
        if let places = scope.places(in: root.id) {
            for path in places where !places.contains(where: { $0 != path && $0.isAtOrAbove(path) }) {
                guard let id = try CatalogStore.entryID(of: path, in: place, connection) else { continue }
                let parent = path.parent.map { $0 == .root ? "" : "/" + $0.text } ?? ""
                try largest.add(id, in: parent)
            }
        } else {
            try largest.add(below: top, at: "")
        }
        return try largest.result()
    }

    /// Scans, the newest first, and how many there are in all.
    ///
    /// - Parameter rootText: only of this root: name, string id or number; nil for all.
    /// - Throws: `CatalogError.notFound` "Storage root not found".
    package func scanHistory(
        of rootText: String?, page: Page, scope: AccessScope
    ) async throws -> (scans: [Scan], total: Int) {
        var rootID: RootID?
        if let rootText { rootID = try await roots.find(rootText, scope: scope).id }
        let total = try await scans.count(rootID: rootID, scope: scope)
        return (try await scans.list(rootID: rootID, page: page, scope: scope), total)
    }
}

/// Lets one thread in at a time. Only for threads that may block.
private final class SerialTurn: Sendable {
    private let turn = Mutex<Void>(())

    func take<Value: Sendable>(_ body: () throws -> Value) rethrows -> Value {
        try turn.withLock { _ in try body() }
    }
}
