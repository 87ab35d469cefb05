package import CatalogCore

/// One durable unit of background work, as its row in `jobs` says.
package struct Job: Sendable, Equatable {
    /// Where a job stands. `pending → running → completed | failed | cancelled`; a job whose process stopped or died goes
    /// back to `pending`.
    package enum Status: String, Sendable, CaseIterable {
        case pending, running, completed, failed, cancelled

        /// Whether the job will not run any more.
        package var isOver: Bool { self == .completed || self == .failed || self == .cancelled }
    }

    /// Counts up and is never used twice; a scan has the id of its job.
    package let id: JobID
    /// Which handler runs it.
    package let kind: String
    /// JSON that only the handler understands.
    package let payload: String
    package let status: Status
    /// How often it was started.
    package let attempts: Int
    package let attemptsMax: Int
    package let cancelRequested: Bool
    /// Microseconds since 1970, as all times here.
    package let createdAt: Int64
    package let startedAt: Int64?
    package let finishedAt: Int64?
    /// Set when it failed: a `CatalogError.Code` and a text that may be shown.
    package let errorCode: String?
    package let errorMessage: String?
}

/// A job to be written.
package struct NewJob: Sendable {
    /// Which handler will run it: the `kind` of a `JobHandler`.
    package let kind: String
    /// JSON that only the handler understands.
    package let payload: String
    /// No second job with this key may be pending or running.
    package let uniqueKey: String?
    /// The storage root that whoever runs it has to reach; nil for none.
    package let rootID: RootID?
    /// Higher ones run first.
    package let priority: Int
    /// Starts before it counts as failed; each crash of the process counts one.
    package let attemptsMax: Int
    /// Seconds that it waits at least.
    package var delaySeconds: Int64 = 0

    package init(
        kind: String, payload: String, uniqueKey: String?, rootID: RootID?, priority: Int = 0, attemptsMax: Int = 20
    ) {
        self.kind = kind
        self.payload = payload
        self.uniqueKey = uniqueKey
        self.rootID = rootID
        self.priority = priority
        self.attemptsMax = attemptsMax
    }
}
