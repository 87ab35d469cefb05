import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore

/// The whole server over a new database, asked about authentication. Its administrator is `admin` with the password
/// `administrator`; limits are off unless a test sets them.
struct AuthenticationAPI {
    static let ada = """
        {"username":"ada","email":"ada@example.com","password":"password of ada",\
        "first_name":"Ada","last_name":"Lovelace"}
        """

    /// A status and a body.
    struct Answer: Equatable {
        let status: Int
        let text: String

        init(_ status: Int, _ text: String) {
            self.status = status
            self.text = text
        }

        func object() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        }
    }

    let server: TestServer
    private let client: LiveClient

    static func with(
        _ settings: AuthenticationSettings = AuthenticationSettings(),
        rates: RateRules = RateRules(authPerMinute: 0, apiPerMinute: 0), trustsProxies: Bool = false,
        _ body: @escaping @Sendable (AuthenticationAPI) async throws -> Void
    ) async throws {
        let http = HTTPSettings(trustedProxies: trustsProxies ? ["0.0.0.0/0", "::/0"] : [], rateRules: rates)
        try await TestServer.withNew(settings, http: http) { server in
            try await LiveClient.with(server.shell) { client in
                try await body(AuthenticationAPI(server: server, client: client))
            }
        }
    }

    /// Changes the database behind the back of the server, as another process would.
    func execute(_ sql: String) async throws {
        try await server.database.write { try $0.executeScript(sql) }
    }

    func get(_ path: String, token: String? = nil) async throws -> Answer {
        try await request(.get, "/api/v1/auth/\(path)", token: token)
    }

    func post(_ path: String, _ body: String, token: String? = nil, from address: String? = nil) async throws -> Answer
    {
        try await request(.post, "/api/v1/auth/\(path)", body, token: token, from: address)
    }

    func put(_ path: String, _ body: String, token: String? = nil) async throws -> Answer {
        try await request(.put, "/api/v1/auth/\(path)", body, token: token)
    }

    /// - Parameter address: what a trusted proxy says about the client.
    func request(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", token: String? = nil,
        from address: String? = nil
    ) async throws -> Answer {
        var headers: HTTPFields = [:]
        if let token { headers[.authorization] = "Bearer \(token)" }
        if let address, let name = HTTPField.Name("X-Forwarded-For") { headers[name] = address }
        let answer = try await client.execute(method, path, headers: headers, body: Array(body.utf8))
        return Answer(answer.head.status.code, String(buffer: answer.body))
    }

    /// The tokens of a new session of the administrator.
    func login() async throws -> (token: String, refresh: String) {
        let body = try await post("login", #"{"username":"admin","password":"administrator"}"#).object()
        return (body["session_token"] as? String ?? "", body["refresh_token"] as? String ?? "")
    }
}
