package import CatalogCore
package import CatalogDatabase
package import CatalogJobs
package import CatalogStorage
package import Logging

/// Reads the files of a root that may be duplicates: both ends first, and all of it only where these are equal.
package struct HashJob: JobHandler {
    package let kind = HashService.kind
    private let hashes: HashService
    private let roots: any ScanRootProvider
    private let pool: BlockingPool
    private let time: TimeSource
    private let logger: Logger
    private let slots = JobSlots(Limits.hashJobsAtOnce)

    /// - Parameters:
    ///   - database: the catalog.
    ///   - roots: the storage roots.
    ///   - pool: threads for calls to storages.
    ///   - logger: where files that cannot be read are written.
    package init(
        database: any Database, roots: any ScanRootProvider, pool: BlockingPool, time: TimeSource = .system,
        logger: Logger
    ) {
        hashes = HashService(database: database, time: time)
        (self.roots, self.pool, self.time, self.logger) = (roots, pool, time, logger)
    }

    package func run(_ context: JobContext) async throws {
        var request = try HashRequest(json: context.job.payload)
        // Back to the queue: scans keep their places.
        guard slots.take() else {
            throw CatalogError.retryLater("Enough hash jobs are running", seconds: Limits.hashSlotSeconds)
        }
        defer { slots.give() }
        while true {
            let start = time.now
            try await hashes.store.start(context.job.id, of: request.rootID, at: start)
            guard try await hashes.isWanted(request.rootID) else { return }
            // Two passes over all entries are spared where nothing has changed since one that found nothing.
            let state = try await hashes.store.state()
            guard try await hashes.store.settledState(of: request.rootID) != state else { return }
            let allowance = HashAllowance(root: request.rootID, store: hashes.store)
            let pass = try await pass(over: request.rootID, allowance, context)
            // One that only waits has told nobody anything new.
            if request.spread > 0, allowance.pause == nil || pass.hasRead {
                for other in try await hashes.store.waitingElsewhere(than: request.rootID, pass.sizes).sorted() {
                    try await hashes.request(other, spread: request.spread - 1)
                }
            }
            // Where nothing is left to read nobody has to wait.
            if let pause = allowance.pause, !pass.foundNothing {
                // Somebody may have given it other limits meanwhile.
                guard try await hashes.store.limits(of: request.rootID) == allowance.limits else { continue }
                try await hashes.store.pause(context.job.id, pause, pending: pass.pendingBytes)
                throw CatalogError.retryLater(
                    "Files of this root may not be read now",
                    seconds: max(1, (pause.until - time.now + 999_999) / 1_000_000))
            }
            if pass.foundNothing { try await hashes.store.settle(context.job.id, in: state) }
            guard let newest = try await hashes.currentRequest(of: context.job.id), newest.requestedAt > start else {
                return
            }
            request = newest
        }
    }

    /// Looks at all files of a root, and reads what may be read. The storage is left alone where that is nothing.
    private func pass(
        over id: RootID, _ allowance: HashAllowance, _ context: JobContext
    ) async throws -> HashPass {
        try await pool.run { try allowance.look() }
        let root = try await allowance.pause == nil ? reachedRoot(id) : roots.scanRoot(id)
        var pass = HashPass(
            root: root, allowance: allowance, store: hashes.store, pool: pool, context: context, logger: logger)
        do {
            try await pass.run()
        } catch {
            try await pool.run { try allowance.settle() }
            if let error = error as? CatalogError, error.code == .storageUnavailable {
                try await roots.noteReachability(of: root.id, error: error)
            }
            throw error
        }
        try await pool.run { try allowance.settle() }
        return pass
    }

    /// The root, if the disk that was scanned is there.
    private func reachedRoot(_ id: RootID) async throws -> ScanRoot {
        let root = try await roots.scanRoot(id)
        do {
            let probe = try await pool.run { try root.backend.probe() }
            guard !root.isReplaced(probe) else {
                throw CatalogError(.conflict, "The storage root is not the one that was scanned; scan it again")
            }
        } catch let error as CatalogError where error.code == .storageUnavailable {
            try await roots.noteReachability(of: id, error: error)
            throw error
        }
        return root
    }

    package func ended(_ job: Job, as status: Job.Status, error: CatalogError?) async throws {
        let request = try HashRequest(json: job.payload)
        try await hashes.forgetOldRuns(of: request.rootID)
        // Somebody may have asked in the moment between the last look and the end.
        guard status == .completed, let newest = try await hashes.currentRequest(of: job.id),
            let looked = try await hashes.store.lookedAt(job.id), newest.requestedAt > looked
        else { return }
        try await hashes.request(newest.rootID, spread: newest.spread)
    }
}
