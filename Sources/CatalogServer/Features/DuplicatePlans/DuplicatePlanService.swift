import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogStorage
import Logging

/// The rules of plans to remove duplicates: who makes, sees and applies which.
struct DuplicatePlanService: Sendable {
    let roots: StorageRootService
    let store: DuplicatePlanStore
    let jobs: JobStore
    private let pool: BlockingPool
    private let audit = AuditStore()
    private let building = JobSlots(Limits.duplicatePlansAtOnce)

    /// - Parameter pool: threads for looks at storages.
    init(database: any Database, roots: StorageRootService, pool: BlockingPool, time: TimeSource) {
        (self.roots, self.pool) = (roots, pool)
        store = DuplicatePlanStore(database: database, time: time)
        jobs = JobStore(database: database, time: time)
    }

    /// What removes files.
    ///
    /// - Parameter onWritten: what follows the catalog catches up.
    func job(_ logger: Logger, onWritten: @escaping @Sendable () async throws -> Void) -> DuplicateRemovalJob {
        DuplicateRemovalJob(remover: DuplicateRemover(self, pool: pool, logger: logger), onWritten: onWritten)
    }

    /// Makes a plan of what its maker may see.
    ///
    /// - Throws: as `DuplicatePlanRequest`; `CatalogError.unavailable` while enough others are being made.
    func create(_ payload: DuplicatePlanPayload, by author: Author) async throws -> DuplicatePlan {
        let request = try await DuplicatePlanRequest(payload, roots, scope: author.scope)
        guard building.take() else { throw CatalogError(.unavailable, "Enough plans are being made; try again soon") }
        defer { building.give() }
        if let user = author.userID { try await store.forgetSuperfluous(of: user, jobs: jobs) }
        let groups = PlannedGroupStore(
            database: store.database, time: store.time, request: request, scope: author.scope)
        let id = try await DuplicatePlanBuilder(store: groups, rules: request.rules).build(by: author)
        guard let plan = try await store.find(id) else { throw Self.notFound }
        return plan
    }

    /// A plan that the caller has made and may still see all of; administrators who see everything see everybody's.
    ///
    /// - Throws: `CatalogError.notFound`.
    func find(_ id: Int64, for caller: Caller) async throws -> DuplicatePlan {
        guard let plan = try await store.find(id) else { throw Self.notFound }
        let isOwn = plan.createdBy == caller.userID && plan.scope == caller.scope.text
        guard isOwn || (caller.scope == .everything && caller.can("system.admin")) else { throw Self.notFound }
        return plan
    }

    private static let notFound = CatalogError(.notFound, "Plan not found")

    /// Removes what is planned, as a job.
    ///
    /// - Returns: the id of the job.
    /// - Throws: `CatalogError.notFound`; `.conflict` for a plan that was applied, is being applied, is too old, or is about files that
    ///   are not any more what they were, and for storages on which nothing can be removed.
    func apply(_ id: Int64, for caller: Caller, by author: Author) async throws -> JobID {
        let plan = try await find(id, for: caller)
        // What was begun has to come to its end, however long ago; each file is compared once more anyway.
        let isUnsettled = try await store.isUnsettled(plan.id)
        try check(plan, isUnsettled: isUnsettled)
        let root = try await checkRoots(of: plan)
        if !isUnsettled, let changed = try await store.changed(in: plan.id) {
            throw CatalogError(
                .conflict, "The plan is stale: a file is not what it was when the plan was made",
                details: ["file": .text(changed)])
        }
        let request = DuplicateRemovalRequest(plan, by: author)
        return try await store.database.write { [self] connection in
            guard let now = try DuplicatePlanStore.find(id, on: connection) else { throw Self.notFound }
            try check(now, isUnsettled: isUnsettled)
            // It goes back to the queue while others remove, so its number of attempts says nothing.
            let job = try jobs.push(
                NewJob(
                    kind: DuplicateRemovalJob.jobKind, payload: try request.json, uniqueKey: "duplicates:\(id)",
                    rootID: root, attemptsMax: Int(Int32.max)),
                on: connection)
            try store.setJob(job, of: id, on: connection)
            let event = AuditEvent(
                action: .duplicatesApplied, target: .duplicatePlan(id),
                changes: [
                    AuditEvent.Change("files", to: "\(now.plannedFiles)"),
                    AuditEvent.Change("bytes", to: "\(now.plannedBytes)"),
                ])
            try audit.record(event, by: author, now: store.time.now, connection)
            return job
        }
    }

    /// Whether it may be applied now. One that was stopped goes on.
    private func check(_ plan: DuplicatePlan, isUnsettled: Bool) throws {
        switch plan.status {
        case .ready, .failed, .cancelled: break
        case .queued, .running:
            throw CatalogError(
                .conflict, "The plan is being applied",
                details: plan.jobID.map { ["job_id": .integer($0), "status": .text(plan.status.rawValue)] } ?? [:])
        case .completed: throw CatalogError(.conflict, "The plan was applied already")
        }
        guard isUnsettled || store.time.now < plan.expiresAt else {
            throw CatalogError(.conflict, "The plan is too old; make a new one")
        }
    }

    /// Sees that files can be removed where the plan says so.
    ///
    /// - Returns: the root that only some nodes reach, if there is one.
    private func checkRoots(of plan: DuplicatePlan) async throws -> RootID? {
        var pinned: RootID?
        for (id, losesFiles) in try await store.roots(of: plan.id) {
            guard let root = try? await roots.find(id, scope: .everything), root.enabled else {
                throw CatalogError(.conflict, "The plan is stale: a storage root of it is gone or disabled")
            }
            if try await jobs.isPinned(id) {
                // Who runs the job looks itself: perhaps no other node reaches the root.
                pinned = id
                continue
            }
            guard losesFiles else { continue }
            do { _ = try await roots.probe(root) } catch {
                throw CatalogError(
                    .conflict, "The storage root \"\(root.name)\" cannot be reached", cause: "\(error)")
            }
            let backend = try roots.backend(of: root)
            let can = try await pool.run { backend.capabilities }
            guard can.isSuperset(of: [.rename, .remove]) else {
                throw CatalogError(.conflict, "Files of the storage root \"\(root.name)\" cannot be removed")
            }
        }
        return pinned
    }

    /// Stops the removal of what is planned; it can be gone on with.
    ///
    /// - Returns: the job.
    /// - Throws: `CatalogError.notFound`; `.conflict` when it is not being applied.
    func cancel(_ id: Int64, for caller: Caller) async throws -> JobID {
        let plan = try await find(id, for: caller)
        guard let job = plan.jobID, try await jobs.cancel(job) else {
            throw CatalogError(
                .conflict, "The plan is not being applied", details: ["status": .text(plan.status.rawValue)])
        }
        return job
    }

    /// Forgets a plan; files stay as they are.
    ///
    /// - Throws: `CatalogError.notFound`; `.conflict` while it is being applied, and while a file of it is set aside.
    func delete(_ id: Int64, for caller: Caller) async throws {
        let plan = try await find(id, for: caller)
        guard plan.status != .queued, plan.status != .running else {
            throw CatalogError(.conflict, "The plan is being applied")
        }
        // Where a storage root is gone, nobody can apply it any more.
        if try await store.isUnsettled(plan.id), try await hasAllRoots(plan) {
            throw CatalogError(
                .conflict,
                "A file of the plan is set aside, since its removal broke off; apply it again first")
        }
        try await store.forget(plan.id, jobs: jobs)
    }

    private func hasAllRoots(_ plan: DuplicatePlan) async throws -> Bool {
        for (id, _) in try await store.roots(of: plan.id) {
            do { _ = try await roots.find(id, scope: .everything) } catch let error as CatalogError
                where error.code == .notFound
            {
                return false
            }
        }
        return true
    }
}
