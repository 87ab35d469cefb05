import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Testing

@Suite struct LoginTests {
    @Test func `A login by username and one by e-mail address open sessions of the same account`() async throws {
        try await AuthenticationFixture.with { fixture in
            let ada = try await fixture.register("ada", email: "Ada@Example.com")
            for name in ["ada", "ADA", "ada@example.com", "ADA@EXAMPLE.COM"] {
                let signedIn = try await fixture.login(name, "password of ada")
                #expect(signedIn.user.id == ada.id)
                #expect(signedIn.role.name == "user")
                #expect(try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text).userID == ada.id)
            }
        }
    }

    @Test func `A name in another composition and case logs in`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("Müller", email: "m@example.com")
            let signedIn = try await fixture.login("MU\u{308}LLER", "password of Müller")
            #expect(signedIn.user.username == "Müller")
        }
    }

    @Test(arguments: ["nobody", "", "%", "ad%", "admin'--", "admin\u{0}", String(repeating: "x", count: 10_000)])
    func `An unknown name reads like a wrong password`(name: String) async throws {
        try await AuthenticationFixture.with { fixture in
            #expect(await refusal { try await fixture.login("admin", "wrong password") } == .invalidCredentials)
            #expect(await refusal { try await fixture.login(name, "wrong password") } == .invalidCredentials)
        }
    }

    @Test func `An unknown name needs a hash as a wrong password does`() async throws {
        try await AuthenticationFixture.with { fixture in
            // No room for any hash: whoever gets past this has not hashed.
            let full = PasswordHasher(cost: .cheap, threadCount: 1, queueLimit: -1)
            let logins = LoginService(
                database: fixture.database, sessions: fixture.sessions, hasher: full,
                settings: fixture.services.settings,
                time: fixture.clock.source)
            for name in ["admin", "nobody"] {
                let refused = await refusal {
                    try await logins.login(
                        name: name, password: Password("wrong password"), rememberMe: false,
                        from: ClientOrigin(address: "192.0.2.1"))
                }
                #expect(refused?.code == .unavailable)
            }
            try await full.close()
        }
    }

    @Test func `A login is noted with its time and address`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.failLogin("admin", times: 2)
            let user = try await fixture.login("admin", "administrator", from: "198.51.100.7").user
            #expect(user.lastLoginAt == fixture.clock.now)
            #expect(user.lastLoginAddress == "198.51.100.7")
            #expect(user.failedLoginAttempts == 0)
        }
    }

    @Test func `A disabled account is refused only to whoever knows the password`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.execute("UPDATE users SET is_active = 0 WHERE username = 'ada'")
            #expect(
                await refusal { try await fixture.login("ada") } == Refusal(.permissionDenied, "Account is disabled"))
            #expect(await refusal { try await fixture.login("ada", "wrong password") } == .invalidCredentials)
        }
    }

    @Test func `What a client says about its device is kept as it is`() async throws {
        try await AuthenticationFixture.with { fixture in
            let device = try #require(JSONObject(text: #"{"device_type":"toaster","nested":{"a":[1,2.5,null]}}"#))
            _ = try await fixture.services.logins.login(
                name: "admin", password: Password("administrator"), rememberMe: false,
                from: ClientOrigin(address: "192.0.2.1", userAgent: String(repeating: "u", count: 600), device: device))
            let kept = try await fixture.database.read { connection in
                try connection.rows(SQLStatement("SELECT device_info, user_agent FROM sessions")) {
                    ($0.text(0), $0.text(1))
                }
            }
            #expect(kept.map(\.0) == [#"{"device_type":"toaster","nested":{"a":[1,2.5,null]}}"#])
            #expect(kept.map(\.1.count) == [512])
        }
    }

    @Test func `More sessions than one user may have end the oldest`() async throws {
        try await AuthenticationFixture.with { fixture in
            let first = try await fixture.login("admin", "administrator")
            fixture.clock.advance(by: .seconds(1))
            let second = try await fixture.login("admin", "administrator")
            for _ in 0..<(Limits.sessionsPerUser - 1) {
                fixture.clock.advance(by: .seconds(1))
                _ = try await fixture.login("admin", "administrator")
            }
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: first.accessToken.text) }
                    == .revokedToken)
            _ = try await fixture.sessions.authenticate(bearer: second.accessToken.text)
        }
    }
}
