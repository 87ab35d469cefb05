import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogStorage
import Foundation

/// The rules of copies: who may copy what where, at once or as a job.
struct CopyService: Sendable {
    let places: CopyPlaces
    let recorder: FileRecorder
    /// Threads for copies alone: each is taken until its copy is done.
    let pool: BlockingPool
    /// For what takes a moment: it need not wait until a copy is done.
    private let looking: BlockingPool
    let node: String
    let database: any Database
    let jobs: JobStore
    let store: CopyStore
    /// Raised when the program ends: a copy leaves its part for the next attempt.
    let stopping = StopSignal()
    private let active = ActiveCopies()

    init(
        places: CopyPlaces, recorder: FileRecorder, pools: (copying: BlockingPool, looking: BlockingPool), node: String,
        database: any Database
    ) {
        self.places = places
        self.recorder = recorder
        (pool, looking) = pools
        self.node = node
        self.database = database
        jobs = JobStore(database: database, time: recorder.time)
        store = CopyStore(database: database, time: recorder.time)
    }

    /// Copies, and returns when the file is there and in the catalog.
    ///
    /// - Parameters:
    ///   - claim: who copies; an attempt that was cut is gone on with under the same one.
    ///   - mayBeMade: whether such an attempt may have come as far as to give the copy its name.
    ///   - onProgress: called on a thread that may block; throws to stop.
    /// - Throws: as `FileTransfer`; `CopyFailure` has the words for clients.
    func run(
        _ request: CopyRequest, claim: String, mayBeMade: Bool = false,
        onProgress: @escaping @Sendable (TransferProgress) throws -> Void = { _ in }
    ) async throws -> TransferOutcome {
        let target = try await places.open(request.target)
        let transfer = FileTransfer(
            from: try await places.open(request.source), to: target, replacing: request.replaces, claim: claim)
        let outcome = try await active.claiming(target) {
            try await run(transfer, mayBeMade: mayBeMade, onProgress)
        }
        let file = WrittenFile(
            place: request.target, name: request.targetName, source: request.sourceName, sizeBytes: outcome.sizeBytes)
        try await recorder.note(.fileCopied, file, by: request.requester.author)
        return outcome
    }

    /// Ends early when the task is cancelled or the program ends.
    private func run(
        _ transfer: FileTransfer, mayBeMade: Bool,
        _ onProgress: @escaping @Sendable (TransferProgress) throws -> Void
    ) async throws -> TransferOutcome {
        let cancelled = StopSignal()
        return try await withTaskCancellationHandler {
            try await pool.run { [stopping] in
                try transfer.run(mayBeMade: mayBeMade) { progress in
                    guard !stopping.isRaised, !cancelled.isRaised else {
                        throw CatalogError(.unavailable, "The server is shutting down")
                    }
                    try onProgress(progress)
                }
            }
        } onCancel: {
            cancelled.raise(.shutdown)
        }
    }

    /// The claim of copies that clients wait for: who asks again on the same node goes on.
    var claim: String { "node \(node)" }

    /// Removes what a copy has left that nobody will go on with.
    func discard(_ request: CopyRequest, claim: String) async throws {
        let transfer = FileTransfer(
            from: try await places.open(request.source), to: try await places.open(request.target),
            replacing: request.replaces, claim: claim)
        try await looking.run { try transfer.discardPart() }
    }

    // MARK: Jobs

    /// Queues a copy, once it is seen that it could begin.
    ///
    /// - Returns: the id of its job.
    /// - Throws: as `run`, for what shows beforehand; `.conflict` with `job_id` while one to the same place waits or runs;
    ///   `.unavailable` when too many wait.
    func queue(_ request: CopyRequest) async throws -> JobID {
        let pinned = try await pinnedRoot(of: request)
        // What only another node reaches shows there, when the job runs.
        if pinned == nil { try await check(request) }
        let key = "copy:" + Data(OpaqueToken.hash(of: request.target.key)).base64EncodedString()
        let (jobs, store) = (jobs, store)
        return try await database.write { connection in
            if let live = try jobs.live(uniqueKey: key, on: connection) {
                let status = live.status == .pending ? "queued" : live.status.rawValue
                throw CatalogError(
                    .conflict, "A copy to this destination is already \(status)",
                    details: ["job_id": .integer(live.id), "status": .text(status)])
            }
            guard try jobs.pendingCount(kind: CopyJob.jobKind, on: connection) < Limits.copyQueue else {
                throw CatalogError(.unavailable, "Copy queue is full")
            }
            // One that needs a directory of a node is for that node, also when another one has the root to itself.
            let rootID = request.node == nil ? pinned ?? request.rootID : nil
            // It goes back to the queue while others copy, so its number of attempts says nothing.
            let job = NewJob(
                kind: CopyJob.jobKind, payload: try request.json, uniqueKey: key, rootID: rootID,
                attemptsMax: Int(Int32.max))
            let id = try jobs.push(job, on: connection)
            try store.insert(request, id: id, jobs: jobs, on: connection)
            return id
        }
    }

    /// The root that only some nodes reach, if the copy can be made by them.
    private func pinnedRoot(of request: CopyRequest) async throws -> RootID? {
        guard request.node == nil else { return nil }
        for root in [request.source.rootID, request.target.rootID].compactMap(\.self) {
            if try await jobs.isPinned(root) { return root }
        }
        return nil
    }

    private func check(_ request: CopyRequest) async throws {
        do {
            let (source, target) = (try await places.open(request.source), try await places.open(request.target))
            let replaces = request.replaces
            try await looking.run { try FileTransfer.check(from: source, to: target, replacing: replaces) }
        } catch {
            throw CopyFailure.shown(error)
        }
    }

    /// A copy that the caller asked for; administrators see everybody's.
    ///
    /// - Throws: `CatalogError.notFound`.
    func find(_ id: JobID, for caller: Caller) async throws -> CopyState {
        guard let state = try await store.find(id),
            state.requestedBy == caller.userID || caller.can("system.admin")
        else { throw CatalogError(.notFound, "Copy not found") }
        return state
    }

    /// Stops a copy that waits or runs.
    ///
    /// - Throws: `CatalogError.notFound`; `.conflict` when it is over.
    func cancel(_ id: JobID, for caller: Caller) async throws {
        let state = try await find(id, for: caller)
        guard try await jobs.cancel(state.id) else {
            throw CatalogError(.conflict, "Copy is not running", details: ["status": .text(state.status)])
        }
    }
}
