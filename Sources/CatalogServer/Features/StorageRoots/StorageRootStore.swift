package import CatalogCore
package import CatalogDatabase

/// Questions asked of the table of storage roots.
package struct StorageRootStore: Sendable {
    private let database: any Database
    private let time: TimeSource

    package init(database: any Database, time: TimeSource = .system) {
        self.database = database
        self.time = time
    }

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
        try await first(StorageRootQueries.findByName, .text(TextFold.fold(name)), scope)
    }

    /// The root with this string id.
    package func find(slug: String, scope: AccessScope) async throws -> StorageRoot? {
        try await first(StorageRootQueries.findBySlug, .text(slug), scope)
    }

    /// The root that was at this place before it was deleted last.
    func findDeleted(url: String) async throws -> StorageRoot? {
        try await first(StorageRootQueries.findDeletedByURL, .text(url), .everything)
    }

    /// Writes a new root.
    ///
    /// - Throws: `CatalogError.alreadyExists` when name or slug are taken.
    func insert(_ draft: StorageRootDraft, slug: String) async throws -> RootID {
        let now = time.now
        return try await database.write { connection in
            let id = try connection.firstRow(
                StorageRootQueries.insert,
                [
                    .text(slug), .text(draft.name), .text(TextFold.fold(draft.name)), .text(draft.protocolName),
                    .text(draft.url), .text(draft.path), .bool(draft.enabled), .bool(draft.allowOverlap),
                    .optional(draft.maxDepth.map { Int64($0) }), .bool(draft.enableDuplicateDetection),
                    .bool(draft.enableMetadataExtraction), .text(StorageRoot.json(draft.includePatterns)),
                    .text(StorageRoot.json(draft.excludePatterns)), .integer(now),
                ], { $0.integer(0) })
            guard let id else { throw CatalogError.internalError("an inserted storage root has no id") }
            return id
        }
    }

    /// Rewrites a root, and revives it when it was deleted.
    func update(_ id: RootID, to draft: StorageRootDraft, slug: String) async throws {
        let now = time.now
        _ = try await database.write { connection in
            try connection.execute(
                StorageRootQueries.update,
                [
                    .integer(id), .text(slug), .text(draft.name), .text(TextFold.fold(draft.name)), .text(draft.url),
                    .text(draft.path), .bool(draft.enabled), .bool(draft.allowOverlap),
                    .optional(draft.maxDepth.map { Int64($0) }), .bool(draft.enableDuplicateDetection),
                    .bool(draft.enableMetadataExtraction), .text(StorageRoot.json(draft.includePatterns)),
                    .text(StorageRoot.json(draft.excludePatterns)), .integer(now),
                ])
        }
    }

    /// Hides a root and everything in it; its rows wait for its return.
    func delete(_ id: RootID) async throws {
        let now = time.now
        _ = try await database.write { try $0.execute(StorageRootQueries.delete, [.integer(id), .integer(now)]) }
    }

    /// Removes the rows of a deleted root, some thousand at a time.
    func purge(_ id: RootID) async throws {
        _ = try await database.write { try $0.execute(StorageRootQueries.purgeDirectories, [.integer(id)]) }
        while try await database.write({ try $0.execute(StorageRootQueries.purgeEntries, [.integer(id)]) }) > 0 {}
        _ = try await database.write { try $0.execute(StorageRootQueries.purgeRoot, [.integer(id)]) }
    }

    func noteReachability(of id: RootID, status: StorageRoot.Status, error: String?) async throws {
        let now = time.now
        _ = try await database.write { connection in
            try connection.execute(
                StorageRootQueries.noteReachability,
                [.integer(id), .text(status.rawValue), .optional(error), .integer(now)])
        }
    }

    func noteScanned(_ id: RootID, identity: String?) async throws {
        let now = time.now
        _ = try await database.write { connection in
            try connection.execute(
                StorageRootQueries.noteScanned, [.integer(id), .integer(now), .optional(identity)])
        }
    }

    private func first(_ statement: SQLStatement, _ value: SQLValue, _ scope: AccessScope) async throws -> StorageRoot? {
        let root = try await database.read { try $0.firstRow(statement, [value], StorageRoot.init(row:)) }
        return root.flatMap { scope.allows($0.id) ? $0 : nil }
    }
}
