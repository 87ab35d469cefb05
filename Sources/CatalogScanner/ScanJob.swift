package import CatalogCore
package import CatalogDatabase
package import CatalogJobs
import CatalogStorage

/// Runs scans: list phase and change phase side by side, then removals, then the recursive figures.
package struct ScanJob: JobHandler {
    package let kind = ScanService.scanKind
    private let database: any Database
    private let roots: any ScanRootProvider
    private let store: ScanStore
    private let threads: ScanThreads
    private let time: TimeSource
    private let onProgress: @Sendable (ScanProgress) -> Void
    private let onWritten: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - database: the catalog.
    ///   - roots: the storage roots.
    ///   - threads: what scans run on.
    ///   - onProgress: told after each transaction, and once at the end.
    ///   - onWritten: awaited before the scan counts as completed: what follows the catalog (the search index) catches up.
    package init(
        database: any Database, roots: any ScanRootProvider, threads: ScanThreads, time: TimeSource = .system,
        onProgress: @escaping @Sendable (ScanProgress) -> Void,
        onWritten: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.database = database
        self.roots = roots
        self.store = ScanStore(database: database, time: time)
        self.threads = threads
        self.time = time
        self.onProgress = onProgress
        self.onWritten = onWritten
    }

    private var pool: BlockingPool { threads.pool }

    package func run(_ context: JobContext) async throws {
        let request = try ScanRequest(json: context.job.payload)
        // Back to the queue: what changed in a few directories does not wait for storages that take hours.
        guard !request.isWhole || threads.wholeScans.take() else {
            throw CatalogError.retryLater("Enough storage roots are being scanned", seconds: Limits.scanSlotSeconds)
        }
        defer { if request.isWhole { threads.wholeScans.give() } }
        try await run(request, context)
    }

    private func run(_ request: ScanRequest, _ context: JobContext) async throws {
        let root = try await roots.scanRoot(request.rootID)
        let scan = ScanContext(
            id: context.job.id, rootID: root.id, database: database, time: time, stop: context.stop,
            lease: context.lease, changed: ChangedDirectories(areCounted: !request.isWhole))
        // What is open belongs to the disk that was there before; a scan sees one disk from its start to its end.
        root.backend.close()
        defer { root.backend.close() }
        do {
            let probe = try await pool.run { try root.backend.probe() }
            try await roots.noteReachability(of: root.id, error: nil)
            // Noted before anything is written: were this scan cut, the next one must know whose entries there are.
            if root.identity == nil { try await roots.noteIdentity(of: root.id, probe.identity) }
            if !request.isWhole, root.isReplaced(probe) { throw Self.otherRoot }
            let outcome = try await pass(request, root, probe, scan)
            let keepsIdentity = root.isReplaced(probe) && outcome == .parked
            // Of all the rest it has seen nothing.
            if request.isWhole {
                try await roots.noteScanned(root.id, identity: keepsIdentity ? nil : probe.identity)
            }
            // Which files may be equal is a question about all of the catalog: not after each of many small changes.
            let delay = request.type == .watch ? Limits.hashDelaySeconds : 0
            try await HashService(database: database, time: time).request(root.id, delaySeconds: delay)
            try await onWritten()
        } catch let error as CatalogError
            where [.storageUnavailable, .notFound, .permissionDenied].contains(error.code)
        {
            let isOfRoot = request.isWhole || error.code == .storageUnavailable
            if isOfRoot { try await roots.noteReachability(of: root.id, error: error) }
            throw isOfRoot || error.code != .notFound ? error : Self.directoryIsGone
        }
    }

    private static let otherRoot = CatalogError(
        .conflict, "The storage root is not the one that was scanned before; scan all of it")
    private static let directoryIsGone = CatalogError(
        .notFound, "The directory is not there any more; scan the one above it to have it removed")

    package func ended(_ job: Job, as status: Job.Status, error: CatalogError?) async throws {
        let request = try ScanRequest(json: job.payload)
        let scan = ScanContext(
            id: job.id, rootID: request.rootID, database: database, time: time, stop: StopSignal(), lease: .over)
        try await pool.run {
            if let ended = try store.findBlocking(scan.id) { onProgress(ScanProgress(ended, now: time.now)) }
            // What a scan that was cut has found is in no recursive figure yet.
            if status != .completed { try RollUpPhase(scan: scan).run() }
            try store.dropFrontier(of: scan.id)
            try store.forgetOldWatchScans(of: scan.rootID)
            try store.forgetOldScans(of: scan.rootID)
            // Scans that follow changes are many; the whole root is scanned every day.
            if request.isWhole { try store.foldHistory(of: scan.rootID) }
        }
    }

    /// One walk through the root and what follows from it; a second one when a removal made room for entries.
    private func pass(
        _ request: ScanRequest, _ root: ScanRoot, _ probe: StorageProbe, _ scan: ScanContext
    ) async throws -> RemovalOutcome {
        var progress = ProgressReport(root: root, scan: scan, store: store, publish: onProgress)
        let path = try request.start
        let beginning = try await pool.run {
            try store.begin(scan, at: path, identity: probe.identity, isWhole: request.isWhole)
        }
        progress.begin(beginning)
        if beginning.counts != ScanCounts() { scan.changed.giveUp() }
        var type = request.type
        while true {
            let rules = WalkRules(
                type: type, root: probe, start: path, patterns: root.patterns,
                maxDepth: request.maxDepth.map { $0 + path.components.count } ?? root.maxDepth,
                confirmsRemovals: request.confirmsRemovals)
            let walk = try await walk(root.backend, scan, rules, request, progress)
            progress.add(walk.counts)
            if !request.isWhole {
                try await pool.run { try store.takeOverRemovals(of: scan, keepingTo: walk.directories) }
            }
            if !root.isReplaced(probe) || request.confirmsRemovals {
                progress.note(try await pool.run { try MovePhase(scan: scan, backend: root.backend).run() })
            }
            let report = progress
            let outcome = try await pool.run {
                try settleRemovals(request, scan, report, identityChanged: root.isReplaced(probe))
            }
            if case .applied(let count) = outcome { progress.counts.removed += count }
            if walk.hasDeferredEntries, case .applied = outcome {
                // What was removed left its name to something else. Only the directories where that is have no digest now.
                type = .quick
                progress.startAgain()
                try await pool.run { try store.dropFrontier(of: scan.id) }
                continue
            }
            if request.type == .verify { progress.counts.errors += try await verify(root, path, scan) }
            let final = progress
            try await pool.run {
                try RollUpPhase(scan: scan).run()
                if request.type == .full, final.counts.entriesFound > final.counts.added {
                    try CountCheckPhase(scan: scan).run()
                }
                if request.isWhole { try store.purgeTombstones(of: root.id) }
                try database.writeBlocking { try final.save(path: "", on: $0) }
            }
            return outcome
        }
    }

    /// Reads the files, now that the catalog is what the storage has.
    ///
    /// - Returns: how many could not be read, or were not what they had been.
    private func verify(_ root: ScanRoot, _ path: StoragePath, _ scan: ScanContext) async throws -> Int {
        let (requestedAt, damaged) = try await pool.run {
            (try store.findBlocking(scan.id)?.requestedAt ?? scan.time.now, try store.damageCount(of: scan.id))
        }
        var phase = VerifyPhase(
            root: root, path: path, scan: scan, pool: threads.storage, damaged: damaged, since: requestedAt)
        try await phase.run()
        return phase.unreadable + phase.damaged
    }

    private func walk(
        _ backend: any StorageBackend, _ scan: ScanContext, _ rules: WalkRules, _ request: ScanRequest,
        _ progress: ProgressReport
    ) async throws -> Walk {
        let named = try request.directories
        let (tree, directories) = try await pool.run { () -> (KnownTree, [StoragePath]?) in
            try store.dropErrors(of: scan.id)
            if let named {
                let all = try NamedDirectories(named) {
                    try store.knownTree(of: scan, keepingTo: $0)
                } look: {
                    try backend.statDirectory($0)
                }
                return (all.tree, all.paths)
            }
            let tree = try store.knownTree(of: scan, keepingTo: nil)
            let numbers = DeviceNumbers(of: tree) { try backend.statDirectory($0) }
            guard !numbers.isEmpty else { return (tree, nil) }
            try database.writeBlocking { connection in
                try numbers.write(scan.entries, on: connection)
                try scan.lease.require(on: connection)
            }
            return (try store.knownTree(of: scan, keepingTo: nil), nil)
        }
        let channel = BoundedChannel<WalkBatch>(capacity: 8)
        let start = rules.start
        let parentDevice = try await pool.run {
            try start.parent.map { try backend.statDirectory(NativePath($0)).device }
        }
        let shares = WalkShares(try PendingDirectories(startingAt: start, in: tree, parentDevice: parentDevice))
        let walker = TreeWalker(
            backend: backend, rules: rules, tree: tree, shares: shares, channel: channel, stop: scan.stop)
        async let written = write(channel, scan, progress, sideWrites: tree.sideWrites)
        await walk(walker, shares, threads: max(threads.directoriesAtOnce, backend.listingsAtOnce ?? 0))
        channel.close()
        let result = try await written
        // Only a walk that came to its end says anything about what is missing.
        if let failure = shares.failure { throw failure }
        return Walk(
            counts: result.counts, hasDeferredEntries: result.hasDeferredEntries, directories: directories)
    }

    /// Walks on as many threads as directories may be listed at once. They are the scan's own: a common pool would have to
    /// have enough for all scans that may ever run at the same time.
    private func walk(_ walker: TreeWalker, _ shares: WalkShares, threads count: Int) async {
        let walkers = BlockingPool(name: "walk", threads: count, queueLimit: 0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do {
                        try await walkers.run {
                            var walker = walker
                            walker.run()
                        }
                    } catch {
                        shares.end(error)
                    }
                }
            }
        }
        do { try await walkers.shutdown() } catch { shares.end(error) }
    }

    private func write(
        _ channel: BoundedChannel<WalkBatch>, _ scan: ScanContext, _ progress: ProgressReport, sideWrites: Int64
    ) async throws -> (counts: ScanCounts, hasDeferredEntries: Bool) {
        defer { channel.close() }
        return try await pool.run {
            let writer = ChangeWriter(
                scan: scan, progress: progress, reads: threads.reads, sideWritesBefore: sideWrites)
            try writer.run(channel)
            return (writer.counts, writer.hasDeferredEntries)
        }
    }

    /// Applies or parks what the walk did not find. Blocks.
    private func settleRemovals(
        _ request: ScanRequest, _ scan: ScanContext, _ progress: ProgressReport, identityChanged: Bool
    ) throws -> RemovalOutcome {
        let phase = RemovalPhase(scan: scan)
        // What lies below a directory that an unfinished scan has found is in no figure yet.
        if try phase.countCandidates() > 0 {
            scan.changed.giveUp()
            try RollUpPhase(scan: scan).run()
        }
        let count = try phase.countCandidates()
        // The brake is about the root, also when only a part of it was looked at.
        let entries = request.isWhole ? progress.entriesToCompareWith : try store.entryCount(below: .root, scan)
        let reason = phase.reasonToPark(removing: count, of: entries, identityChanged: identityChanged)
        if let reason, !request.confirmsRemovals {
            try store.park(scan.id, count: count, reason: reason)
            return .parked
        }
        let removed = try phase.apply { removed in
            var current = progress
            current.counts.removed += removed
            current.publish(path: "", status: "running")
        }
        return .applied(removed)
    }
}

/// What one walk has come to.
private struct Walk {
    let counts: ScanCounts
    let hasDeferredEntries: Bool
    /// The only directories that it has looked at; nil for all.
    let directories: [StoragePath]?
}

/// What became of the removals of one walk.
enum RemovalOutcome: Sendable, Equatable {
    case applied(Int)
    case parked
}
