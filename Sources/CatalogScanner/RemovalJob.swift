package import CatalogCore
package import CatalogDatabase
package import CatalogJobs
package import CatalogStorage

/// Applies the removals that a scan parked, after somebody confirmed them.
package struct RemovalJob: JobHandler {
    package let kind = ScanService.removalKind
    private let database: any Database
    private let roots: any ScanRootProvider
    private let store: ScanStore
    private let pool: BlockingPool
    private let time: TimeSource
    private let onEnd: @Sendable (ScanProgress) -> Void

    /// The handler for one process.
    ///
    /// - Parameters:
    ///   - pool: threads for removals.
    ///   - onEnd: told how the scan stands once they are through, or have failed.
    package init(
        database: any Database, roots: any ScanRootProvider, pool: BlockingPool, time: TimeSource = .system,
        onEnd: @escaping @Sendable (ScanProgress) -> Void = { _ in }
    ) {
        self.database = database
        self.roots = roots
        self.store = ScanStore(database: database, time: time)
        self.pool = pool
        self.time = time
        self.onEnd = onEnd
    }

    package func run(_ context: JobContext) async throws {
        let request = try RemovalRequest(json: context.job.payload)
        let scan = ScanContext(
            id: request.scanID, rootID: request.rootID, database: database, time: time, stop: context.stop,
            lease: context.lease)
        let root = try await roots.scanRoot(request.rootID)
        // Somebody confirmed what one disk does not have. Of another one, the right one again perhaps, that says nothing.
        let probe = try await pool.run { try root.backend.probe() }
        guard try await pool.run({ try store.identity(of: scan.id) }) == probe.identity else {
            throw CatalogError(.conflict, "The storage root is not the one that was scanned; scan it again")
        }
        try await pool.run {
            // Other scans may have found meanwhile what moved.
            _ = try MovePhase(scan: scan, backend: root.backend).run()
            _ = try RemovalPhase(scan: scan).apply()
            try RollUpPhase(scan: scan).run()
            try store.settleRemovals(of: scan.id, as: .confirmed)
        }
        // The disk that was confirmed is the root's disk from now on.
        try await roots.noteScanned(request.rootID, identity: probe.identity)
    }

    package func ended(_ job: Job, as status: Job.Status, error: CatalogError?) async throws {
        let request = try RemovalRequest(json: job.payload)
        let ended = try await pool.run { () throws -> Scan? in
            if let error { try store.noteFailedRemoval(of: request.scanID, message: error.message) }
            if status != .completed {
                // What was removed until then is in no recursive figure yet.
                let scan = ScanContext(
                    id: request.scanID, rootID: request.rootID, database: database, time: time, stop: StopSignal(),
                    lease: .over)
                try RollUpPhase(scan: scan).run()
            }
            return try store.findBlocking(request.scanID)
        }
        if let ended { onEnd(ScanProgress(ended, now: time.now)) }
    }
}
