import CatalogCore
import CatalogJobs
import CatalogScanner
import Hummingbird

/// Scans over HTTP.
struct ScanRoutes: Sendable {
    let scans: ScanService
    let roots: StorageRootService
    /// Told about new jobs, and about those to stop, so that nobody waits for the next look at the table.
    let worker: JobWorker
    let time: TimeSource

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("scans.create", create),
            EndpointHandler("scans.list", list),
            EndpointHandler("scans.get", get),
            EndpointHandler("scans.cancel", cancel),
            EndpointHandler("scans.delete", delete),
            EndpointHandler("scans.confirm", confirm),
            EndpointHandler("scans.discard", discard),
            EndpointHandler("scans.errors", errors),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        let payload = try await request.json(ScanCreateRequest.self, context)
        let type = try payload.checkedType()
        let path = try StoragePath(parsing: payload.path ?? "")
        let root = try await roots.find(payload.storageRoot, scope: caller.scope)
        try caller.scope.requireWhole(root.id)
        guard root.enabled else {
            throw CatalogError(.conflict, "The storage root is disabled; enable it to scan it")
        }
        let id = try await scans.request(
            ScanRequest(
                rootID: root.id, path: path, type: type, maxDepth: payload.maxDepth,
                confirmsRemovals: payload.confirmsRemovals, requestedBy: caller.userID))
        worker.wake()
        let scan = try await scans.find(id, scope: caller.scope)
        var json = JSONWriter()
        json.queued(id, rootID: root.id, type: scan.type, message: "Scan queued")
        return json.response(status: .accepted)
    }

    @Sendable private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let scope = try context.requireCaller().scope
        let rootText = context.query["storage_root_id"].flatMap { $0.isEmpty ? nil : $0 }
        var rootID: RootID?
        if let rootText { rootID = try await roots.find(rootText, scope: scope).id }
        let found = try await scans.list(rootID: rootID, page: context.query.page(), scope: scope)
        var json = JSONWriter(capacity: 128 + found.count * 640)
        json.beginObject()
        json.beginArray("scans")
        for scan in found { json.scan(scan, now: time.now) }
        json.endArray()
        json.endObject()
        return json.response()
    }

    @Sendable private func get(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let scan = try await scans.find(id(context), scope: context.requireCaller().scope)
        var json = JSONWriter()
        json.scan(scan, now: time.now)
        return json.response()
    }

    @Sendable private func cancel(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await stop(context)
        return .message("Scan cancelled")
    }

    @Sendable private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await stop(context)
        return .noContent
    }

    private func stop(_ context: AppRequestContext) async throws {
        let id = try id(context)
        try await scans.cancel(id, scope: context.requireCaller().scope)
        await worker.noteCancelled(id)
    }

    @Sendable private func confirm(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let scope = try context.requireCaller().scope
        let scan = try await scans.find(id(context), scope: scope)
        try await scans.confirm(scan.id, scope: scope)
        worker.wake()
        var json = JSONWriter()
        json.queued(scan.id, rootID: scan.rootID, type: scan.type, message: "Removals confirmed")
        return json.response(status: .accepted)
    }

    @Sendable private func discard(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await scans.discard(id(context), scope: context.requireCaller().scope)
        return .message("Removals discarded")
    }

    @Sendable private func errors(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let page = context.query.page()
        let found = try await scans.errors(of: id(context), page: page, scope: context.requireCaller().scope)
        var json = JSONWriter(capacity: 128 + found.errors.count * 256)
        json.beginObject()
        json.beginArray("errors")
        for error in found.errors {
            json.beginObject()
            json.field("path", error.path)
            json.field("code", error.code)
            json.field("message", error.message)
            json.field("time", time: error.at)
            json.endObject()
        }
        json.endArray()
        json.field("total", found.total)
        json.field("count", found.errors.count)
        json.field("limit", page.limit)
        json.field("offset", page.offset)
        json.endObject()
        return json.response()
    }

    private func id(_ context: AppRequestContext) throws -> JobID {
        try context.path.id("job_id", of: "job")
    }
}
