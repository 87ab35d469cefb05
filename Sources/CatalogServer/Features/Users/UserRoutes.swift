import CatalogCore
import HTTPTypes
import Hummingbird

/// Users over HTTP.
struct UserRoutes: Sendable {
    let users: UserAdministration
    /// Decides what an answer says about locks.
    let time: TimeSource

    /// One for each endpoint of `UserEndpoints`.
    var handlers: [EndpointHandler] {
        [
            EndpointHandler("users.create", create),
            EndpointHandler("users.list", list),
            EndpointHandler("users.get", get),
            EndpointHandler("users.update", update),
            EndpointHandler("users.delete", delete),
            EndpointHandler("users.resetPassword", resetPassword),
            EndpointHandler("users.lock", lock),
            EndpointHandler("users.unlock", unlock),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let new = try await request.json(UserCreateRequest.self, context).account()
        let made = try await users.create(new, by: try context.requireAuthor())
        return try answer(made, context, status: .created)
    }

    @Sendable private func list(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        var filter = UserFilter()
        filter.text = context.query["search"].flatMap { $0.isEmpty ? nil : $0 }
        filter.roleID = try context.query.integer("role_id")
        filter.isActive = try context.query.bool("is_active")
        let page = UserEndpoints.page(context.query)
        let (accounts, total) = try await users.list(filter, page: page)
        var json = JSONWriter(capacity: 128 + accounts.count * 1_024)
        json.beginObject()
        json.beginArray("users")
        // Whoever may list users may see where they logged in from.
        for (user, role) in accounts { json.user(user, role, now: time.now, showsAddress: true) }
        json.endArray()
        json.field("total_count", total)
        json.field("limit", page.limit)
        json.field("offset", page.offset)
        json.endObject()
        return json.response(of: page, total: total, context)
    }

    @Sendable private func get(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try id(context, orRequire: "user.view")
        return try answer(try await users.find(id), context)
    }

    @Sendable private func update(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try id(context, orRequire: "user.update")
        let caller = try context.requireCaller()
        if id == caller.userID { try caller.requireOwnProfile() }
        let edit = try await request.json(UserUpdateRequest.self, context).checked()
        return try answer(try await users.update(id, edit, by: try context.requireAuthor()), context)
    }

    @Sendable private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await users.delete(try id(context), by: try context.requireAuthor())
        return .noContent
    }

    @Sendable private func resetPassword(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try id(context)
        let password = try await request.json(ResetPasswordRequest.self, context).password()
        try await users.resetPassword(of: id, to: password, by: try context.requireAuthor())
        return .message("Password reset successfully")
    }

    @Sendable private func lock(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try id(context)
        let until = try await request.optionalJSON(LockRequest.self, context)?.until()
        try await users.lock(id, until: until, by: try context.requireAuthor())
        return .message("Account locked successfully")
    }

    @Sendable private func unlock(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await users.unlock(try id(context), by: try context.requireAuthor())
        return .message("Account unlocked successfully")
    }

    private func id(_ context: AppRequestContext) throws -> UserID { try context.path.id("id", of: "user") }

    /// The id in the path: the caller's own, or any with a permission.
    private func id(_ context: AppRequestContext, orRequire permission: Permission) throws -> UserID {
        let id = try id(context)
        let caller = try context.requireCaller()
        if id != caller.userID { try caller.require(permission) }
        return id
    }

    private func answer(
        _ account: UserAdministration.Account, _ context: AppRequestContext, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let caller = try context.requireCaller()
        var json = JSONWriter(capacity: 1_024)
        json.user(
            account.user, account.role, now: time.now,
            showsAddress: account.user.id == caller.userID || caller.can("user.view"))
        return json.response(status: status)
    }
}
