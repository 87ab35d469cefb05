import CatalogCore
import Hummingbird

/// Downloads over HTTP.
struct DownloadRoutes: Sendable {
    let downloads: DownloadService
    let links: DownloadLinkService
    let accessLog: FileAccessLog

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("download.file", file),
            EndpointHandler("download.linked", linked),
        ]
    }

    @Sendable private func file(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try context.path.id("id", of: "file")
        let caller = try context.requireCaller()
        let authenticator = context.exchange.services.authenticator
        return try await send(id, to: caller, request, context) { await authenticator.isAlive(caller) }
    }

    @Sendable private func linked(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let token = context.path.text("token")
        let (link, owner) = try await links.redeem(token)
        return try await send(link.entryID, to: owner, request, context) { await links.mayGoOn(token) }
    }

    private func send(
        _ id: EntryID, to caller: Caller, _ request: Request, _ context: AppRequestContext,
        mayGoOn: @escaping @Sendable () async -> Bool
    ) async throws -> Response {
        let inline = try context.query.bool("inline") ?? false
        let mayReadNothing = context.isHead || FileConditions(request.headers).areThere
        let range = request.headers.value(of: .range)
        let file = try await downloads.open(id, scope: caller.scope) { size in
            mayReadNothing ? nil : ByteRange(header: range, size: size).bytes(of: size)
        }
        let response = FileResponse(
            file, service: downloads, context: context, userID: caller.userID, mayGoOn: mayGoOn)
        let answer = try await response.response(to: request, inline: inline)
        // Whoever only asks what it is, or has it already, has read nothing.
        if !context.isHead, answer.status != .notModified { accessLog.note([id], by: caller.userID) }
        return answer
    }
}
