import CatalogCore
import CatalogJobs

/// Which files of a root are read next, and where they are.
struct HashBatches: Sendable {
    /// Where the files come from.
    enum Source: Sendable {
        /// Files that were never read as they are now and whose size is one of these, in the order of their ids.
        case unread(SharedSizes)
        /// Files that turned out to be equal at their ends, in the order in which they are here.
        case these([HashCandidate])
        /// All others of which the database says so, in the order of their ids.
        case colliding(without: QuickCollisions)
    }

    let source: Source
    let root: RootID
    let store: HashStore
    let stop: StopSignal

    /// - Parameter place: 0, or `last` of the batch before.
    /// - Returns: the files behind a place, and the place of the last one that was looked at; nil when there is none.
    func next(after place: Int64) async throws -> (files: [HashWork], last: Int64?) {
        try stop.check()
        // Reading begins with a few, while more are looked for.
        let limit = place == 0 ? Limits.hashFirstBatchFiles : Limits.hashBatchFiles
        switch source {
        case .unread(let sizes): return try await unread(sizes, after: place, limit)
        case .these(let files):
            let page = Array(files.dropFirst(Int(place)).prefix(limit))
            return (try await store.work(page, in: root), page.isEmpty ? nil : place + Int64(page.count))
        case .colliding(let known):
            let page = try await store.colliding(in: root, after: place, limit: limit)
            return (try await store.work(page.filter { !known.isFound($0.id) }, in: root), page.last?.id)
        }
    }

    private func unread(
        _ sizes: SharedSizes, after place: EntryID, _ limit: Int
    ) async throws -> (files: [HashWork], last: EntryID?) {
        var (files, last): ([HashCandidate], EntryID?) = ([], nil)
        while files.count < limit {
            try stop.check()
            let page = try await store.unread(in: root, after: last ?? place, limit: limit)
            guard let end = page.last else { break }
            last = end.id
            files += page.filter { sizes.contains($0.sizeBytes) }
        }
        return (try await store.work(files, in: root), last)
    }
}
