import CatalogCore
import Hummingbird

/// Sessions over HTTP.
struct SessionRoutes: Sendable {
    let sessions: SessionService

    /// One for each endpoint of `SessionEndpoints`.
    var handlers: [EndpointHandler] {
        [
            EndpointHandler("sessions.list", list),
            EndpointHandler("sessions.delete", delete),
            EndpointHandler("users.sessions", listOfUser),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        _ = try caller.requireSession()
        return answer(try await sessions.list(of: caller.userID), caller)
    }

    @Sendable private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let caller = try context.requireCaller()
        _ = try caller.requireSession()
        try await sessions.end(context.path.text("id"), of: caller.userID, by: try context.requireAuthor())
        return .noContent
    }

    @Sendable private func listOfUser(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try context.path.id("id", of: "user")
        return answer(try await sessions.list(of: id), try context.requireCaller())
    }

    private func answer(_ found: [SessionDetails], _ caller: Caller) -> Response {
        var json = JSONWriter(capacity: 64 + found.count * 384)
        json.beginObject()
        json.beginArray("sessions")
        for details in found { json.session(details, isCurrent: details.session.id == caller.sessionID) }
        json.endArray()
        json.endObject()
        return json.response()
    }
}

extension JSONWriter {
    fileprivate mutating func session(_ details: SessionDetails, isCurrent: Bool) {
        beginObject()
        field("id", details.session.id)
        field("user_id", details.session.userID)
        key("device_info")
        raw(details.device.text.utf8)
        field("ip_address", details.address)
        field("user_agent", details.userAgent)
        // Those that are not are not shown.
        field("is_active", true)
        field("is_current", isCurrent)
        field("expires_at", time: details.session.refreshExpiresAt)
        field("created_at", time: details.createdAt)
        field("last_activity_at", time: details.lastActivityAt)
        endObject()
    }
}
