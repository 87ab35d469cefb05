import CatalogCore
import CatalogStorage
import Hummingbird

/// Storage roots over HTTP.
struct StorageRootRoutes: Sendable {
    let roots: StorageRootService

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("storage.list", list),
            EndpointHandler("storage.files", files),
            EndpointHandler("storage.create", create),
            EndpointHandler("storage.get", get),
            EndpointHandler("storage.update", update),
            EndpointHandler("storage.delete", delete),
            EndpointHandler("storage.test", test),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        let shown = try await roots.list(scope: caller.scope, includingDisabled: caller.can("system.configure"))
        let states = try await roots.states(of: shown, scope: caller.scope)
        var json = JSONWriter()
        json.beginObject()
        for name in ["roots", "data"] as [StaticString] {
            json.beginArray(name)
            for root in shown { json.storageRoot(root, states[root.id] ?? StorageRootState()) }
            json.endArray()
        }
        json.endObject()
        return json.response()
    }

    @Sendable private func files(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let storage = context.query["storage_id"], !storage.isEmpty else {
            throw CatalogError(.invalidArgument, "storage_id is required")
        }
        let path = try context.path.storagePath("path")
        let page = context.query.page()
        let found = try await roots.listing(
            of: path, in: storage, page: page, scope: context.requireCaller().scope)
        var json = JSONWriter(capacity: 128 + found.entries.count * 256)
        json.beginObject()
        json.field("path", "/" + path.text)
        json.field("storage_id", storage)
        json.beginArray("files")
        for entry in found.entries { json.liveEntry(entry) }
        json.endArray()
        json.field("count", found.entries.count)
        json.field("total", found.total)
        json.field("limit", page.limit)
        json.field("offset", page.offset)
        json.endObject()
        return json.response(of: page, total: found.total, context)
    }

    @Sendable private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard try context.requireCaller().scope == .everything else {
            throw CatalogError(.permissionDenied, "Adding a storage root needs a role that may see all of them")
        }
        let change = try await request.json(StorageRootRequest.self, context)
        let mustAnswer = try context.query.bool("verify") ?? false
        let (root, isNew) = try await roots.create(
            change.draft(), orChanging: change.draft(changing:), mustAnswer: mustAnswer,
            by: try context.requireAuthor())
        var json = JSONWriter()
        json.storageRoot(root, message: isNew ? "Storage root created" : "Storage root updated")
        return json.response(status: isNew ? .created : .ok)
    }

    @Sendable private func get(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let root = try await root(context)
        let states = try await roots.states(of: [root], scope: context.requireCaller().scope)
        var json = JSONWriter()
        json.storageRoot(root, states[root.id] ?? StorageRootState())
        return json.response()
    }

    @Sendable private func update(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let change = try await request.json(StorageRootRequest.self, context)
        let root = try await wholeRoot(context)
        let draft = try change.draft(changing: root)
        var json = JSONWriter()
        json.storageRoot(try await roots.update(root.id, to: draft, by: try context.requireAuthor()))
        return json.response()
    }

    @Sendable private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let purge = try context.query.bool("purge") ?? false
        // What is hidden already is found by its number only, and only to be forgotten.
        let id: RootID
        if purge, let number = RootID(context.path.text("id")) {
            guard try context.requireCaller().scope.allows(number) else {
                throw CatalogError(.notFound, "Storage root not found")
            }
            try Self.requireWhole(number, context)
            id = number
        } else {
            id = try await wholeRoot(context).id
        }
        try await roots.delete(id, purge: purge, by: try context.requireAuthor())
        return .noContent
    }

    @Sendable private func test(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let root = try await wholeRoot(context)
        let result = try await roots.test(root.id, scope: context.requireCaller().scope)
        var json = JSONWriter()
        json.beginObject()
        switch result {
        case .success(let probe):
            json.field("success", true)
            json.field("message", "The storage root can be read")
            if let free = probe.freeBytes { json.field("free_bytes", free) }
            if let total = probe.totalBytes { json.field("total_bytes", total) }
        case .failure(let error):
            json.field("success", false)
            json.field("message", error.message)
        }
        json.endObject()
        return json.response()
    }

    /// The root in the path, for what concerns all of it.
    private func wholeRoot(_ context: AppRequestContext) async throws -> StorageRoot {
        let root = try await root(context)
        try Self.requireWhole(root.id, context)
        return root
    }

    private static func requireWhole(_ id: RootID, _ context: AppRequestContext) throws {
        try context.requireCaller().scope.requireWhole(id)
    }

    private func root(_ context: AppRequestContext) async throws -> StorageRoot {
        let root = try await roots.find(context.path.text("id"), scope: context.requireCaller().scope)
        guard try root.enabled || context.requireCaller().can("system.configure") else {
            throw CatalogError(.notFound, "Storage root not found")
        }
        return root
    }
}
