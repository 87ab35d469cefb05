import CatalogServer
import CatalogTestSupport
import HTTPTypes
import Testing

/// Keys that scripts use instead of logging in, and sessions as their owners see them.
@Suite struct APIKeyContractTests {
    @Test func `A key allows what both it and its owner's role allow`() async throws {
        try await CatalogAPI.with { api in
            let key = try await newKey(#"{"name":"reader","permissions":["media.view","report.create"]}"#, api)
            #expect(try await api.get("catalog", token: key).status == 200)
            #expect(try await api.get("users", token: key).status == 403)
            #expect(try await api.get("auth/permissions", token: key).text.contains(#"["media.view","report.create"]"#))
            // People may always change their own account; a key must say so.
            #expect(try await api.send(.put, "auth/profile", "{}", token: key).status == 403)
            #expect(try await api.send(.put, "users/1", "{}", token: key).status == 403)

            let ada = try await newKey(#"{"name":"all of Ada's"}"#, api, token: api.viewer)
            #expect(try await api.get("catalog", token: ada).status == 200)
            #expect(try await api.send(.put, "auth/profile", "{}", token: ada).status == 200)
            #expect(try await api.get("roles", token: ada).status == 403)
            // The role of the owner is asked at every request.
            try #require(try await api.post("roles", #"{"name":"None","permissions":[]}"#).status == 201)
            try #require(try await api.send(.put, "users/2", #"{"role_id":5}"#).status == 200)
            #expect(try await api.get("catalog", token: ada).status == 403)
        }
    }

    @Test(arguments: ["deleted", "expired", "owner locked", "owner disabled", "password reset", "owner deleted"])
    func `A key is worth nothing once it is`(_ what: String) async throws {
        try await CatalogAPI.with { api in
            let body = #"{"name":"script","expires_at":"2024-01-15T10:31:00Z"}"#
            let key = try await newKey(body, api, token: api.viewer)
            #expect(try await api.get("catalog", token: key).status == 200)
            switch what {
            case "deleted": _ = try await api.send(.delete, "auth/api-keys/1", token: api.viewer)
            case "expired": api.server.clock.advance(by: .seconds(60))
            case "owner locked": _ = try await api.post("users/2/lock")
            case "owner disabled": _ = try await api.send(.put, "users/2", #"{"is_active":false}"#)
            case "password reset":
                _ = try await api.post("users/2/reset-password", #"{"new_password":"another password"}"#)
            default: _ = try await api.send(.delete, "users/2")
            }
            #expect(try await api.get("catalog", token: key).status == 401)
        }
    }

    @Test func `A key has an allowance of its own, and is known by its prefix`() async throws {
        let limits = HTTPSettings(rateRules: RateRules(authPerMinute: 0, apiPerMinute: 3))
        try await CatalogAPI.with(http: limits) { api in
            let key = try await newKey(#"{"name":"script"}"#, api)
            #expect(key.hasPrefix("cak_"))
            for remaining in [2, 1, 0] {
                let answer = try await api.get("catalog", token: key)
                #expect(answer.header("X-RateLimit-Remaining") == "\(remaining)")
            }
            #expect(try await api.get("catalog", token: key).status == 429)
            #expect(try await api.get("catalog").status == 200)
            #expect(try await api.get("catalog", token: "cak_" + String(repeating: "0", count: 64)).status == 401)
        }
    }

    @Test func `When a key and a session were used last is shown`() async throws {
        try await CatalogAPI.with { api in
            let key = try await newKey(#"{"name":"script"}"#, api)
            api.server.clock.advance(by: .seconds(600))
            try #require(try await api.get("catalog", token: key).status == 200)
            try #require(try await api.get("catalog", token: api.viewer).status == 200)
            let keys = try await api.get("auth/api-keys").objects("api_keys")
            #expect(keys.compactMap { $0["last_used_at"] as? String } == ["2024-01-15T10:40:00Z"])
            let session = try #require(try await api.get("users/2/sessions").objects("sessions").first)
            #expect(session["last_activity_at"] as? String == "2024-01-15T10:40:00Z")
            #expect(session["created_at"] as? String == "2024-01-15T10:30:00Z")
        }
    }

    @Test func `The secret of a key is shown once and kept nowhere`() async throws {
        try await CatalogAPI.with { api in
            let key = try await newKey(#"{"name":"script"}"#, api)
            #expect(try await !api.get("auth/api-keys").text.contains(key.dropFirst(4)))
            #expect(try await !api.get("audit").text.contains(key.dropFirst(4)))
        }
    }

    @Test func `A session that its owner ends is over at once, and no other`() async throws {
        try await CatalogAPI.with { api in
            let phone = try await api.login("ada", "password of ada")
            let sessions = try await api.get("auth/sessions", token: api.viewer).objects("sessions")
            #expect(sessions.count == 2)
            let other = try #require(sessions.first { $0["is_current"] as? Bool == false }?["id"] as? String)
            // Those of others are not there.
            #expect(try await api.send(.delete, "auth/sessions/\(other)").status == 404)
            #expect(try await api.send(.delete, "auth/sessions/\(other)", token: api.viewer).status == 204)
            #expect(try await api.get("auth/me", token: phone).status == 401)
            #expect(try await api.get("auth/me", token: api.viewer).status == 200)
            #expect(try await api.get("auth/sessions", token: api.viewer).objects("sessions").count == 1)
        }
    }

    private func newKey(_ body: String, _ api: CatalogAPI, token: String? = nil) async throws -> String {
        let answer = try await api.post("auth/api-keys", body, token: token)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(try answer.object()["key"] as? String)
    }
}
