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

    /// The handler for one process; removals run on threads of `pool`.
    package init(
        database: any Database, roots: any ScanRootProvider, pool: BlockingPool, time: TimeSource = .system
    ) {
        self.database = database
        self.roots = roots
        self.store = ScanStore(database: database, time: time)
        self.pool = pool
        self.time = time
    }

    package func run(_ context: JobContext) async throws {
        let request = try RemovalRequest(json: context.job.payload)
        let scan = ScanContext(
            id: request.scanID, rootID: request.rootID, database: database, time: time, stop: context.stop)
        try await pool.run {
            let removed = try RemovalPhase(scan: scan).apply()
            try RollUpPhase(scan: scan).run()
            try store.settleRemovals(of: scan.id, as: .confirmed, removed: removed)
        }
        // The disk that was confirmed is the root's disk from now on.
        let root = try await roots.scanRoot(request.rootID)
        if let probe = try? await pool.run({ try root.backend.probe() }) {
            try await roots.noteScanned(request.rootID, identity: probe.identity)
        }
    }
}
