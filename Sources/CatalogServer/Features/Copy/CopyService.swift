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
    ///   - job: that the copy is of; where it is written is noted there.
    ///   - onProgress: called on a thread that may block; throws to stop.
    /// - Throws: as `FileTransfer`; `CopyFailure` has the words for clients.
    func run(
        _ request: CopyRequest, claim: String, mayBeMade: Bool = false, job: JobID? = nil,
        onProgress: @escaping @Sendable (TransferProgress) throws -> Void = { _ in }
    ) async throws -> TransferOutcome {
        let target = try await places.open(request.target)
        let transfer = FileTransfer(
            from: try await places.open(request.source), to: target, replacing: request.replaces, claim: claim)
        let outcome = try await active.claiming(target) {
            try await run(transfer, mayBeMade: mayBeMade, onProgress) { [store] part in
                guard let job, let name = part.name, case let known = try store.partBlocking(of: job), known != name
                else { return }
                // Of another state of the source: nobody goes on with it.
                if let known { try? target.backend.remove(Self.part(known, of: target.path)) }
                try store.notePartBlocking(name, of: job)
            }
        }
        let file = WrittenFile(
            place: request.target, name: request.targetName, source: request.sourceName, sizeBytes: outcome.sizeBytes)
        try await recorder.note(.fileCopied, file, by: request.requester.author)
        return outcome
    }

    /// Ends early when the task is cancelled or the program ends.
    private func run(
        _ transfer: FileTransfer, mayBeMade: Bool,
        _ onProgress: @escaping @Sendable (TransferProgress) throws -> Void,
        onPart: @escaping @Sendable (StoragePath) throws -> Void
    ) async throws -> TransferOutcome {
        let cancelled = StopSignal()
        return try await withTaskCancellationHandler {
            try await pool.run { [stopping] in
                try transfer.run(mayBeMade: mayBeMade) { progress in
                    guard !stopping.isRaised, !cancelled.isRaised else {
                        throw CatalogError(.unavailable, "The server is shutting down")
                    }
                    try onProgress(progress)
                } onPart: {
                    try onPart($0)
                }
            }
        } onCancel: {
            cancelled.raise(.shutdown)
        }
    }

    /// The claim of copies that clients wait for: who asks again on the same node goes on.
    var claim: String { "node \(node)" }

    /// Removes what the job of a copy has left that nobody will go on with.
    ///
    /// - Throws: `CatalogError.storageUnavailable` while the storage is away: it stays noted.
    func discard(_ request: CopyRequest, of job: JobID) async throws {
        let known = try await looking.run { [store] in try store.partBlocking(of: job) }
        guard let known else { return }
        let target: TransferPlace?
        // With a root that was removed goes what it has.
        do { target = try await places.open(request.target) } catch let error as CatalogError
            where error.code == .notFound
        {
            target = nil
        }
        try await looking.run { [store] in
            if let target {
                do { try target.backend.remove(Self.part(known, of: target.path)) } catch let error as CatalogError
                    where error.code == .notFound
                {
                    // It is gone, if its directory is there: a disk that is not mounted has neither.
                    _ = try target.path.parent.map { try target.backend.stat($0) }
                }
            }
            try store.notePartBlocking(nil, of: job)
        }
    }

    private static func part(_ name: [UInt8], of target: StoragePath) throws -> StoragePath {
        guard let parent = target.parent else { throw CatalogError(.invalidArgument, "Invalid path") }
        return try parent.appending(name)
    }

    /// Removes what copies have left on storages that were away when they ended.
    func discardLeftovers() async throws {
        var after: JobID = 0
        while true {
            let found = try await store.leftovers(after: after, limit: Self.leftoversAtOnce)
            for copy in found where copy.request.node == nil || copy.request.node == node {
                do { try await discard(copy.request, of: copy.id) } catch is CatalogError {
                    // It is away still; the next look is soon.
                    try Task.checkCancellation()
                }
            }
            guard let last = found.last else { return }
            after = last.id
        }
    }

    private static let leftoversAtOnce = 50

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
