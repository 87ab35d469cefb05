import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogStorage
import Logging

/// Removes files of a plan, one after the other: compared with the one that stays, on the storage first, then in the catalog.
///
/// Whatever moment it is cut at, no content is lost: a file that was on its way out is found again by the next attempt.
struct DuplicateRemover: Sendable {
    let store: DuplicatePlanStore
    let roots: StorageRootService
    let pool: BlockingPool
    let logger: Logger
    private let audit = AuditStore()

    /// - Parameter pool: threads for calls to storages; a comparison keeps one of them.
    init(_ plans: DuplicatePlanService, pool: BlockingPool, logger: Logger) {
        (store, roots, self.pool, self.logger) = (plans.store, plans.roots, pool, logger)
    }

    /// Where the files of one page are.
    private struct Storages {
        var backends: [RootID: any StorageBackend] = [:]
        var names: [RootID: String] = [:]
    }

    /// Removes some files; those that are not what they were stay, and the plan says why.
    ///
    /// - Throws: `CatalogError.storageUnavailable` when a storage is away, `.cancelled`.
    func remove(_ page: [PlannedRemoval], of request: DuplicateRemovalRequest, _ context: JobContext) async throws {
        var storages = Storages()
        for removal in page {
            try context.stop.check()
            do {
                try await remove(removal, of: request, context, &storages)
            } catch let error as CatalogError where Self.isAboutFile(error) {
                try await skip(removal, of: request, because: error.message, context)
            }
        }
    }

    /// Whether the next file may fare better.
    private static func isAboutFile(_ error: CatalogError) -> Bool {
        switch error.code {
        case .conflict, .notFound, .alreadyExists, .permissionDenied, .unsupported, .invalidArgument, .dataLoss: true
        default: false
        }
    }

    private func remove(
        _ removal: PlannedRemoval, of request: DuplicateRemovalRequest, _ context: JobContext,
        _ storages: inout Storages
    ) async throws {
        let spare = try await place(removal.spare, &storages)
        let kept = try await place(removal.kept, &storages)
        let files = try SpareRemoval(
            of: SpareRemoval.File(place: spare, modifiedNS: removal.spare.modifiedNS),
            keeping: SpareRemoval.File(place: kept, modifiedNS: removal.kept.modifiedNS),
            sizeBytes: removal.sizeBytes, claim: "plan \(request.planID) of \(request.plannedAt)")
        if removal.wasBegun, try await pool.run({ try files.takeUp() }) == .gone {
            return try await note(removal, of: request, storages, context)
        }
        try await check(removal, of: request.planID)
        try await pool.run { [stop = context.stop] in
            do {
                try files.compare { _ in try stop.check() }
            } catch let error as CatalogError where error.code == .storageUnavailable {
                // A file alone may be unreadable, while its storage is there.
                for place in [kept, spare] { _ = try place.backend.probe() }
                throw CatalogError(.conflict, "It cannot be read", cause: error.cause)
            }
        }
        try await begin(removal, of: request.planID, context)
        try await pool.run { try files.remove() }
        try await note(removal, of: request, storages, context)
    }

    /// Where a name is, once its storage is seen to be the one that was scanned.
    private func place(_ name: PlannedRemoval.Name, _ storages: inout Storages) async throws -> TransferPlace {
        let path = try StoragePath(parsing: name.path)
        if let known = storages.backends[name.rootID] {
            return TransferPlace(storage: "root:\(name.rootID)", backend: known, path: path)
        }
        let root = try await roots.find(name.rootID, scope: .everything)
        guard root.enabled else { throw CatalogError(.conflict, "The storage root is disabled") }
        _ = try await roots.probe(root)
        let backend = try roots.backend(of: root)
        (storages.backends[root.id], storages.names[root.id]) = (backend, root.name)
        return TransferPlace(storage: "root:\(root.id)", backend: backend, path: path)
    }

    // MARK: The catalog

    private static let changed = CatalogError(.conflict, "It is not what the catalog had when the plan was made")
    private static let keptChanged = CatalogError(
        .conflict, "The file that was to stay is not what the catalog had when the plan was made")

    /// Sees that the catalog has both files as they were, where they were.
    private func check(_ removal: PlannedRemoval, of plan: Int64) async throws {
        try await store.database.read { connection in
            try Self.check(removal, of: plan, connection)
            var paths = EntryPathStore(connection: connection, scope: .everything)
            let found = try paths.entries([removal.spare.entryID, removal.kept.entryID])
            guard found.count == 2 else { throw Self.changed }
            guard found[0].path.text == removal.spare.path else { throw Self.changed }
            guard found[1].path.text == removal.kept.path else { throw Self.keptChanged }
        }
    }

    private static func check(
        _ removal: PlannedRemoval, of plan: Int64, _ connection: any SQLConnection
    ) throws {
        guard try DuplicatePlanStore.isAsPlanned(removal.position, of: plan, on: connection) else { throw changed }
        guard try DuplicatePlanStore.isAsPlanned(removal.keptPosition, of: plan, on: connection) else {
            throw keptChanged
        }
    }

    /// Notes that a file is on its way out, if the one that stays is still there.
    private func begin(_ removal: PlannedRemoval, of plan: Int64, _ context: JobContext) async throws {
        try await store.database.write(.readCommitted) { connection in
            try context.lease.require(on: connection)
            try Self.check(removal, of: plan, connection)
            try DuplicatePlanStore.setState(.leaving, of: removal, in: plan, on: connection)
        }
    }

    /// Takes a file that is gone out of the catalog.
    private func note(
        _ removal: PlannedRemoval, of request: DuplicateRemovalRequest, _ storages: Storages, _ context: JobContext
    ) async throws {
        let now = store.time.now
        let name = { (file: PlannedRemoval.Name) in "\(storages.names[file.rootID] ?? ""):\(file.path)" }
        let event = AuditEvent(
            action: .fileRemoved, target: .file(removal.spare.entryID, name(removal.spare)),
            changes: [
                AuditEvent.Change("kept", to: name(removal.kept)),
                AuditEvent.Change("size", from: "\(removal.sizeBytes)"),
                AuditEvent.Change("plan", to: "\(request.planID)"),
            ])
        let author = request.requester.author
        // Each statement sees what was committed before its turn.
        try await store.database.write(.readCommitted) { [self] connection in
            try context.lease.require(on: connection)
            try FileRemoval(rootID: removal.spare.rootID, time: store.time).note(removal.spare.entryID, on: connection)
            try DuplicatePlanStore.setState(.removed, of: removal, in: request.planID, on: connection)
            try store.add(removed: 1, bytes: removal.freedBytes, to: request.planID, on: connection)
            try audit.record(event, by: author, now: now, connection)
        }
    }

    private func skip(
        _ removal: PlannedRemoval, of request: DuplicateRemovalRequest, because reason: String, _ context: JobContext
    ) async throws {
        logger.notice(
            "a duplicate stays", metadata: ["path": "\(removal.spare.path)", "reason": "\(reason)"])
        try await store.database.write(.readCommitted) { [self] connection in
            try context.lease.require(on: connection)
            try DuplicatePlanStore.setState(.skipped, of: removal, in: request.planID, note: reason, on: connection)
            try store.add(skipped: 1, to: request.planID, on: connection)
        }
    }
}
