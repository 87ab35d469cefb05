import CatalogCore
import Hummingbird

/// Downloads over HTTP.
struct DownloadRoutes: Sendable {
    let downloads: DownloadService
    let links: DownloadLinkService

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("download.file", file),
            EndpointHandler("download.linked", linked),
        ]
    }

    @Sendable private func file(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try context.path.id("id", of: "file")
        return try await send(id, to: context.requireCaller(), request, context)
    }

    @Sendable private func linked(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let (link, owner) = try await links.redeem(context.path.text("token"))
        return try await send(link.entryID, to: owner, request, context)
    }

    private func send(
        _ id: EntryID, to caller: Caller, _ request: Request, _ context: AppRequestContext
    ) async throws -> Response {
        let inline = try context.query.bool("inline") ?? false
        let file = try await downloads.open(id, scope: caller.scope)
        return try await FileResponse(file, service: downloads, context: context, userID: caller.userID)
            .response(to: request, inline: inline)
    }
}
