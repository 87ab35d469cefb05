package import CatalogCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Runs due jobs, a few at a time, until the program stops.
///
/// Each job is claimed in the database and held by a heartbeat. On shutdown running jobs are asked to stop and go back to
/// the queue.
package final class JobWorker: Service {
    /// A job of another process is looked for this often where nobody tells of it: the command line waits for it.
    private static let uninformedPollMilliseconds: Int64 = 50
    /// Where somebody does, and still may not: a server whose signals get lost, a log that was written a moment before it can be read.
    private static let pollMilliseconds: Int64 = 500
    /// What a commit has left is looked for after these pauses: it can be read when it is on the disk, a moment after it is told.
    private static let commitPauses: [Int64] = [2, 10, 50]
    /// Jobs whose process died are looked for this often.
    private var recoveryMilliseconds: Int64 { store.isShared ? 10_000 : 1_000 }
    /// A running job's lease is renewed, and its cancel flag read, this often.
    private static let heartbeatMilliseconds: Int64 = 500
    /// What the database was not there for is tried again after so long.
    private static let retryDelay = Duration.seconds(2)

    private let store: JobStore
    private let handlers: [String: any JobHandler]
    private let slots: Int
    private let reach: JobStore.Reach
    private let owner = ProcessIdentity.current
    private let logger: Logger
    private let prepare: @Sendable () async throws -> Void
    private let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    private let running = Mutex<[JobID: StopSignal]>([:])

    /// - Parameters:
    ///   - store: the job table.
    ///   - handlers: one for each kind of job that this process can run.
    ///   - slots: jobs at the same time.
    ///   - reach: which jobs this process takes.
    ///   - logger: where failures are written.
    ///   - prepare: goes on with what the end of a process interrupted, before the service takes its first job.
    package init(
        store: JobStore, handlers: [any JobHandler], slots: Int, reach: JobStore.Reach = .common, logger: Logger,
        prepare: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.store = store
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
        self.slots = slots
        self.reach = reach
        self.logger = logger
        self.prepare = prepare
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that a job was just written.
    package func wake() {
        wakeUp.yield()
    }

    /// Tells a job that runs in this process to stop now, ahead of its next heartbeat.
    package func cancelNow(_ id: JobID) {
        running.withLock { $0[id]?.raise(.cancelled) }
    }

    /// Sees to a job that somebody has cancelled: one that runs in this process stops now, and what one left that waited to go on is
    /// tidied up, since no process has that one. Waits for the latter.
    package func noteCancelled(_ id: JobID) async {
        cancelNow(id)
        guard running.withLock({ $0[id] == nil }), let job = try? await store.find(id), job.status == .cancelled,
            job.startedAt != nil
        else { return }
        await tidyUp(after: job, as: .cancelled, error: nil)
    }

    /// The service: ends after a graceful shutdown, when every running job has stopped.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            do { try await prepare() } catch {
                logger.warning("what was interrupted could not be finished", metadata: ["error": "\(error)"])
            }
            await withDiscardingTaskGroup { group in
                let commits = store.commits()
                let (left, leave) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .bufferingNewest(1_000))
                if let commits { group.addTask { await self.hear(commits) } }
                group.addTask { await self.pollClock(isTold: commits != nil, leave) }
                group.addTask { for await job in left { await self.tidyUp(after: [job]) } }
                for _ in 0..<slots { group.addTask { await self.slot() } }
            }
        }
    }

    /// Claims and runs the one job `id` in this process: the command line, when no server holds the data directory.
    ///
    /// - Returns: false when the job was not there to be claimed.
    package func runOnly(_ id: JobID) async throws -> Bool {
        await tidyUp(after: try await store.recoverAbandoned())
        guard let job = try await store.claim(id, owner: owner) else { return false }
        await perform(job)
        return true
    }

    /// Wakes the slots now and then: for jobs of other processes, and for those whose process died.
    ///
    /// - Parameter left: gets what has to be tidied up after them, which may take a while.
    private func pollClock(isTold: Bool, _ left: AsyncStream<Job>.Continuation) async {
        let pause = isTold || store.isShared ? Self.pollMilliseconds : Self.uninformedPollMilliseconds
        var polls: Int64 = 0
        var listening: Int64?
        while !Task.isCancelled {
            do {
                if polls % (recoveryMilliseconds / pause) == 0 {
                    let ended = try await store.recoverAbandoned(
                        by: owner, running: running.withLock { Set($0.keys) }, listening: listening ?? store.time.now
                    )
                    for job in ended { left.yield(job) }
                }
                if try await store.hasDue(reach) { wakeUp.yield() }
                listening = listening ?? store.time.now
            } catch {
                listening = nil
                logger.warning("waiting jobs could not be looked for", metadata: ["error": "\(error)"])
            }
            polls += 1
            try? await Task.sleep(for: .milliseconds(pause))
        }
        wakeUp.finish()
        left.finish()
    }

    /// Wakes the slots when a commit, of whichever process, has left a job to be done.
    private func hear(_ commits: AsyncStream<Void>) async {
        for await _ in commits {
            for pause in Self.commitPauses {
                try? await Task.sleep(for: .milliseconds(pause))
                // What the database was not there for is looked for again by the clock, which says so.
                guard (try? await store.hasDue(reach)) == true else { continue }
                wakeUp.yield()
                break
            }
        }
    }

    private func slot() async {
        for await _ in wakeUps {
            while !Task.isCancelled, let job = await claim() {
                // Another slot may find the next one.
                wakeUp.yield()
                await perform(job)
            }
        }
    }

    private func claim() async -> Job? {
        do {
            return try await store.claim(owner: owner, reach)
        } catch {
            if !Task.isCancelled { logger.error("no job could be claimed", metadata: ["error": "\(error)"]) }
            return nil
        }
    }

    /// Runs one claimed job to its end and writes how it ended.
    private func perform(_ job: Job) async {
        let stop = StopSignal()
        running.withLock { $0[job.id] = stop }
        defer { running.withLock { _ = $0.removeValue(forKey: job.id) } }
        logger.info("job started", metadata: metadata(of: job))
        let outcome = await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.keepLease(of: job, stop: stop) }
                let outcome = await self.outcome(of: job, stop: stop)
                group.cancelAll()
                return outcome
            }
        } onCancel: {
            stop.raise(.shutdown)
        }
        // The end is written also when this task is cancelled: in a task that is not.
        let ending = StopSignal()
        await withTaskCancellationHandler {
            await Task { await self.write(outcome, of: job, stop: stop, until: ending) }.value
        } onCancel: {
            ending.raise(.shutdown)
        }
    }

    private func outcome(of job: Job, stop: StopSignal) async -> Result<Void, CatalogError> {
        guard let handler = handlers[job.kind] else {
            return .failure(CatalogError(.unsupported, "This version cannot run jobs of kind \(job.kind)"))
        }
        do {
            let lease = JobLease(stop: stop) { [store, owner] in try store.holds(job, owner: owner, on: $0) }
            try await handler.run(JobContext(job: job, stop: stop, lease: lease))
            return .success(())
        } catch let error as CatalogError {
            return .failure(error)
        } catch is CancellationError {
            return .failure(CatalogError(.cancelled, "Stopped"))
        } catch {
            return .failure(.internalError("\(error)"))
        }
    }

    /// Writes how a job ended, as soon as the database is there to take it: until then it counts as running, and nobody else
    /// takes it from a process that lives. A process that ends tries once more; whoever comes after it finds the job abandoned.
    private func write(
        _ outcome: Result<Void, CatalogError>, of job: Job, stop: StopSignal, until ending: StopSignal
    ) async {
        while await !tryToWrite(outcome, of: job, stop: stop), !ending.isRaised {
            try? await Task.sleep(for: Self.retryDelay)
        }
    }

    /// - Returns: false when the database is away.
    private func tryToWrite(_ outcome: Result<Void, CatalogError>, of job: Job, stop: StopSignal) async -> Bool {
        do {
            switch (outcome, stop.reason) {
            case (_, .leaseLost):
                logger.warning("job was taken over by another process", metadata: metadata(of: job))
            case (.success, _): try await finish(job, as: .completed, error: nil)
            case (.failure, .shutdown):
                logger.info("job goes back to the queue", metadata: metadata(of: job))
                if try await store.release(job, owner: owner) { await tidyUp(after: job, as: .cancelled, error: nil) }
            case (.failure(let error), .cancelled) where error.code == .cancelled:
                try await finish(job, as: .cancelled, error: nil)
            case (.failure(let error), nil) where error.code == .unavailable && job.attempts < job.attemptsMax:
                // One that says how long is no trouble: it waits for others of its kind.
                logger.log(
                    level: error.retryDelay == nil ? .warning : .debug, "job goes back to the queue",
                    metadata: metadata(of: job, error))
                let isOver = try await store.retry(job, owner: owner, after: error.retryDelay ?? Self.retryDelay)
                if isOver { await tidyUp(after: job, as: .cancelled, error: nil) }
            case (.failure(let error), _):
                logger.error("job failed", metadata: metadata(of: job, error))
                try await finish(job, as: .failed, error: error)
            }
        } catch {
            logger.error("the end of a job could not be written", metadata: metadata(of: job, error))
            return (error as? CatalogError)?.code != .unavailable
        }
        return true
    }

    private func finish(_ job: Job, as status: Job.Status, error: CatalogError?) async throws {
        guard try await store.finish(job, owner: owner, status: status, error: error) else { return }
        await tidyUp(after: job, as: status, error: error)
    }

    private func tidyUp(after job: Job, as status: Job.Status, error: CatalogError?) async {
        logger.info("job ended", metadata: metadata(of: job).merging(["status": "\(status)"]) { _, new in new })
        do { try await handlers[job.kind]?.ended(job, as: status, error: error) } catch {
            logger.warning("what a job left behind could not be tidied up", metadata: metadata(of: job, error))
        }
    }

    /// What others have left who died.
    private func tidyUp(after jobs: [Job]) async {
        for job in jobs where job.status.isOver {
            let error = job.errorCode.flatMap(CatalogError.Code.init(rawValue:)).map {
                CatalogError($0, job.errorMessage ?? "")
            }
            await tidyUp(after: job, as: job.status, error: error)
        }
    }

    private func metadata(of job: Job, _ error: (any Error)? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["job_id": "\(job.id)", "kind": "\(job.kind)"]
        if let error { metadata["error"] = "\(error)" }
        return metadata
    }

    private func keepLease(of job: Job, stop: StopSignal) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(Self.heartbeatMilliseconds))
            if Task.isCancelled { return }
            do {
                switch try await store.heartbeat(job, owner: owner) {
                case nil: stop.raise(.leaseLost)
                case true?: stop.raise(.cancelled)
                case false?: break
                }
            } catch {
                // A busy database is no reason to drop the work: the lease is ours until somebody finds us dead.
                logger.warning("a heartbeat failed", metadata: metadata(of: job, error))
            }
        }
    }
}
