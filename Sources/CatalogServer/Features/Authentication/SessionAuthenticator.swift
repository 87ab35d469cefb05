/// Recognises callers by what authentication has handed out.
package struct SessionAuthenticator: RequestAuthenticator {
    private let services: AuthenticationServices

    package init(_ services: AuthenticationServices) {
        self.services = services
    }

    package func caller(bearer token: String) async throws -> Caller {
        try await services.sessions.authenticate(bearer: token)
    }

    package func caller(ticket: String) async throws -> Caller {
        try await services.tickets.redeem(ticket)
    }

    package func caller(link token: String) async throws -> Caller {
        try await services.links.redeem(token).owner
    }
}
