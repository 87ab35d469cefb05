import CatalogCore
import Hummingbird

/// Downloads over HTTP.
struct DownloadRoutes: Sendable {
    let downloads: DownloadService

    var handlers: [EndpointHandler] { [EndpointHandler("download.file", file)] }

    @Sendable private func file(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try context.path.id("id", of: "file")
        let inline = try context.query.bool("inline") ?? false
        let download = try await downloads.open(id, scope: context.requireCaller().scope)
        return try await FileResponse(download, service: downloads, context: context).response(to: request, inline: inline)
    }
}
