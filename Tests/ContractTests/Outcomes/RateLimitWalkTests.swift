import CatalogServer
import Foundation
import HTTPTypes
import Testing

/// The allowance of every endpoint, used up over a socket. A new endpoint is walked through without a line here.
@Suite struct RateLimitWalkTests {
    /// Small, and not alike, so that the wrong class shows.
    private static let rates = RateRules(authPerMinute: 2, apiPerMinute: 3)

    private static func allowance(of endpoint: Endpoint) -> Int {
        switch endpoint.rateClass {
        case .auth: rates.authPerMinute
        case .api: rates.apiPerMinute
        case .unlimited: 0
        }
    }

    /// Runs `body` against a server that believes what requests say about the address they come from.
    private func withServer(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with(
            http: HTTPSettings(trustedProxies: ["127.0.0.1"], rateRules: Self.rates), body)
    }

    @Test func `Every endpoint that states an allowance answers 429 once it is used up`() async throws {
        try await withServer { api in
            let limited = EndpointManifest.all.filter { $0.rateClass != .unlimited }
            #expect(!limited.isEmpty)
            for (number, endpoint) in limited.enumerated() {
                // An account and an address that have asked nothing yet.
                let address = ["X-Forwarded-For": "192.0.2.\(number)"]
                let token = try await api.token(
                    ofNew: "walker\(number)", role: "admin", headers: ["X-Forwarded-For": "198.51.100.\(number)"])
                // Malformed, so that it is counted and refused before the endpoint does anything, such as ending a session.
                let path = endpoint.path() + "?%zz"
                let send = { try await api.send(endpoint.requestMethod, path, token: token, headers: address) }
                for remaining in (0..<Self.allowance(of: endpoint)).reversed() {
                    let allowed = try await send()
                    #expect(allowed.status == (endpoint.authentication == .signedLink ? 401 : 400), "\(endpoint.id)")
                    #expect(allowed.header("X-RateLimit-Remaining") == "\(remaining)", "\(endpoint.id)")
                }
                try expectRefusal(try await send(), of: endpoint)
            }
        }
    }

    private func expectRefusal(_ refused: CatalogAPI.Answer, of endpoint: Endpoint) throws {
        #expect(refused.status == 429, "\(endpoint.id)")
        let wait = try #require(try refused.object()["retry_after"] as? Int, "\(endpoint.id)")
        #expect((1...60).contains(wait), "\(endpoint.id)")
        #expect(
            refused.text
                == endpoint.refusal("Rate limit exceeded. Please try again later.", ",\"retry_after\":\(wait)"),
            "\(endpoint.id)")
        let (name, limit) = (endpoint.rateClass.rawValue, Self.allowance(of: endpoint))
        // 10:30 of 15 January 2024 is the time of the server's clock.
        let fields = [
            "Content-Type": "application/json", "Retry-After": "\(wait)", "RateLimit": "\"\(name)\";r=0;t=\(wait)",
            "RateLimit-Policy": "\"\(name)\";q=\(limit);w=60", "X-RateLimit-Limit": "\(limit)",
            "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\(1_705_314_600 + wait)",
        ]
        for (field, value) in fields { #expect(refused.header(field) == value, "\(endpoint.id): \(field)") }
    }

    @Test func `Only what monitors ask has no allowance, and only logins, sessions and passwords have the strict one`()
    {
        let unlimited = EndpointManifest.all.filter { $0.rateClass == .unlimited }
        #expect(unlimited.allSatisfy { $0.tag == .health })
        #expect(
            Set(EndpointManifest.all.filter { $0.rateClass == .auth }.map(\.id)) == [
                "auth.login", "auth.register", "auth.refresh", "auth.logout", "auth.me", "auth.changePassword",
                "auth.password",
            ])
    }

    @Test func `An endpoint without an allowance is never used up`() async throws {
        try await withServer { api in
            let unlimited = EndpointManifest.all.filter { $0.rateClass == .unlimited }
            #expect(!unlimited.isEmpty)
            for endpoint in unlimited {
                for _ in 0...(2 * Self.rates.apiPerMinute) {
                    let answer = try await api.send(endpoint.requestMethod, endpoint.path(), token: "")
                    #expect(answer.status == 200, "\(endpoint.id)")
                    #expect(answer.header("RateLimit") == nil, "\(endpoint.id)")
                    #expect(answer.header("X-RateLimit-Limit") == nil, "\(endpoint.id)")
                }
            }
        }
    }
}
