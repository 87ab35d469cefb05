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
            _ = try await service.run(request, claim: claim, mayBeMade: mayBeMade) { try reports.note($0) }
        } catch {
            // Before anybody sees that it is over.
            if context.stop.reason == .cancelled { try? await service.discard(request, claim: claim) }
            throw try await later(error, context) ?? CopyFailure.shown(error)
        }
    }

    private static func claim(of job: Job) -> String { "job \(job.id)" }

    /// A storage that is away now may be there soon. Its time counts from what was copied last.
    private func later(_ error: any Error, _ context: JobContext) async throws -> CatalogError? {
        guard let error = error as? CatalogError, error.code == .storageUnavailable, !context.stop.isRaised else {
            return nil
        }
        let begun = context.job.startedAt ?? context.job.createdAt
        let last = max(begun, try await service.store.lastProgress(of: context.job.id) ?? begun)
        guard time.now - last < Limits.copyPatienceSeconds * 1_000_000,
            time.now - begun < Limits.copySecondsMax * 1_000_000,
            let shown = CopyFailure.shown(error) as? CatalogError
        else { return nil }
        return CatalogError(.unavailable, shown.message, cause: shown.cause)
    }

    func ended(_ job: Job, as status: Job.Status, error: CatalogError?) async throws {
        let request = try CopyRequest(json: job.payload)
        // Nobody goes on with it. It may have been waiting for that, or its process is gone.
        if status != .completed, request.node == nil || request.node == service.node {
            try? await service.discard(request, claim: Self.claim(of: job))
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
