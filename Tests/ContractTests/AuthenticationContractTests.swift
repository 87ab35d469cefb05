import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

@Suite struct AuthenticationContractTests {
    @Test func `Login answers with the documented members and those that other clients read`() async throws {
        try await AuthenticationAPI.with { api in
            let answer = try await api.post(
                "login", #"{"username":"admin","password":"administrator","remember_me":true}"#)
            #expect(answer.status == 200)
            let body = try answer.object()
            #expect(
                Set(body.keys) == [
                    "user", "session_token", "refresh_token", "expires_at", "token", "token_type", "expires_in",
                    "user_id",
                    "username",
                ])
            #expect(body["expires_at"] as? String == "2024-01-16T10:30:00Z")
            #expect(body["token"] as? String == body["session_token"] as? String)
            #expect(body["expires_in"] as? Int == 86_400)
            #expect(body["token_type"] as? String == "Bearer")
            let user = try #require(body["user"] as? [String: Any])
            #expect(
                Set(user.keys) == [
                    "id", "username", "email", "role_id", "role", "first_name", "last_name", "display_name",
                    "avatar_url",
                    "time_zone", "language", "settings", "is_active", "is_locked", "failed_login_attempts",
                    "must_change_password", "last_login_at", "last_login_ip", "created_at", "updated_at", "permissions",
                ])
            #expect(user["display_name"] is NSNull)
            #expect((user["settings"] as? [String: Any])?.isEmpty == true)
            let role = try #require(user["role"] as? [String: Any])
            #expect(role["name"] as? String == "admin")
            #expect(role["permissions"] as? [String] == ["*"])
        }
    }

    @Test(arguments: [
        "", "{", "[]", "null", #""text""#, "{}", #"{"username":"admin"}"#, #"{"username":"","password":"x"}"#,
        #"{"username":"admin","password":""}"#, #"{"username":1,"password":"x"}"#, #"{"username":null,"password":"x"}"#,
        #"{"username":"admin","password":"administrator","device_info":[]}"#,
    ])
    func `A login that is not complete is refused as malformed`(body: String) async throws {
        try await AuthenticationAPI.with { api in
            let answer = try await api.post("login", body)
            #expect(answer.status == 400)
            #expect(try answer.object()["error"] as? String == "Invalid request format")
        }
    }

    @Test func `A wrong password and an unknown name get the same bytes`() async throws {
        try await AuthenticationAPI.with { api in
            let wrong = try await api.post("login", #"{"username":"admin","password":"wrong password"}"#)
            let unknown = try await api.post("login", #"{"username":"nobody","password":"wrong password"}"#)
            #expect(wrong.status == 401)
            #expect(wrong.text == #"{"error":"invalid credentials"}"#)
            #expect(unknown == wrong)
        }
    }

    @Test func `A locked account says until when`() async throws {
        try await AuthenticationAPI.with { api in
            _ = try await api.post("register", AuthenticationAPI.ada)
            for _ in 0..<5 { _ = try await api.post("login", #"{"username":"ada","password":"wrong password"}"#) }
            let answer = try await api.post("login", #"{"username":"ada","password":"password of ada"}"#)
            #expect(answer.status == 403)
            #expect(try answer.object()["error"] as? String == "Account is locked")
            #expect(try answer.object()["locked_until"] as? String == "2024-01-15T10:45:00Z")
        }
    }

    @Test func `Registration answers with the user, and names what is taken`() async throws {
        try await AuthenticationAPI.with { api in
            let created = try await api.post("register", AuthenticationAPI.ada)
            #expect(created.status == 201)
            #expect(try created.object()["username"] as? String == "ada")
            #expect(try created.object()["first_name"] as? String == "Ada")
            #expect(!created.text.contains("password of ada"))
            #expect(!created.text.contains("argon2"))
            let again = try await api.post("register", AuthenticationAPI.ada)
            #expect(again == AuthenticationAPI.Answer(409, #"{"error":"Username already exists"}"#))
            let other = try await api.post("register", AuthenticationAPI.ada.replacing(#""ada""#, with: #""eve""#))
            #expect(other == AuthenticationAPI.Answer(409, #"{"error":"Email already exists"}"#))
        }
    }

    @Test(arguments: [
        ("{", "Invalid request format"), ("{}", "username is required"), (#"{"username":"ada"}"#, "email is required"),
        (#"{"username":"ada","email":"x@y.z"}"#, "password is required"),
        (#"{"username":"ada","email":"x@y.z","password":"long enough"}"#, "first_name is required"),
        (
            #"{"username":"ada","email":"x","password":"long enough","first_name":"A","last_name":"L"}"#,
            "Invalid email address"
        ),
        (
            #"{"username":"ada","email":"x@y.z","password":"short","first_name":"A","last_name":"L"}"#,
            "Password must be at least 8 characters long"
        ),
    ])
    func `A registration that is not acceptable names the reason`(body: String, message: String) async throws {
        try await AuthenticationAPI.with { api in
            let answer = try await api.post("register", body)
            #expect(answer.status == 400)
            #expect(try answer.object()["error"] as? String == message)
        }
    }

    @Test func `Closed registration is refused before its content is looked at`() async throws {
        try await AuthenticationAPI.with(AuthenticationSettings(registrationEnabled: false)) { api in
            let answer = try await api.post("register", "{}")
            #expect(answer == AuthenticationAPI.Answer(403, #"{"error":"Registration is disabled"}"#))
        }
    }

    @Test func `Refresh rotates, refuses what was used, and works from the bearer token without a body`() async throws {
        try await AuthenticationAPI.with { api in
            let first = try await api.login()
            let renewed = try await api.post("refresh", #"{"refresh_token":"\#(first.refresh)"}"#)
            #expect(renewed.status == 200)
            let token = try #require(try renewed.object()["session_token"] as? String)
            let byBearer = try await api.post("refresh", "", token: token)
            #expect(byBearer.status == 200)
            let refused = AuthenticationAPI.Answer(401, #"{"error":"invalid refresh token"}"#)
            #expect(try await api.post("refresh", #"{"refresh_token":"\#(first.refresh)"}"#) == refused)
            #expect(try await api.get("me", token: token).status == 401)
            #expect(try await api.post("refresh", #"{"refresh_token":"unknown"}"#) == refused)
            for body in ["", "{", #"{"refresh_token":""}"#, "{}"] {
                let answer = try await api.post("refresh", body)
                #expect(answer.status == 400)
                #expect(try answer.object()["error"] as? String == "Invalid request format")
            }
        }
    }

    @Test func `Logout kills the token everywhere`() async throws {
        try await AuthenticationAPI.with { api in
            let session = try await api.login()
            #expect(
                try await api.post("logout", "", token: session.token)
                    == AuthenticationAPI.Answer(200, #"{"message":"Logged out successfully"}"#))
            let refused = AuthenticationAPI.Answer(401, #"{"error":"Token has been revoked"}"#)
            #expect(try await api.get("me", token: session.token) == refused)
            #expect(try await api.post("logout", "", token: session.token) == refused)
            #expect(try await api.get("status", token: session.token).text == #"{"authenticated":false}"#)
        }
    }

    @Test(arguments: ["me", "profile", "permissions"])
    func `What needs a token says so`(path: String) async throws {
        try await AuthenticationAPI.with { api in
            let without = try await api.get(path)
            #expect(without == AuthenticationAPI.Answer(401, #"{"error":"Authentication required"}"#))
            let forged = try await api.get(path, token: "x.y.z")
            #expect(forged == AuthenticationAPI.Answer(401, #"{"error":"Invalid token"}"#))
        }
    }

    @Test func `Status and permissions describe the caller, and status never refuses`() async throws {
        try await AuthenticationAPI.with { api in
            let session = try await api.login()
            let status = try await api.get("status", token: session.token).object()
            #expect(status["authenticated"] as? Bool == true)
            #expect(status["permissions"] as? [String] == ["*"])
            #expect((status["user"] as? [String: Any])?["username"] as? String == "admin")
            for token in [nil, "x.y.z"] {
                #expect(
                    try await api.get("status", token: token)
                        == AuthenticationAPI.Answer(200, #"{"authenticated":false}"#))
            }
            let permissions = try await api.get("permissions", token: session.token).object()
            #expect(permissions["role"] as? String == "admin")
            #expect(permissions["permissions"] as? [String] == ["*"])
            #expect(permissions["is_admin"] as? Bool == true)
        }
    }

    @Test func `The profile takes settings as an object or as text, and null clears`() async throws {
        try await AuthenticationAPI.with { api in
            let session = try await api.login()
            var answer = try await api.put(
                "profile", #"{"display_name":"Boss","settings":"{\"theme\":\"dark\"}","unknown":1}"#,
                token: session.token)
            #expect(answer.status == 200)
            #expect(try answer.object()["display_name"] as? String == "Boss")
            #expect(try answer.object()["settings"] as? [String: String] == ["theme": "dark"])
            answer = try await api.put(
                "profile", #"{"display_name":null,"settings":{"theme":"light"}}"#, token: session.token)
            #expect(try answer.object()["display_name"] is NSNull)
            #expect(try answer.object()["settings"] as? [String: String] == ["theme": "light"])
            let profile = try await api.get("profile", token: session.token).object()
            let me = try await api.get("me", token: session.token).object()
            #expect(profile as NSDictionary == me as NSDictionary)
            for body in ["{", #"{"settings":"[]"}"#, #"{"settings":7}"#, #"{"first_name":7}"#] {
                let refused = try await api.put("profile", body, token: session.token)
                #expect(refused.status == 400)
                #expect(try refused.object()["error"] as? String == "Invalid request format")
            }
        }
    }

    @Test(arguments: ["change-password", "password"])
    func `A changed password answers with a message, and a wrong one is 400`(path: String) async throws {
        try await AuthenticationAPI.with { api in
            let session = try await api.login()
            #expect(
                try await api.post(
                    path, #"{"current_password":"wrong","new_password":"another password"}"#, token: session.token)
                    == AuthenticationAPI.Answer(400, #"{"error":"Current password is incorrect"}"#))
            #expect(
                try await api.post(
                    path, #"{"current_password":"administrator","new_password":"another password"}"#,
                    token: session.token)
                    == AuthenticationAPI.Answer(200, #"{"message":"Password changed successfully"}"#))
            #expect(try await api.get("me", token: session.token).status == 200)
        }
    }

    @Test func `The initial status is open`() async throws {
        try await AuthenticationAPI.with { api in
            let status = try await api.get("init-status").object()
            #expect(status["initialized"] as? Bool == true)
            #expect(status["has_admin"] as? Bool == true)
            #expect(status["user_count"] as? Int == 1)
        }
    }

    @Test func `A stream ticket lives half a minute, and only whoever has a session gets one`() async throws {
        try await AuthenticationAPI.with { api in
            let session = try await api.login()
            let answer = try await api.post("stream-ticket", "", token: session.token)
            #expect(answer.status == 200)
            #expect(try answer.object()["expires_in"] as? Int == 30)
            #expect((try answer.object()["ticket"] as? String)?.count == 64)
            #expect(try await api.post("stream-ticket", "").status == 401)
        }
    }

    @Test func `The sixth login of one account within a minute is refused, from wherever it comes`() async throws {
        try await AuthenticationAPI.with(rates: RateRules(authPerMinute: 5, apiPerMinute: 100), trustsProxies: true) {
            api in
            _ = try await api.post("register", AuthenticationAPI.ada)
            let body = #"{"username":"Ada","password":"password of ada"}"#
            for number in 1...5 {
                #expect(try await api.post("login", body, from: "192.0.2.\(number)").status == 200)
            }
            let refused = try await api.post("login", body.lowercased(), from: "192.0.2.6")
            #expect(refused.status == 429)
            #expect(try refused.object()["error"] as? String == "Rate limit exceeded. Please try again later.")
        }
    }
}
