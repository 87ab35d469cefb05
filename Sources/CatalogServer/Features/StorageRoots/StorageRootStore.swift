package import CatalogCore
package import CatalogDatabase
import CatalogScanner
import CatalogSearch

/// Questions asked of the table of storage roots.
package struct StorageRootStore: Sendable {
    private let database: any Database
    private let audit = AuditStore()
    private let time: TimeSource

    package init(database: any Database, time: TimeSource = .system) {
        self.database = database
        self.time = time
    }

    /// Microseconds since 1970, now.
    var now: Int64 { time.now }

    /// Every root that is not deleted and that the caller may see, by name.
    package func all(scope: AccessScope) async throws -> [StorageRoot] {
        let roots = try await database.read { try $0.rows(StorageRootQueries.live, [], StorageRoot.init(row:)) }
        return roots.filter { scope.allows($0.id) }
    }

    /// The root with this number, if the caller may see it.
    package func find(_ id: RootID, scope: AccessScope) async throws -> StorageRoot? {
        try await first(StorageRootQueries.find, .integer(id), scope)
    }

    /// The root with this name, compared by `TextFold`.
    package func find(name: String, scope: AccessScope) async throws -> StorageRoot? {
        // No root has a longer name, and folding one may take long.
        guard name.utf8.count <= Limits.nameBytes else { return nil }
        return try await first(StorageRootQueries.findByName, .text(TextFold.fold(name)), scope)
    }

    /// The root with this string id.
    package func find(slug: String, scope: AccessScope) async throws -> StorageRoot? {
        try await first(StorageRootQueries.findBySlug, .text(slug), scope)
    }

    /// Whether there is a deleted root with this number.
    func isHidden(_ id: RootID) async throws -> Bool {
        try await database.read {
            try $0.firstRow(StorageRootQueries.findHidden, [.integer(id)]) { _ in true } ?? false
        }
    }

    /// What became of a new root.
    enum Creation: Sendable {
        case created(RootID)
        /// There is one with the name; nothing was written.
        case exists(StorageRoot)
    }

    /// Writes a new root, or brings the one back that was deleted at this place last.
    ///
    /// - Parameter check: throws when the other roots leave it no room.
    /// - Throws: what `check` does; `CatalogError.conflict` when the string id is taken.
    func create(
        _ draft: StorageRootDraft, by author: Author, check: @escaping @Sendable ([StorageRoot]) throws -> Void
    ) async throws -> Creation {
        let now = time.now
        return try await database.write { [audit] connection in
            let others = try connection.rows(StorageRootQueries.live, [], StorageRoot.init(row:))
            let folded = TextFold.fold(draft.name)
            if let other = others.first(where: { TextFold.fold($0.name) == folded }) { return .exists(other) }
            try check(others)
            let values = try Self.values(of: draft, slug: Self.freeSlug(for: draft, beside: others), now: now)
            let id = try Self.write(draft, values, connection)
            let changes = [AuditEvent.Change("url", to: draft.url)]
            let event = AuditEvent(action: .rootCreated, target: .root(id, draft.name), changes: changes)
            try audit.record(event, by: author, now: now, connection)
            return .created(id)
        }
    }

    /// - Returns: the number of the new row, or of the one that came back.
    private static func write(
        _ draft: StorageRootDraft, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws -> RootID {
        let deleted = try connection.firstRow(
            StorageRootQueries.findDeletedByURL, [.text(draft.url)], { $0.integer(0) })
        if let deleted {
            try connection.execute(StorageRootQueries.update, [.integer(deleted)] + values)
            return deleted
        }
        let id = try connection.firstRow(
            StorageRootQueries.insert, [.text(draft.protocolName)] + values, { $0.integer(0) })
        guard let id else { throw CatalogError.internalError("an inserted storage root has no id") }
        return id
    }

    /// Rewrites a root.
    ///
    /// - Parameter check: throws when the other roots leave it no room.
    /// - Throws: what `check` does; `CatalogError.conflict` when the name or the string id is taken.
    func update(
        _ id: RootID, to draft: StorageRootDraft, by author: Author,
        check: @escaping @Sendable ([StorageRoot]) throws -> Void
    ) async throws {
        let now = time.now
        try await database.write { [audit] connection in
            let all = try connection.rows(StorageRootQueries.live, [], StorageRoot.init(row:))
            let others = all.filter { $0.id != id }
            let folded = TextFold.fold(draft.name)
            guard !others.contains(where: { TextFold.fold($0.name) == folded }) else {
                throw CatalogError(.conflict, "Storage root name already exists")
            }
            try check(others)
            let values = try Self.values(of: draft, slug: Self.freeSlug(for: draft, beside: others), now: now)
            try connection.execute(StorageRootQueries.update, [.integer(id)] + values)
            try connection.send(.rootChanged(id))
            let changes = all.first { $0.id == id }?.changes(to: draft) ?? []
            guard !changes.isEmpty else { return }
            let event = AuditEvent(action: .rootUpdated, target: .root(id, draft.name), changes: changes)
            try audit.record(event, by: author, now: now, connection)
        }
    }

    private static func values(of draft: StorageRootDraft, slug: String, now: Int64) -> [SQLValue] {
        [
            .text(slug), .text(draft.name), .text(TextFold.fold(draft.name)), .text(draft.url), .text(draft.path),
            .bool(draft.enabled), .bool(draft.allowOverlap), .optional(draft.maxDepth.map { Int64($0) }),
            .bool(draft.enableDuplicateDetection), .bool(draft.enableMetadataExtraction),
            .text(StorageRoot.json(draft.includePatterns)), .text(StorageRoot.json(draft.excludePatterns)),
            .optional(draft.username), .optional(draft.domain),
            .optional(draft.options.isEmpty ? nil : StorageRoot.json(draft.options)), .optional(draft.sealedPassword),
            .optional(draft.schedule.intervalSeconds.map { Int64($0) }), .optional(draft.schedule.quiet?.text),
            .optional(draft.hashLimits.window?.text), .optional(draft.hashLimits.bytesPerDay), .integer(now),
        ]
    }

    /// The string id that was asked for, or one made from the name, with a number where that is taken.
    private static func freeSlug(for draft: StorageRootDraft, beside others: [StorageRoot]) throws -> String {
        let taken = Set(others.map(\.slug))
        if let wanted = draft.slug {
            guard !taken.contains(wanted) else { throw CatalogError(.conflict, "Storage root id already exists") }
            return wanted
        }
        let wanted = StorageRootDraft.slug(of: draft.name)
        var slug = wanted
        var number = 2
        while taken.contains(slug) {
            slug = "\(wanted)-\(number)"
            number += 1
        }
        return slug
    }

    /// Hides a root and everything in it; its rows wait for its return.
    func delete(_ root: StorageRoot, by author: Author) async throws {
        let now = time.now
        try await database.write { [audit] connection in
            try connection.execute(StorageRootQueries.delete, [.integer(root.id), .integer(now)])
            try connection.send(.rootChanged(root.id))
            let event = AuditEvent(action: .rootDeleted, target: .root(root.id, root.name))
            try audit.record(event, by: author, now: now, connection)
        }
    }

    /// Takes the place from a deleted root: half of its rows must not come back, should its purge be interrupted.
    ///
    /// - Parameter author: who wants it; nil for a purge that goes on.
    func abandon(_ id: RootID, by author: Author?) async throws {
        let now = time.now
        try await database.write { [audit] connection in
            let name = try connection.firstRow(StorageRootQueries.name, [.integer(id)]) { $0.text(0) }
            try connection.execute(StorageRootQueries.abandon, [.integer(id)])
            guard let author, let name else { return }
            let event = AuditEvent(action: .rootPurged, target: .root(id, name))
            try audit.record(event, by: author, now: now, connection)
        }
    }

    /// Roots whose purge has begun.
    func abandoned() async throws -> [RootID] {
        try await database.read { try $0.rows(StorageRootQueries.abandoned, []) { $0.integer(0) } }
    }

    /// Removes the rows of an abandoned root, some thousand at a time, and its own one last.
    func purge(_ id: RootID) async throws {
        let now = time.now
        let run = try await database.read { connection in
            try connection.firstRow(StorageRootQueries.entryRun, [.integer(id)]) { row in
                row.optionalInteger(0).map { (first: $0, last: row.integer(1)) }
            } ?? nil
        }
        _ = try await database.write { try $0.execute(StorageRootQueries.purgeDirectories, [.integer(id)]) }
        if let run {
            for first in stride(from: run.first, through: run.last, by: 20_000) {
                let last = min(first + 19_999, run.last)
                try await database.write { connection in
                    try connection.execute(
                        StorageRootQueries.purgeEntries, [.integer(id), .integer(first), .integer(last)])
                    // In the same transaction, so that an index that is built meanwhile hears of it too.
                    try NameJournal.recordRemovedRun(
                        root: id, first: first, last: last, in: connection, nowMicroseconds: now)
                }
            }
        }
        try await database.write { connection in
            try EntryCountStore(rootID: id).forget(on: connection)
            try connection.execute(StorageRootQueries.purgeRoot, [.integer(id)])
        }
    }

    /// The same as `find` for callers on a thread that may block.
    func findBlocking(_ id: RootID) throws -> StorageRoot? {
        try database.readBlocking { try $0.firstRow(StorageRootQueries.find, [.integer(id)], StorageRoot.init(row:)) }
    }

    /// Notes whether a root could be reached.
    ///
    /// - Parameter start: a failure counts for nothing when somebody has reached the root since then.
    /// - Returns: what changed by it, if anything did.
    func noteReachability(
        of id: RootID, _ status: StorageRoot.Status, error: String?, unlessFoundSince start: Int64?
    ) async throws -> StorageRootChange? {
        let now = time.now
        return try await database.write { connection in
            let root = try connection.firstRow(StorageRootQueries.find, [.integer(id)], StorageRoot.init(row:))
            if let start, root?.status == .online, let last = root?.lastCheckedAt, last > start { return nil }
            try connection.execute(
                StorageRootQueries.noteReachability,
                [.integer(id), .text(status.rawValue), .optional(error), .integer(now)])
            return root.flatMap { $0.status == status ? nil : StorageRootChange($0, status: status, error: error) }
        }
    }

    func noteIdentity(of id: RootID, _ identity: String) async throws {
        _ = try await database.write { connection in
            try connection.execute(StorageRootQueries.noteIdentity, [.integer(id), .text(identity)])
        }
    }

    func noteScanned(_ id: RootID, identity: String?) async throws {
        let now = time.now
        _ = try await database.write { connection in
            try connection.execute(
                StorageRootQueries.noteScanned, [.integer(id), .integer(now), .optional(identity)])
        }
    }

    private func first(_ statement: SQLStatement, _ value: SQLValue, _ scope: AccessScope) async throws -> StorageRoot?
    {
        let root = try await database.read { try $0.firstRow(statement, [value], StorageRoot.init(row:)) }
        return root.flatMap { scope.allows($0.id) ? $0 : nil }
    }
}
