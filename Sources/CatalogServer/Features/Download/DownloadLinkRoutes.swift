import CatalogCore
import Hummingbird

/// The handlers of `/api/v1/download/links`.
package struct DownloadLinkRoutes: Sendable {
    private let links: DownloadLinkService

    package init(_ links: DownloadLinkService) {
        self.links = links
    }

    /// One for each endpoint of `DownloadLinkEndpoints`.
    package var handlers: [EndpointHandler] {
        [
            EndpointHandler("downloadLinks.create", create),
            EndpointHandler("downloadLinks.list", list),
            EndpointHandler("downloadLinks.revoke", revoke),
        ]
    }

    private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let body = try await request.json(DownloadLinkRequest.self, context)
        guard body.fileID >= 1 else { throw CatalogError(.invalidArgument, "Invalid file ID") }
        let new = try await links.create(
            entryID: body.fileID, seconds: body.expiresIn ?? DownloadLinkRequest.defaultSeconds,
            caller: try context.requireCaller())
        return try .json(DownloadLinkPayload(new.link, url: new.path), status: .created)
    }

    private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let found = try await links.list(of: try context.requireCaller()).map { DownloadLinkPayload($0) }
        return try .json(DownloadLinksPayload(links: found, count: found.count))
    }

    private func revoke(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await links.revoke(try context.path.id("id", of: "link"), caller: try context.requireCaller())
        return .noContent
    }
}
