import CatalogCore
import CatalogJobs
import CatalogStorage
import Synchronization

/// Runs copies that nobody waits for.
struct CopyJob: JobHandler {
    static let jobKind = "copy"
    /// Rows and events of one copy come this often at most.
    private static let reportMicroseconds: Int64 = 500_000

    let kind = jobKind
    let service: CopyService
    let time: TimeSource
    /// Told how far a copy is, and once at its end.
    let onProgress: @Sendable (CopyProgress) -> Void
    private let running = JobSlots(Limits.copyJobsAtOnce)
    private let farthest = FarthestProgress()

    init(
        service: CopyService, time: TimeSource, onProgress: @escaping @Sendable (CopyProgress) -> Void
    ) {
        self.service = service
        self.time = time
        self.onProgress = onProgress
    }

    func run(_ context: JobContext) async throws {
        let request = try CopyRequest(json: context.job.payload)
        // Both go back to the queue: scans keep their places, and the right node looks soon.
        guard request.node == nil || request.node == service.node else {
            throw CatalogError(.unavailable, "The copy needs a directory of another node")
        }
        guard running.take() else { throw CatalogError(.unavailable, "Enough copies are running") }
        defer { running.give() }
        let claim = Self.claim(of: context.job)
        do {
            let reports = Reports(job: self, context: context, rootID: request.rootID)
            // What follows on verifying is the name.
            let phase = try await service.store.find(context.job.id)?.phase
            let mayBeMade = phase == TransferProgress.Phase.verifying.rawValue
            _ = try await service.run(request, claim: claim, mayBeMade: mayBeMade, job: context.job.id) {
                try reports.note($0)
            }
        } catch {
            // Before anybody sees that it is over.
            if context.stop.reason == .cancelled { try? await service.discard(request, of: context.job.id) }
            throw later(error, context) ?? CopyFailure.shown(error)
        }
    }

    private static func claim(of job: Job) -> String { "job \(job.id)" }

    /// A storage that is away now may be there soon. Its time counts from when the copy last came further than ever.
    private func later(_ error: any Error, _ context: JobContext) -> CatalogError? {
        guard let error = error as? CatalogError, error.code == .storageUnavailable, !context.stop.isRaised else {
            return nil
        }
        let last = farthest.reachedAt(context.job.id) ?? context.job.startedAt ?? context.job.createdAt
        guard time.now - last < Limits.copyPatienceSeconds * 1_000_000,
            let shown = CopyFailure.shown(error) as? CatalogError
        else { return nil }
        return CatalogError(.unavailable, shown.message, cause: shown.cause)
    }

    func ended(_ job: Job, as status: Job.Status, error: CatalogError?) async throws {
        farthest.forget(job.id)
        let request = try CopyRequest(json: job.payload)
        // Nobody goes on with it. It may have been waiting for that, or its process is gone. Where the storage is away, that is done later.
        if status != .completed, request.node == nil || request.node == service.node {
            try? await service.discard(request, of: job.id)
        }
        if let state = try await service.store.find(job.id) { onProgress(CopyProgress(state, of: request.rootID)) }
    }

    /// What one run tells of itself. Used by the thread that copies.
    private final class Reports: Sendable {
        private let job: CopyJob
        private let context: JobContext
        private let rootID: RootID?
        private let last = Mutex<(at: Int64, phase: TransferProgress.Phase)?>(nil)

        init(job: CopyJob, context: JobContext, rootID: RootID?) {
            (self.job, self.context, self.rootID) = (job, context, rootID)
        }

        func note(_ progress: TransferProgress) throws {
            try context.stop.check()
            let now = job.time.now
            job.farthest.note(progress, of: context.job.id, at: now)
            let isDue = last.withLock { last in
                if let last, last.phase == progress.phase, now - last.at < CopyJob.reportMicroseconds { return false }
                last = (now, progress.phase)
                return true
            }
            guard isDue else { return }
            try job.service.store.save(progress, of: context.job.id)
            guard let state = try job.service.store.findBlocking(context.job.id) else { return }
            job.onProgress(CopyProgress(state, of: rootID))
        }
    }
}

/// How far copies have come at most in this process, and when. An attempt that only does again what one before has done comes no further.
private final class FarthestProgress: Sendable {
    private struct Place {
        let phase: TransferProgress.Phase
        let bytes: Int64
        let at: Int64
    }

    private let places = Mutex<[JobID: Place]>([:])

    func note(_ progress: TransferProgress, of job: JobID, at now: Int64) {
        places.withLock { places in
            if let known = places[job] {
                let isLater = known.phase == .copying && progress.phase == .verifying
                guard isLater || (known.phase == progress.phase && progress.bytes > known.bytes) else { return }
            }
            // Those that other nodes went on with.
            if places.count > Limits.copyQueue { places = [:] }
            places[job] = Place(phase: progress.phase, bytes: progress.bytes, at: now)
        }
    }

    func reachedAt(_ job: JobID) -> Int64? { places.withLock { $0[job]?.at } }

    func forget(_ job: JobID) { places.withLock { _ = $0.removeValue(forKey: job) } }
}
