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
        return try tokens(signedIn)
    }

    private func register(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try services.registration.requireEnabled()
        let registration = try await request.json(RegisterRequest.self, context).registration()
        if let folded = Username.folded(ofLogin: registration.username) {
            try await context.charge(account: "name:\(folded)")
        }
        let (user, role) = try await services.registration.register(registration)
        return try .json(payload(user, role), status: .created)
    }

    private func refresh(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let body = try await request.optionalJSON(RefreshRequest.self, context) else {
            guard let caller = context.caller else { throw CatalogError(.invalidArgument, ErrorText.invalidFormat) }
            return try tokens(try await services.sessions.refresh(sessionOf: caller))
        }
        guard !body.refreshToken.isEmpty else { throw CatalogError(.invalidArgument, ErrorText.invalidFormat) }
        if let owner = try await services.sessions.owner(ofRefreshToken: body.refreshToken) {
            try await context.charge(account: "\(owner)")
        }
        return try tokens(try await services.sessions.refresh(with: body.refreshToken))
    }

    private func logout(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let sessionID = try context.requireCaller().sessionID else { throw AuthenticationFailure.invalidToken }
        try await services.sessions.logout(sessionID: sessionID)
        return .message("Logged out successfully")
    }

    private func account(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let (user, role) = try await services.accounts.account(of: try context.requireCaller())
        return try .json(payload(user, role))
    }

    private func status(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let caller = context.caller else {
            return try .json(AuthenticationStatusPayload(authenticated: false, user: nil, permissions: nil))
        }
        let (user, role) = try await services.accounts.account(of: caller)
        return try .json(
            AuthenticationStatusPayload(
                authenticated: true, user: payload(user, role), permissions: role.permissions.names))
    }

    private func permissions(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try .json(CallerPermissionsPayload(try context.requireCaller()))
    }

    private func updateProfile(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let body = try await request.json(ProfileRequest.self, context)
        let (user, role) = try await services.accounts.update(body.change, of: try context.requireCaller())
        return try .json(payload(user, role))
    }

    private func changePassword(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let body = try await request.json(ChangePasswordRequest.self, context)
        guard !body.currentPassword.isEmpty, !body.newPassword.isEmpty else {
            throw CatalogError(.invalidArgument, ErrorText.invalidFormat)
        }
        try await services.accounts.changePassword(
            of: try context.requireCaller(), from: Password(body.currentPassword), to: Password(body.newPassword),
            network: context.clientAddress.rateKey)
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
    private func payload(_ user: User, _ role: Role) -> UserPayload {
        UserPayload(user, role: role, now: time.now, showsAddress: true)
    }

    private func tokens(_ signedIn: SignedIn) throws -> Response {
        try .json(SignedInPayload(signedIn, now: time.now))
    }
}
