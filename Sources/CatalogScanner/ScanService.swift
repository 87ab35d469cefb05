package import CatalogCore
package import CatalogDatabase
import CatalogJobs

/// The rules of scans: who may wait, what can be stopped, and what becomes of parked removals. Server and command line use
/// it alike.
package struct ScanService: Sendable {
    static let scanKind = "scan"
    static let removalKind = "scan.removals"

    private let database: any Database
    private let jobs: JobStore
    private let store: ScanStore
    private let stopPatience: Duration
    /// What is known of the content of files, and goes with their root.
    package let hashes: HashService

    /// The rules over one database; every process may have its own.
    ///
    /// - Parameter stopPatience: how long `stopAll` waits.
    package init(
        database: any Database, time: TimeSource = .system, stopPatience: Duration = .seconds(Limits.scanStopSeconds)
    ) {
        self.database = database
        self.stopPatience = stopPatience
        jobs = JobStore(database: database, time: time)
        hashes = HashService(database: database, time: time)
        store = ScanStore(database: database, time: time)
    }

    /// Queues a scan. The first one of a whole root is a full one, whatever was asked for.
    ///
    /// - Returns: its id.
    /// - Throws: `CatalogError.conflict` with `job_id` and `status` while one is queued or running for the root,
    ///   `.unavailable` when too many wait, `.notFound` or `.conflict` for a path that is no directory of the catalog.
    package func request(_ request: ScanRequest) async throws -> JobID {
        try await pastAutomaticScans { try await tryRequest(request) }
    }

    /// Runs `body` again while a scan that nobody has asked for is in its way: as a rule it is over soon.
    private func pastAutomaticScans<Value>(_ body: () async throws -> Value) async throws -> Value {
        let deadline = ContinuousClock.now + Self.automaticPatience
        while true {
            do { return try await body() } catch let busy as BusyByItself {
                guard ContinuousClock.now < deadline else { throw Self.alreadyLive(busy.job) }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// A scan that nobody has asked for is in the way of one that somebody asks for.
    private struct BusyByItself: Error {
        let job: Job
    }

    private static let automaticPatience = Duration.seconds(5)

    private func requireIdle(_ key: String, isAutomatic: Bool = false, _ connection: any SQLConnection) throws {
        guard let live = try jobs.live(uniqueKey: key, on: connection) else { return }
        let isByItself = live.kind == Self.scanKind && (try? ScanRequest(json: live.payload))?.isAutomatic == true
        throw isByItself && !isAutomatic ? BusyByItself(job: live) : Self.alreadyLive(live)
    }

    private func tryRequest(_ request: ScanRequest) async throws -> JobID {
        let key = Self.key(of: request.rootID)
        return try await database.write { connection in
            try requireIdle(key, isAutomatic: request.isAutomatic, connection)
            guard try jobs.pendingCount(kind: Self.scanKind, on: connection) < Limits.scanQueue else {
                throw CatalogError(.unavailable, "Scan queue is full")
            }
            var request = request
            if try request.directories != nil {
                guard try store.hasCompleted(request.rootID, on: connection) else { throw Self.notScanned }
            } else if !request.isWhole {
                let entries = EntryStore(rootID: request.rootID, time: store.time)
                _ = try entries.directory(at: request.path, on: connection)
            } else if try !store.hasCompleted(request.rootID, on: connection) {
                request.look(as: .full)
            }
            let id = try jobs.push(
                NewJob(
                    kind: Self.scanKind, payload: try request.json, uniqueKey: key, rootID: request.rootID),
                on: connection)
            try store.insert(request, id: id, on: connection)
            return id
        }
    }

    /// Whether a root is scanned by a worker that has it to itself.
    package func isPinned(_ root: RootID) async throws -> Bool { try await jobs.isPinned(root) }

    /// - Throws: `CatalogError.notFound`, also for a scan of a root that the caller may not see.
    package func find(_ id: JobID, scope: AccessScope) async throws -> Scan {
        guard let scan = try await store.find(id, scope: scope) else { throw Self.notFound }
        return scan
    }

    /// Scans, the newest first.
    package func list(rootID: RootID? = nil, page: Page, scope: AccessScope) async throws -> [Scan] {
        try await store.list(rootID: rootID, page: page, scope: scope)
    }

    /// What a scan could not read.
    package func errors(
        of id: JobID, page: Page, scope: AccessScope
    ) async throws -> (errors: [ScanErrorEntry], total: Int) {
        let scan = try await find(id, scope: scope)
        return try await store.errors(of: scan.id, page: page, scope: scope)
    }

    /// Stops a queued or running scan; what it wrote stays.
    ///
    /// - Throws: `CatalogError.notFound`; `.conflict` when it is over.
    package func cancel(_ id: JobID, scope: AccessScope) async throws {
        let scan = try await find(id, scope: scope)
        guard try await jobs.cancel(scan.id) else {
            throw CatalogError(.conflict, "Scan is not running", details: ["status": .text(scan.status)])
        }
    }

    /// Applies parked removals, as a job.
    ///
    /// - Returns: the id of that job; clients follow the scan instead, which tells how it ended.
    /// - Throws: `CatalogError.conflict` when nothing waits, or while the root is being scanned.
    @discardableResult
    package func confirm(_ id: JobID, scope: AccessScope) async throws -> JobID {
        let scan = try await parked(id, scope: scope)
        let payload = try RemovalRequest(scanID: scan.id, rootID: scan.rootID).json
        let key = Self.key(of: scan.rootID)
        return try await pastAutomaticScans {
            try await database.write { connection in
                try requireIdle(key, connection)
                return try jobs.push(
                    NewJob(kind: Self.removalKind, payload: payload, uniqueKey: key, rootID: scan.rootID),
                    on: connection)
            }
        }
    }

    /// Keeps the entries that a scan wanted to remove.
    ///
    /// - Throws: `CatalogError.conflict` when nothing waits, or when somebody has confirmed them and they are being applied.
    package func discard(_ id: JobID, scope: AccessScope) async throws {
        let scan = try await parked(id, scope: scope)
        let key = Self.key(of: scan.rootID)
        let isSettled = try await pastAutomaticScans {
            try await database.write { connection in
                try requireIdle(key, connection)
                return try store.discardRemovals(of: scan.id, on: connection)
            }
        }
        guard isSettled else { throw Self.nothingParked(scan) }
    }

    /// Stops what runs or waits for a root, be it a scan, the removals that somebody confirmed, or hashing, and waits for its end.
    ///
    /// - Throws: `CatalogError.unavailable` when it does not end in time, as when a storage hangs; it then ends later.
    package func stopAll(of rootID: RootID) async throws {
        for key in [Self.key(of: rootID), HashService.key(of: rootID)] { try await stop(key) }
    }

    private func stop(_ key: String) async throws {
        let deadline = ContinuousClock.now + stopPatience
        var looks = 0
        while let live = try await database.read({ try jobs.live(uniqueKey: key, on: $0) }) {
            if live.status == .pending || !live.cancelRequested { _ = try await jobs.cancel(live.id) }
            // Nobody will stop the scan of a process that died.
            if looks % 20 == 0 { try await jobs.recoverAbandoned() }
            looks += 1
            guard ContinuousClock.now < deadline else {
                throw CatalogError(.unavailable, "The scan of this storage root does not stop; try again later")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Removes every row about scans of a root that is being removed itself.
    package func forgetAll(of rootID: RootID) async throws {
        try await store.forgetAll(of: rootID)
    }

    private func parked(_ id: JobID, scope: AccessScope) async throws -> Scan {
        let scan = try await find(id, scope: scope)
        guard scan.removalState == .needsConfirmation else { throw Self.nothingParked(scan) }
        return scan
    }

    /// The key of all jobs that change the entries of a root: no two of them run at the same time.
    static func key(of rootID: RootID) -> String { "scan:\(rootID)" }

    private static let notFound = CatalogError(.notFound, "Scan not found")
    private static let notScanned = CatalogError(.conflict, "The storage root was never scanned to the end")

    private static func nothingParked(_ scan: Scan) -> CatalogError {
        CatalogError(.conflict, "Scan has no removals to decide about", details: ["status": .text(scan.status)])
    }

    private static func alreadyLive(_ job: Job) -> CatalogError {
        let status = job.status == .pending ? "queued" : job.status.rawValue
        // Confirmed removals are part of their scan, and that is what clients know.
        let removal = job.kind == removalKind ? try? RemovalRequest(json: job.payload) : nil
        return CatalogError(
            .conflict, "A scan of this storage root is already \(status)",
            details: ["job_id": .integer(removal?.scanID ?? job.id), "status": .text(status)])
    }
}
