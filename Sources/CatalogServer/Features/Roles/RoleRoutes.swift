import CatalogCore
import HTTPTypes
import Hummingbird

/// Roles over HTTP.
struct RoleRoutes: Sendable {
    let roles: RoleService

    /// One for each endpoint of `RoleEndpoints`.
    var handlers: [EndpointHandler] {
        [
            EndpointHandler("roles.list", list),
            EndpointHandler("roles.create", create),
            EndpointHandler("roles.permissions", permissions),
            EndpointHandler("roles.get", get),
            EndpointHandler("roles.update", update),
            EndpointHandler("roles.delete", delete),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        var json = JSONWriter()
        json.beginArray()
        let rootNames = try await roles.rootNames()
        for role in try await roles.list() { json.role(role, rootNames: rootNames) }
        json.endArray()
        return json.response()
    }

    @Sendable private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let change = try await request.json(RoleRequest.self, context).change
        let role = try await roles.create(change, by: try context.requireAuthor())
        return try await answer(role, status: .created)
    }

    @Sendable private func permissions(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        var json = JSONWriter()
        json.permissionCatalog()
        return json.response()
    }

    @Sendable private func get(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await answer(try await roles.find(try id(context)))
    }

    @Sendable private func update(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try id(context)
        let change = try await request.json(RoleRequest.self, context).change
        return try await answer(try await roles.update(id, change, by: try context.requireAuthor()))
    }

    @Sendable private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await roles.delete(try id(context), by: try context.requireAuthor())
        return .noContent
    }

    private func answer(_ role: Role, status: HTTPResponse.Status = .ok) async throws -> Response {
        var json = JSONWriter()
        json.role(role, rootNames: try await roles.rootNames())
        return json.response(status: status)
    }

    private func id(_ context: AppRequestContext) throws -> RoleID { try context.path.id("id", of: "role") }
}
