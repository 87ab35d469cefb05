package import CatalogCore
import HTTPTypes
import Hummingbird

/// The handlers of `/api/v1/auth`.
package struct AuthenticationRoutes: Sendable {
    private let services: AuthenticationServices
    private let time: TimeSource

    /// Binds the endpoints to the services behind them.
    ///
    /// - Parameter time: decides what an answer says about locks.
    package init(_ services: AuthenticationServices, time: TimeSource = .system) {
        self.services = services
        self.time = time
    }

    /// One for each endpoint of `AuthenticationEndpoints`.
    package var handlers: [EndpointHandler] {
        [
            EndpointHandler("auth.login", login),
            EndpointHandler("auth.register", register),
            EndpointHandler("auth.refresh", refresh),
            EndpointHandler("auth.logout", logout),
            EndpointHandler("auth.me", account),
            EndpointHandler("auth.status", status),
            EndpointHandler("auth.permissions", permissions),
            EndpointHandler("auth.profile", account),
            EndpointHandler("auth.updateProfile", updateProfile),
            EndpointHandler("auth.changePassword", changePassword),
            EndpointHandler("auth.password", changePassword),
            EndpointHandler("auth.initStatus", initialStatus),
            EndpointHandler("auth.streamTicket", streamTicket),
        ]
    }

    private func login(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let body = try await request.json(LoginRequest.self, context)
        guard !body.username.isEmpty, !body.password.isEmpty else {
            throw CatalogError(.invalidArgument, ErrorText.invalidFormat)
        }
        let network = context.clientAddress.rateKey
        if let account = try await services.logins.rateSubject(of: body.username, from: network) {
            try await context.charge(account: account)
        }
        let origin = ClientOrigin(
            address: context.clientAddress.description, network: network,
            userAgent: request.headers[.userAgent], device: try body.device())
        let signedIn = try await services.logins.login(
            name: body.username, password: Password(body.password), rememberMe: body.rememberMe ?? false, from: origin)
        return tokens(signedIn)
    }

    private func register(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try services.registration.requireEnabled()
        let registration = try await request.json(RegisterRequest.self, context).registration()
        if let folded = Username.folded(ofLogin: registration.username) {
            try await context.charge(account: "name:\(folded)")
        }
        let (user, role) = try await services.registration.register(
            registration, from: context.clientAddress.description)
        return answer(user, role, status: .created)
    }

    private func refresh(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let body = try await request.optionalJSON(RefreshRequest.self, context) else {
            guard let caller = context.caller else { throw CatalogError(.invalidArgument, ErrorText.invalidFormat) }
            return tokens(try await services.sessions.refresh(sessionOf: caller))
        }
        guard !body.refreshToken.isEmpty else { throw CatalogError(.invalidArgument, ErrorText.invalidFormat) }
        if let owner = try await services.sessions.owner(ofRefreshToken: body.refreshToken) {
            try await context.charge(account: "\(owner)")
        }
        return tokens(try await services.sessions.refresh(with: body.refreshToken))
    }

    private func logout(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await services.sessions.logout(sessionID: try context.requireCaller().requireSession())
        return .message("Logged out successfully")
    }

    private func account(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let (user, role) = try await services.accounts.account(of: try context.requireCaller())
        return answer(user, role)
    }

    private func status(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.field("authenticated", context.caller != nil)
        if let caller = context.caller {
            let (user, role) = try await services.accounts.account(of: caller)
            json.key("user")
            json.user(user, role, now: time.now, showsAddress: true)
            json.field("permissions", caller.permissions.names)
        }
        json.endObject()
        return json.response()
    }

    private func permissions(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try .json(CallerPermissionsPayload(try context.requireCaller()))
    }

    private func updateProfile(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let body = try await request.json(ProfileRequest.self, context)
        let author = try context.requireAuthor()
        let caller = try context.requireCaller()
        try caller.requireOwnProfile()
        let (user, role) = try await services.users.update(
            caller.userID, UserEdit(profile: body.change), by: author)
        return answer(user, role)
    }

    private func changePassword(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try context.requireCaller().requireSession()
        let body = try await request.json(ChangePasswordRequest.self, context)
        guard !body.currentPassword.isEmpty, !body.newPassword.isEmpty else {
            throw CatalogError(.invalidArgument, ErrorText.invalidFormat)
        }
        try await services.accounts.changePassword(
            of: try context.requireCaller(), from: Password(body.currentPassword), to: Password(body.newPassword),
            network: context.clientAddress.rateKey, by: try context.requireAuthor())
        return .message("Password changed successfully")
    }

    private func initialStatus(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try .json(InitialStatusPayload(try await services.accounts.initialState()))
    }

    private func streamTicket(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let ticket = try await services.tickets.issue(to: try context.requireCaller())
        return try .json(StreamTicketPayload(ticket: ticket))
    }

    /// Users see themselves whole.
    private func answer(_ user: User, _ role: Role, status: HTTPResponse.Status = .ok) -> Response {
        var json = JSONWriter(capacity: 1_024)
        json.user(user, role, now: time.now, showsAddress: true)
        return json.response(status: status)
    }

    private func tokens(_ signedIn: SignedIn) -> Response {
        var json = JSONWriter(capacity: 2_048)
        json.signedIn(signedIn, now: time.now)
        return json.response()
    }
}
