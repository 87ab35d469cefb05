package import CatalogCore
package import CatalogDatabase
package import CatalogJobs
package import CatalogStorage

/// Runs scans: list phase and change phase side by side, then removals, then the recursive figures.
package struct ScanJob: JobHandler {
    package let kind = ScanService.scanKind
    private let database: any Database
    private let roots: any ScanRootProvider
    private let store: ScanStore
    private let pool: BlockingPool
    private let time: TimeSource
    private let onProgress: @Sendable (ScanProgress) -> Void
    private let onWritten: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - database: the catalog.
    ///   - roots: the storage roots.
    ///   - pool: threads of scans; each scan holds two of them.
    ///   - onProgress: told after each transaction, and once at the end.
    ///   - onWritten: awaited before the scan counts as completed: what follows the catalog (the search index) catches up.
    package init(
        database: any Database, roots: any ScanRootProvider, pool: BlockingPool, time: TimeSource = .system,
        onProgress: @escaping @Sendable (ScanProgress) -> Void,
        onWritten: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.database = database
        self.roots = roots
        self.store = ScanStore(database: database, time: time)
        self.pool = pool
        self.time = time
        self.onProgress = onProgress
        self.onWritten = onWritten
    }

    package func run(_ context: JobContext) async throws {
        let request = try ScanRequest(json: context.job.payload)
        let root = try await roots.scanRoot(request.rootID)
        let scan = ScanContext(
            id: context.job.id, rootID: root.id, database: database, time: time, stop: context.stop)
        // What is open belongs to the disk that was there before; a scan sees one disk from its start to its end.
        root.backend.close()
        defer { root.backend.close() }
        do {
            let probe = try await pool.run { try root.backend.probe() }
            try await roots.noteReachability(of: root.id, error: nil)
            let isSame = root.identity == nil || root.identity == probe.identity
            let outcome = try await pass(request, root, scan, identityChanged: !isSame)
            let keepsIdentity = !isSame && outcome == .parked
            try await roots.noteScanned(root.id, identity: keepsIdentity ? nil : probe.identity)
            try await onWritten()
        } catch let error as CatalogError
            where [.storageUnavailable, .notFound, .permissionDenied].contains(error.code)
        {
            try await roots.noteReachability(of: root.id, error: error)
            throw error
        }
    }

    /// One walk through the root and what follows from it; a second one when a removal made room for entries.
    private func pass(
        _ request: ScanRequest, _ root: ScanRoot, _ scan: ScanContext, identityChanged: Bool
    ) async throws -> RemovalOutcome {
        var progress = ProgressReport(root: root, scan: scan, store: store, publish: onProgress)
        try await pool.run { try store.discardOlderRemovals(of: scan) }
        progress.entriesBefore = try await pool.run { try store.entryCount(of: root.id) }
        if let earlier = try await store.find(scan.id, scope: .everything) { progress.resume(earlier.counts) }
        var type = request.type
        while true {
            let walk = try await walk(root, scan, type: type, maxDepth: request.maxDepth ?? root.maxDepth, progress)
            progress.add(walk.counts)
            // A first scan that goes on after an interruption has nothing to compare with but what it found itself. Any
            // other one must not: many new entries would make the loss of all old ones look small.
            let entriesBefore = progress.entriesBefore > 0 ? progress.entriesBefore : walk.counts.entriesFound
            let outcome = try await pool.run {
                try settleRemovals(request, scan, entriesBefore: entriesBefore, identityChanged: identityChanged)
            }
            if case .applied(let count) = outcome { progress.counts.removed += count }
            if walk.hasDeferredEntries, case .applied = outcome {
                // The removed directory left its name to a file: the next walk, which compares digests, writes it.
                type = .incremental
                progress.startAgain()
                try await pool.run { try store.dropFrontier(of: scan.id) }
                continue
            }
            let final = progress
            try await pool.run {
                try RollUpPhase(scan: scan).run()
                try store.dropFrontier(of: scan.id)
                try store.purgeTombstones(of: root.id)
                try final.report(path: "", status: outcome == .parked ? "needs_confirmation" : "completed")
            }
            return outcome
        }
    }

    private func walk(
        _ root: ScanRoot, _ scan: ScanContext, type: ScanType, maxDepth: Int?, _ progress: ProgressReport
    ) async throws -> (counts: ScanCounts, hasDeferredEntries: Bool) {
        let tree = try await pool.run { try store.knownTree(of: scan) }
        let channel = BoundedChannel<WalkBatch>(capacity: 8)
        let rules = WalkRules(type: type, patterns: root.patterns, maxDepth: maxDepth)
        async let walked: Void = pool.run {
            var walker = TreeWalker(backend: root.backend, rules: rules, tree: tree, channel: channel, stop: scan.stop)
            try walker.run()
        }
        async let written = pool.run {
            let writer = ChangeWriter(scan: scan)
            try writer.run(channel) { counts, path in
                var current = progress
                current.add(counts)
                try current.report(path: path, status: "running")
            }
            return (writer.counts, writer.hasDeferredEntries)
        }
        let result = try await written
        // Only a walk that came to its end says anything about what is missing.
        try await walked
        return result
    }

    /// Applies or parks what the walk did not find. Blocks.
    private func settleRemovals(
        _ request: ScanRequest, _ scan: ScanContext, entriesBefore: Int, identityChanged: Bool
    ) throws -> RemovalOutcome {
        let phase = RemovalPhase(scan: scan)
        let count = try phase.countCandidates()
        let reason = phase.reasonToPark(removing: count, of: entriesBefore, identityChanged: identityChanged)
        if let reason, !request.confirmsRemovals {
            try store.park(scan.id, count: count, reason: reason)
            return .parked
        }
        return .applied(try phase.apply())
    }
}

/// What became of the removals of one walk.
enum RemovalOutcome: Sendable, Equatable {
    case applied(Int)
    case parked
}
