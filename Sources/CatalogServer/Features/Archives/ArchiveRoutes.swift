import CatalogCore
import Hummingbird

/// Archives over HTTP.
struct ArchiveRoutes: Sendable {
    let archives: ArchiveService
    let accessLog: FileAccessLog

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("download.directory", directory),
            EndpointHandler("download.archive", choices),
        ]
    }

    @Sendable private func directory(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        let kind = try ArchiveKind(format: context.query["format"], compression: context.query["compression"])
        let archive = try await archives.directory(context.path.bytes("path"), kind, scope: caller.scope)
        return try await send(archive, to: caller, request, context)
    }

    @Sendable private func choices(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        let payload = try await request.json(ArchivePayload.self, context)
        let kind = try ArchiveKind(format: payload.format, compression: payload.compression)
        let archive = try await archives.choices(payload.choices, kind, scope: caller.scope)
        return try await send(archive, to: caller, request, context)
    }

    private func send(
        _ archive: Archive, to caller: Caller, _ request: Request, _ context: AppRequestContext
    ) async throws -> Response {
        let response = ArchiveResponse(
            archive, service: archives, accessLog: accessLog, context: context, caller: caller)
        return try await response.response(to: request)
    }
}
