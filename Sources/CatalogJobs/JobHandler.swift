package import CatalogCore
package import CatalogDatabase
import Synchronization

/// The code of one kind of job.
///
/// Handlers are idempotent: a job whose process died runs again from what it had written.
package protocol JobHandler: Sendable {
    /// The kind of job that this handler runs, as stored.
    var kind: String { get }

    /// Does the work. Long work looks at `context.stop` often and throws `CatalogError.cancelled` when it is set.
    ///
    /// - Throws: what went wrong; the job is then `failed` and keeps the code and the safe text.
    func run(_ context: JobContext) async throws

    /// Called once the end of a job is written that ran in this process: for tidying up, and to tell who listens.
    ///
    /// A process that dies in between never calls it, so nothing that must be done belongs here.
    ///
    /// - Throws: what goes to the log.
    func ended(_ job: Job, as status: Job.Status, error: CatalogError?) async throws
}

extension JobHandler {
    /// There is nothing to tidy up.
    package func ended(_ job: Job, as status: Job.Status, error: CatalogError?) async throws {}
}

extension CatalogError {
    private static let retryKey = "retry_after_s"

    /// What a job throws that cannot go on for now and should be tried again after a while.
    ///
    /// - Parameter seconds: how long it waits at least.
    package static func retryLater(_ message: String, seconds: Int64) -> CatalogError {
        CatalogError(.unavailable, message, details: [retryKey: .integer(seconds)])
    }

    /// How long a job wants to wait; nil where it does not say.
    var retryDelay: Duration? {
        guard case .integer(let seconds)? = details[Self.retryKey] else { return nil }
        return .seconds(seconds)
    }
}

/// What a running job is told.
package struct JobContext: Sendable {
    /// The job as it was when this run took it.
    package let job: Job
    /// Set when the job should stop soon.
    package let stop: StopSignal
    /// Asked in each transaction that changes what another run of the job would change too.
    package let lease: JobLease
}

/// Whether a run still has its job. One that was silent for long, because its machine slept or had lost the database, may find that
/// another node has taken the job over: then nothing of it may be written any more.
package struct JobLease: Sendable {
    private let isHeld: @Sendable (any SQLConnection) throws -> Bool
    private let stop: StopSignal

    init(stop: StopSignal, isHeld: @escaping @Sendable (any SQLConnection) throws -> Bool) {
        self.stop = stop
        self.isHeld = isHeld
    }

    /// For work after the end of a job, which nobody takes over.
    package static let over = JobLease(stop: StopSignal()) { _ in true }

    /// - Throws: `CatalogError.cancelled`, which undoes the transaction, when the job is another run's.
    package func require(on connection: any SQLConnection) throws {
        guard try !isHeld(connection) else { return }
        stop.raise(.leaseLost)
        throw CatalogError(.cancelled, "Another node has taken this job over")
    }
}

/// A flag that one side raises and work on any thread looks at.
package final class StopSignal: Sendable {
    /// Why work should stop.
    package enum Reason: Int, Sendable {
        /// Somebody cancelled it: it is over.
        case cancelled = 1
        /// The program stops: it goes on at the next start.
        case shutdown = 2
        /// Another process took the job over: nothing may be written any more.
        case leaseLost = 3
    }

    private let raised = Atomic<Int>(0)

    /// A flag that is down.
    package init() {}

    /// Raises the flag; the first reason stays.
    package func raise(_ reason: Reason) {
        _ = raised.compareExchange(expected: 0, desired: reason.rawValue, ordering: .relaxed)
    }

    /// Why to stop, or nil.
    package var reason: Reason? { Reason(rawValue: raised.load(ordering: .relaxed)) }

    /// Whether to stop.
    package var isRaised: Bool { raised.load(ordering: .relaxed) != 0 }

    /// - Throws: `CatalogError.cancelled` once the flag is up.
    package func check() throws {
        if isRaised { throw CatalogError(.cancelled, "Stopped") }
    }
}
