import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// What protects the endpoints before anybody has logged in: lengths and allowances.
@Suite struct AuthenticationLimitsTests {
    /// Nearly as long as a body may be; putting its accents in order would take a minute.
    private static let pile = "a" + String(repeating: "\u{301}\u{316}", count: 250_000)
    private static let five = RateRules(authPerMinute: 5, apiPerMinute: 100)

    @Test(
        .timeLimit(.minutes(20)),
        arguments: [
            (#"{"username":"\#(pile)","password":"administrator"}"#, 401, "invalid credentials"),
            (#"{"username":"admin","password":"\#(pile)"}"#, 401, "invalid credentials"),
            (#"{"username":"admin","\#(pile)":"administrator"}"#, 400, "Invalid request format"),
            (
                #"{"username":"admin","password":"administrator","device_info":{"\#(pile)":1}}"#, 400,
                "Invalid request format"
            ),
        ])
    func `A login with a hostile text is refused as any other, and soon`(
        body: String, status: Int, message: String
    ) async throws {
        try await AuthenticationAPI.with(rates: Self.five) { api in
            let answer = try await api.post("login", body)
            #expect(answer.status == status)
            #expect(try answer.object()["error"] as? String == message)
        }
    }

    @Test(
        .timeLimit(.minutes(20)),
        arguments: [
            ("username", "Username must be 3 to 50 characters long"), ("email", "Invalid email address"),
            ("password", "Password must be at most 128 characters long"), ("first_name", "first_name is too long"),
        ])
    func `A registration with a hostile text names what is wrong`(field: String, message: String) async throws {
        try await AuthenticationAPI.with(rates: Self.five) { api in
            var fields = [
                "username": "ada", "email": "ada@example.com", "password": "password of ada", "first_name": "Ada",
                "last_name": "Lovelace",
            ]
            fields[field] = Self.pile
            let body = String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
            let answer = try await api.post("register", body)
            #expect(answer == AuthenticationAPI.Answer(400, #"{"error":"\#(message)"}"#))
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `Passwords and tokens that are too long are refused where a caller is known`() async throws {
        try await AuthenticationAPI.with { api in
            let session = try await api.login()
            let change = { (current: String, new: String) in
                try await api.post(
                    "change-password", #"{"current_password":"\#(current)","new_password":"\#(new)"}"#,
                    token: session.token
                ).object()["error"] as? String
            }
            #expect(try await change(Self.pile, "another password") == "Current password is incorrect")
            #expect(
                try await change("administrator", Self.pile) == "Password must be at most 128 characters long")
            #expect(
                try await api.post("refresh", #"{"refresh_token":"\#(Self.pile)"}"#)
                    == AuthenticationAPI.Answer(401, #"{"error":"invalid refresh token"}"#))
        }
    }

    @Test func `Each of the strict endpoints allows five requests a minute`() async throws {
        try await AuthenticationAPI.with(rates: Self.five) { api in
            let token = try await api.login().token
            let calls: [(String, () async throws -> Int)] = [
                ("me", { try await api.get("me", token: token).status }),
                ("change-password", { try await api.post("change-password", "{}", token: token).status }),
                ("register", { try await api.post("register", "{}").status }),
                ("refresh", { try await api.post("refresh", #"{"refresh_token":"unknown"}"#).status }),
                // A right one would end the session that the next one needs.
                ("logout", { try await api.post("logout", "", token: "not.a.token").status }),
            ]
            for (name, call) in calls {
                for number in 1...5 { #expect(try await call() != 429, "\(name) \(number)") }
                #expect(try await call() == 429, "\(name)")
            }
        }
    }

    @Test func `Wrong logins from elsewhere do not keep the owner out`() async throws {
        try await AuthenticationAPI.with(rates: Self.five, trustsProxies: true) { api in
            for _ in 1...5 {
                let wrong = try await api.post(
                    "login", #"{"username":"admin","password":"wrong password"}"#, from: "203.0.113.66")
                #expect(wrong.status == 401)
            }
            let right = #"{"username":"admin","password":"administrator"}"#
            #expect(try await api.post("login", right, from: "203.0.113.66").status == 429)
            #expect(try await api.post("login", right, from: "192.0.2.1").status == 200)
        }
    }

    @Test func `All names of one account share an allowance, and a name that nobody has has one too`() async throws {
        try await AuthenticationAPI.with(rates: Self.five, trustsProxies: true) { api in
            _ = try await api.post("register", AuthenticationAPI.ada)
            let names = ["ada", "ADA", "ada@example.com", "Ada@Example.com", "ada"]
            for (number, name) in names.enumerated() {
                let body = #"{"username":"\#(name)","password":"password of ada"}"#
                #expect(try await api.post("login", body, from: "192.0.2.\(number)").status == 200)
            }
            let ada = #"{"username":"ada@example.com","password":"password of ada"}"#
            #expect(try await api.post("login", ada, from: "192.0.2.9").status == 429)
            let nobody = #"{"username":"nobody","password":"password"}"#
            for number in 11...15 {
                #expect(try await api.post("login", nobody, from: "192.0.2.\(number)").status == 401)
            }
            #expect(try await api.post("login", nobody, from: "192.0.2.16").status == 429)
        }
    }

    @Test func `A disabled account is told so, but only with the right password`() async throws {
        try await AuthenticationAPI.with { api in
            _ = try await api.post("register", AuthenticationAPI.ada)
            try await api.execute("UPDATE users SET is_active = 0 WHERE username = 'ada'")
            #expect(
                try await api.post("login", #"{"username":"ada","password":"password of ada"}"#)
                    == AuthenticationAPI.Answer(403, #"{"error":"Account is disabled"}"#))
            #expect(
                try await api.post("login", #"{"username":"ada","password":"wrong password"}"#)
                    == AuthenticationAPI.Answer(401, #"{"error":"invalid credentials"}"#))
        }
    }
}
