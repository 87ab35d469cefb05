package import CatalogCore
package import CatalogDatabase

/// Questions asked of the table `jobs`.
package struct JobStore: Sendable {
    let database: any Database
    let time: TimeSource

    package init(database: any Database, time: TimeSource = .system) {
        self.database = database
        self.time = time
    }

    /// Whether the table is on a server that many machines ask.
    var isShared: Bool { database.carriesSignals }

    /// See `Database.commits`.
    func commits() -> AsyncStream<Void>? { database.commits() }

    /// Writes a job inside the transaction of `connection`, so that it exists exactly when what asked for it does.
    ///
    /// - Throws: `CatalogError.alreadyExists` when a live job has the same key.
    package func push(_ job: NewJob, on connection: any SQLConnection) throws -> JobID {
        let values: [SQLValue] = [
            .text(job.kind), .optional(job.uniqueKey), .text(job.payload), .integer(Int64(job.priority)),
            .integer(time.now), .integer(Int64(job.attemptsMax)), .optional(job.rootID),
            .integer(time.now + job.delaySeconds * 1_000_000),
        ]
        guard let id = try connection.firstRow(JobQueries.insert, values, { $0.integer(0) }) else {
            throw CatalogError.internalError("an inserted job has no id")
        }
        try connection.send(.jobAdded)
        return id
    }

    /// Gives a live job another payload: one that waits begins with it, one that runs has to look for it.
    ///
    /// - Parameter delaySeconds: one that waits does not wait longer from now.
    package func replacePayload(
        of id: JobID, with json: String, delaySeconds: Int64 = 0, on connection: any SQLConnection
    ) throws {
        let time = time.now + delaySeconds * 1_000_000
        try connection.execute(JobQueries.replacePayload, [.integer(id), .text(json), .integer(time)])
    }

    /// The live job with this key, if there is one.
    package func live(uniqueKey: String, on connection: any SQLConnection) throws -> Job? {
        try connection.firstRow(JobQueries.findLive, [.text(uniqueKey)], Job.init(row:))
    }

    /// Where the newest job with this key stands; nil when there never was one.
    package func lastStatus(uniqueKey: String) async throws -> Job.Status? {
        try await database.read { connection in
            try connection.firstRow(JobQueries.lastStatus, [.text(uniqueKey)]) { Job.Status(rawValue: $0.text(0)) }
                ?? nil
        }
    }

    /// How many jobs of a kind wait.
    package func pendingCount(kind: String, on connection: any SQLConnection) throws -> Int {
        try connection.firstRow(JobQueries.countPending, [.text(kind)]) { Int($0.integer(0)) } ?? 0
    }

    /// How many jobs of one kind wait, or run in any process.
    package struct LiveCount: Sendable {
        /// Which handler runs them.
        package let kind: String
        /// `pending` or `running`.
        package let status: Job.Status
        /// How many of them.
        package let jobs: Int
    }

    /// The kinds that have a live job.
    package func liveCounts() async throws -> [LiveCount] {
        try await database.read { connection in
            try connection.rows(JobQueries.countLive) { row in
                let isRunning = row.text(1) == Job.Status.running.rawValue
                return LiveCount(
                    kind: row.text(0), status: isRunning ? .running : .pending, jobs: Int(row.integer(2)))
            }
        }
    }

    /// The job with this id.
    package func find(_ id: JobID) async throws -> Job? {
        try await database.read { try $0.firstRow(JobQueries.find, [.integer(id)], Job.init(row:)) }
    }

    /// Which jobs a node takes.
    package enum Reach: Sendable, Equatable {
        /// All but those of roots that other nodes have to themselves.
        case common
        /// Those of the roots that the node with this name has pinned, and no other.
        case pinned(node: String)

        /// What the statements want: the second value.
        fileprivate func value(now: Int64) -> SQLValue {
            switch self {
            case .common: .integer(now - JobStore.pinMicroseconds)
            case .pinned(let node): .text(node)
            }
        }
    }

    /// A pin counts for a day after its node was heard of last: it may be restarted, but a machine that is gone must not keep
    /// its roots for ever.
    private static let pinMicroseconds: Int64 = 86_400_000_000

    /// Says that only this node, and others that say so too, take jobs of these roots; of others that it had it lets go.
    package func pin(_ roots: [RootID], to node: String) async throws {
        let now = time.now
        try await database.write { connection in
            for root in roots {
                try connection.execute(JobQueries.pinRoot, [.integer(root), .text(node), .integer(now)])
            }
            try connection.execute(
                JobQueries.dropPins, [.text(node), .integer(now), .integer(now - Self.pinMicroseconds)])
        }
    }

    /// A process that we cannot look at (another machine) is given up when it was silent for this long.
    package static let silenceMicroseconds: Int64 = 30_000_000

    /// Whether a worker has the root to itself, because no other node reaches it.
    package func isPinned(_ root: RootID) async throws -> Bool {
        let since = time.now - Self.pinMicroseconds
        return try await database.read { connection in
            try connection.firstRow(JobQueries.isPinned, [.integer(root), .integer(since)]) { _ in true } ?? false
        }
    }

    /// Whether a job waits to be claimed; only reads, so that asking often disturbs nobody.
    package func hasDue(_ reach: Reach = .common) async throws -> Bool {
        let values = [.integer(time.now), reach.value(now: time.now)]
        let statement = reach == .common ? JobQueries.findDue : JobQueries.findDuePinned
        return try await database.read { try $0.firstRow(statement, values) { _ in true } ?? false }
    }

    /// Takes the next due job for `owner`.
    package func claim(owner: ProcessIdentity, _ reach: Reach = .common) async throws -> Job? {
        let values = [.integer(time.now), reach.value(now: time.now), .text(owner.text)]
        let statement = reach == .common ? JobQueries.claim : JobQueries.claimPinned
        return try await database.write(.readCommitted) { try $0.firstRow(statement, values, Job.init(row:)) }
    }

    /// Takes this one job, whoever may have its root to itself.
    package func claim(_ id: JobID, owner: ProcessIdentity) async throws -> Job? {
        let values: [SQLValue] = [.text(owner.text), .integer(time.now), .integer(id)]
        return try await database.write(.readCommitted) {
            try $0.firstRow(JobQueries.claimOne, values, Job.init(row:))
        }
    }

    /// Renews the lease.
    ///
    /// - Returns: whether somebody asked the job to stop; nil when the job is not ours any more.
    package func heartbeat(_ job: Job, owner: ProcessIdentity) async throws -> Bool? {
        let now = time.now
        return try await database.write(.readCommitted) { connection in
            let values = Self.lease(of: job, owner) + [.integer(now)]
            return try connection.firstRow(JobQueries.heartbeat, values) { $0.bool(0) }
        }
    }

    /// Whether this is the run of the job, and it is by `owner`, as this transaction sees it.
    func holds(_ job: Job, owner: ProcessIdentity, on connection: any SQLConnection) throws -> Bool {
        try connection.firstRow(JobQueries.holds, Self.lease(of: job, owner)) { _ in true } ?? false
    }

    /// What stands for one run of a job by one process.
    private static func lease(of job: Job, _ owner: ProcessIdentity) -> [SQLValue] {
        [.integer(job.id), .text(owner.text), .integer(Int64(job.attempts))]
    }

    /// Ends a job that `owner` runs.
    ///
    /// - Returns: false when it was not theirs any more: then nothing is changed.
    package func finish(
        _ job: Job, owner: ProcessIdentity, status: Job.Status, error: CatalogError?
    ) async throws -> Bool {
        let now = time.now
        return try await database.write { connection in
            try connection.execute(
                JobQueries.finish,
                Self.lease(of: job, owner) + [
                    .text(status.rawValue), .integer(now), .optional(error?.code.rawValue), .optional(error?.message),
                ]) > 0
        }
    }

    /// Gives a job back that a stop of the program interrupted; it goes on at the next start.
    ///
    /// - Returns: whether it was cancelled instead, as somebody had asked.
    @discardableResult package func release(_ job: Job, owner: ProcessIdentity) async throws -> Bool {
        try await giveBack(JobQueries.release, Self.lease(of: job, owner) + [.integer(time.now)])
    }

    /// Gives a job back that could not go on for now; it is due again after `delay`.
    ///
    /// - Returns: as `release`.
    @discardableResult
    package func retry(_ job: Job, owner: ProcessIdentity, after delay: Duration) async throws -> Bool {
        let due = time.now + delay.components.seconds * 1_000_000
        return try await giveBack(
            JobQueries.retry, Self.lease(of: job, owner) + [.integer(due), .integer(time.now)])
    }

    private func giveBack(_ statement: SQLStatement, _ values: [SQLValue]) async throws -> Bool {
        try await database.write { connection in
            try connection.firstRow(statement, values) { $0.text(0) == Job.Status.cancelled.rawValue } ?? false
        }
    }

    /// Asks a job to stop: a waiting one is over at once, a running one at its next look.
    ///
    /// - Returns: false when the job is over already.
    package func cancel(_ id: JobID) async throws -> Bool {
        let now = time.now
        return try await database.write { connection in
            let isLive = try connection.execute(JobQueries.requestCancel, [.integer(id)]) > 0
            try connection.send(.jobCancelled(id))
            try connection.execute(JobQueries.cancelPending, [.integer(id), .integer(now)])
            return isLive
        }
    }

    /// Removes jobs of this kind and with this key that are over, up to the id `last`.
    package func forget(
        kind: String, uniqueKey: String, upTo last: JobID, on connection: any SQLConnection
    ) throws {
        try connection.execute(JobQueries.forget, [.text(kind), .text(uniqueKey), .integer(last)])
    }

    /// Removes a job that is over.
    package func forget(_ id: JobID, on connection: any SQLConnection) throws {
        try connection.execute(JobQueries.forgetOne, [.integer(id)])
    }

    /// Removes jobs of this kind that are over, up to the id `last`.
    package func forget(kind: String, upTo last: JobID, on connection: any SQLConnection) throws {
        try connection.execute(JobQueries.forgetKind, [.text(kind), .integer(last)])
    }
}

extension Job {
    /// Columns as in `JobQueries.columns`.
    init(row: SQLRow) {
        self.init(
            id: row.integer(0), kind: row.text(1), payload: row.text(2),
            status: Status(rawValue: row.text(3)) ?? .failed, attempts: Int(row.integer(4)),
            attemptsMax: Int(row.integer(5)), cancelRequested: row.bool(6), createdAt: row.integer(7),
            startedAt: row.optionalInteger(8), finishedAt: row.optionalInteger(9), errorCode: row.optionalText(10),
            errorMessage: row.optionalText(11))
    }
}
