package import CatalogCore
import CatalogDatabase

/// Jobs whose process is gone.
extension JobStore {
    /// Puts jobs of dead processes back to `pending`, or ends those that have used up their attempts.
    ///
    /// - Parameters:
    ///   - owner: a process that knows what it runs, if the caller is one; what is said to run there and does not, for as long
    ///     as a silent machine is waited for, is abandoned too: the answer to its claim was lost.
    ///   - running: the jobs that `owner` runs.
    ///   - listening: since when the database has been there without a break, as far as the caller knows: nobody could be heard
    ///     before, however alive.
    /// - Returns: the jobs that were recovered, as they are now.
    @discardableResult
    package func recoverAbandoned(
        by owner: ProcessIdentity? = nil, running: Set<JobID> = [], listening: Int64 = 0
    ) async throws -> [Job] {
        let now = time.now
        return try await database.write { connection in
            let leases = try connection.rows(JobQueries.running) { HeldLease(row: $0, listening: listening) }
            let dead = leases.filter { lease in
                let isLost = lease.owner == owner?.text && !running.contains(lease.id) && lease.isSilent(now: now)
                return isLost || lease.isAbandoned(now: now)
            }
            for lease in dead {
                let outcome = lease.outcome
                try connection.execute(
                    JobQueries.recover,
                    [
                        .integer(lease.id), .text(lease.owner), .text(outcome.rawValue),
                        outcome.isOver ? .integer(now) : .null,
                        outcome == .failed ? .text(CatalogError.Code.internalError.rawValue) : .null,
                        outcome == .failed ? .text("The program ended unexpectedly each time this job ran") : .null,
                    ])
            }
            return try dead.compactMap { lease in
                try connection.firstRow(JobQueries.find, [.integer(lease.id)], Job.init(row:))
            }
        }
    }
}

/// Who holds a running job.
private struct HeldLease {
    let id: JobID
    let owner: String
    private let heardOf: Int64
    private let hasAttemptsLeft: Bool
    private let cancelRequested: Bool

    init(row: SQLRow, listening: Int64) {
        id = row.integer(0)
        owner = row.text(1)
        heardOf = max(row.integer(2), listening)
        hasAttemptsLeft = row.integer(3) < row.integer(4)
        cancelRequested = row.bool(5)
    }

    func isAbandoned(now: Int64) -> Bool {
        switch ProcessIdentity(text: owner)?.isAlive {
        case true?: false
        case false?: true
        case nil: isSilent(now: now)
        }
    }

    func isSilent(now: Int64) -> Bool {
        now - heardOf > JobStore.silenceMicroseconds
    }

    var outcome: Job.Status {
        cancelRequested ? .cancelled : hasAttemptsLeft ? .pending : .failed
    }
}
