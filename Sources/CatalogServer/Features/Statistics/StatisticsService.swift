package import CatalogCore
import CatalogDatabase
package import CatalogScanner
import CatalogStorage

/// What statistics say, and to whom.
package struct StatisticsService: Sendable {
    let database: any Database
    let roots: StorageRootService
    let duplicates: DuplicateService
    let scans: ScanStore
    let accessLog: FileAccessLog
    let reads: ForegroundReads
    let time: TimeSource
    let partialTallies = PartialTallyCache()

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

    /// The largest directories of a root, as its last scan summed them up.
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
                let place = try CatalogStore.place(ofRoot: root.id, scope, connection)
                var largest = LargestDirectoriesStore(limit, on: connection)
                guard let top = place.rootEntryID else { return [DirectorySize]() }
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
            return (root, directories)
        }
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
