import CatalogCore
import Hummingbird

/// Finds out who sends a request, in the way that its endpoint wants.
enum Authentication {
    private static let scheme = "bearer "

    /// - Throws: `CatalogError.unauthenticated` with the text that fits.
    static func caller(
        of request: Request, _ endpoint: Endpoint, _ parameters: [Substring], _ authenticator: any RequestAuthenticator
    ) async throws -> Caller? {
        switch endpoint.authentication {
        case .none: return nil
        case .optional:
            guard let token = bearer(request) else { return nil }
            do {
                return try await authenticator.caller(bearer: token)
            } catch let error as CatalogError where error.code == .unauthenticated {
                return nil
            }
        case .bearer: return try await required(bearer(request), authenticator.caller(bearer:))
        case .bearerOrTicket:
            if let token = bearer(request) { return try await authenticator.caller(bearer: token) }
            return try await required(try ticket(of: request, endpoint), authenticator.caller(ticket:))
        case .signedLink:
            let index = endpoint.template.parameterNames.firstIndex(of: "token")
            let token = index.map { String(parameters[$0]) }
            return try await required(token, authenticator.caller(link:))
        }
    }

    /// The ticket that a request counts on; nil where none is asked for, and beside a token.
    static func ticket(of request: Request, _ endpoint: Endpoint) throws -> String? {
        guard endpoint.authentication == .bearerOrTicket, bearer(request) == nil else { return nil }
        return try RequestTarget(request.head.path ?? "").query.map { try QueryString(parsing: $0) }?["ticket"]
    }

    private static func required(
        _ credential: String?, _ find: (String) async throws -> Caller
    ) async throws -> Caller {
        guard let credential, !credential.isEmpty else {
            throw CatalogError(.unauthenticated, ErrorText.tokenMissing)
        }
        return try await find(credential)
    }

    /// The token of `Authorization: Bearer …`; the name of the scheme is not case-sensitive.
    private static func bearer(_ request: Request) -> String? {
        guard let value = request.headers.value(of: .authorization), value.utf8.count > scheme.utf8.count,
            zip(value.utf8, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 })
        else { return nil }
        return String(Substring(value.utf8.dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: " ") }))
    }
}
