import CatalogCore

/// Recognises callers by what authentication has handed out.
package struct SessionAuthenticator: RequestAuthenticator {
    private let services: AuthenticationServices

    package init(_ services: AuthenticationServices) {
        self.services = services
    }

    package func caller(bearer token: String) async throws -> Caller {
        token.hasPrefix(APIKey.prefix)
            ? try await services.apiKeys.authenticate(token) : try await services.sessions.authenticate(bearer: token)
    }

    package func caller(ticket: String) async throws -> Caller {
        try await services.tickets.caller(of: ticket)
    }

    package func spend(ticket: String) async throws {
        _ = try await services.tickets.redeem(ticket)
    }

    package func caller(link token: String) async throws -> Caller {
        let (link, owner) = try await services.links.redeem(token)
        var caller = owner
        caller.linkID = link.id
        return caller
    }

    package func isAlive(_ caller: Caller) async -> Bool {
        do {
            // Whoever may do or see something else now must ask anew.
            return try await current(caller) == caller
        } catch let error as CatalogError {
            // A database that is busy for a moment ends no stream; asking again comes soon.
            return error.code != .unauthenticated
        } catch {
            return true
        }
    }

    private func current(_ caller: Caller) async throws -> Caller? {
        if let keyID = caller.apiKeyID { return try await services.apiKeys.caller(keyID: keyID) }
        guard let sessionID = caller.sessionID else { return nil }
        return try await services.sessions.caller(sessionID: sessionID)
    }
}
