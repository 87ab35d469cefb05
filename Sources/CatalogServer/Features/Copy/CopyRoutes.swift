import CatalogCore
import CatalogJobs
import Hummingbird

/// Copies and uploads over HTTP.
struct CopyRoutes: Sendable {
    let copies: CopyService
    let uploads: UploadService
    /// Told about new jobs, and about those to stop.
    let worker: JobWorker

    init(_ services: CopyServices, worker: JobWorker) {
        copies = services.copies
        uploads = services.uploads
        self.worker = worker
    }

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("copy.storage", toStorage),
            EndpointHandler("copy.local", toLocal),
            EndpointHandler("copy.upload", upload),
            EndpointHandler("copy.job", job),
            EndpointHandler("copy.cancel", cancel),
        ]
    }

    @Sendable private func toStorage(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        let payload = try await request.json(StorageCopyPayload.self, context)
        let source = try await source(payload.sourcePath, caller)
        let name = source.place.fileName
        let found = try await copies.places.end(
            inRoot: payload.storageID, payload.destinationPath, .destination, fileName: name, scope: caller.scope)
        let shown =
            payload.destinationPath + (payload.destinationPath.hasSuffix("/") ? NameEncoding.text(of: name) : "")
        let copy = CopyRequest(
            from: source, to: found.written(shown), replacing: payload.overwrite,
            by: try context.requireAuthor(), node: copies.node)
        return try await answer(
            copy, isAsync: payload.isAsync, "File copied to storage successfully", storageID: payload.storageID)
    }

    /// A file of a storage root may be copied by who may download it; one of this machine was put there to be copied.
    private func source(_ text: String, _ caller: Caller) async throws -> CopyEnd {
        if text.hasPrefix("/") {
            return try copies.places.end(onMachine: text, scope: caller.scope).written(text)
        }
        guard let (host, path) = text.hostAndPath else {
            throw CatalogError(.invalidArgument, "Invalid source format. Use 'host:path'")
        }
        try caller.require("media.download")
        return try await copies.places.end(inRoot: host, path, .source, scope: caller.scope).written(text)
    }

    @Sendable private func toLocal(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        try caller.require("media.download")
        let payload = try await request.json(LocalCopyPayload.self, context)
        guard let (host, path) = payload.sourcePath.hostAndPath else {
            throw CatalogError(.invalidArgument, "Invalid source format. Use 'host:path'")
        }
        let found = try await copies.places.end(inRoot: host, path, .source, scope: caller.scope)
        let target = try copies.places.end(
            onMachine: payload.destinationPath, fileName: found.place.fileName, scope: caller.scope)
        let copy = CopyRequest(
            from: found.written(payload.sourcePath), to: target, replacing: payload.overwrite,
            by: try context.requireAuthor(), node: copies.node)
        return try await answer(copy, isAsync: payload.isAsync, "File copied to local filesystem successfully")
    }

    private func answer(
        _ copy: CopyRequest, isAsync: Bool, _ message: String, storageID: String? = nil
    ) async throws -> Response {
        var json = JSONWriter()
        if isAsync {
            let id = try await copies.queue(copy)
            worker.wake()
            json.queuedCopy(id, copy)
            return json.response(status: .accepted)
        }
        do {
            let outcome = try await copies.run(copy, claim: copies.claim)
            json.copied(message, copy, outcome, storageID: storageID)
        } catch {
            throw CopyFailure.shown(error)
        }
        return json.response()
    }

    @Sendable private func upload(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        var upload = try uploads.begin(
            contentType: request.headers[.contentType],
            contentLength: request.headers[.contentLength].flatMap { Int64($0) }, by: try context.requireAuthor())
        do {
            for try await chunk in request.body { try await upload.receive(chunk) }
            let file = try await upload.finish()
            var json = JSONWriter()
            json.uploaded(file)
            return json.response()
        } catch {
            await upload.abandon()
            throw CopyFailure.shown(error)
        }
    }

    @Sendable private func job(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let state = try await copies.find(context.path.id("job_id", of: "job"), for: context.requireCaller())
        var json = JSONWriter()
        json.copy(state)
        return json.response()
    }

    @Sendable private func cancel(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try context.path.id("job_id", of: "job")
        try await copies.cancel(id, for: context.requireCaller())
        await worker.noteCancelled(id)
        return .message("Copy cancelled")
    }
}
