import CatalogCore
import Hummingbird

/// API keys over HTTP.
struct APIKeyRoutes: Sendable {
    let keys: APIKeyService

    /// One for each endpoint of `APIKeyEndpoints`.
    var handlers: [EndpointHandler] {
        [
            EndpointHandler("apiKeys.create", create),
            EndpointHandler("apiKeys.list", list),
            EndpointHandler("apiKeys.delete", delete),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let order = try await request.json(APIKeyRequest.self, context).order()
        let made = try await keys.create(
            order, of: try context.requireCaller(), by: try context.requireAuthor())
        var json = JSONWriter()
        json.beginObject()
        json.members(of: made.key)
        json.field("key", made.secret)
        json.endObject()
        return json.response(status: .created)
    }

    @Sendable private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.beginArray("api_keys")
        for key in try await keys.list(of: try context.requireCaller()) {
            json.beginObject()
            json.members(of: key)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.response()
    }

    @Sendable private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try context.path.id("id", of: "API key")
        try await keys.delete(id, of: try context.requireCaller(), by: try context.requireAuthor())
        return .noContent
    }
}

extension JSONWriter {
    fileprivate mutating func members(of key: APIKey) {
        field("id", key.id)
        field("name", key.name)
        if let permissions = key.permissions { field("permissions", permissions) } else { nullField("permissions") }
        field("created_at", time: key.createdAt)
        field("expires_at", time: key.expiresAt)
        field("last_used_at", time: key.lastUsedAt)
    }
}

/// `POST /auth/api-keys`.
private struct APIKeyRequest: Decodable, Sendable {
    private let name: String?
    private let permissions: [String]?
    private let expiresAt: String?

    private enum CodingKeys: String, CodingKey {
        case name, permissions
        case expiresAt = "expires_at"
    }

    /// - Throws: `CatalogError.invalidArgument` for a name that is missing and for what is no time.
    func order() throws -> APIKeyOrder {
        let expiry = try expiresAt.map { text in
            guard let time = Timestamp.microseconds(rfc3339: text) else {
                throw CatalogError(.invalidArgument, "expires_at must be a time such as 2030-02-01T00:00:00Z")
            }
            return time
        }
        return APIKeyOrder(name: try RequiredText.check(name, "name"), permissions: permissions, expiresAt: expiry)
    }
}
