import CatalogCore
import CatalogServer
import CatalogTestSupport
import Testing

@Suite struct LockoutTests {
    @Test func `Five wrong passwords in a row lock the account for a quarter of an hour`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.failLogin("ada", times: 4)
            _ = try await fixture.login("ada")
            try await fixture.failLogin("ada", times: 5)
            #expect(await refusal { try await fixture.login("ada") } == .locked)
            fixture.clock.advance(by: .seconds(15 * 60 - 1))
            #expect(await refusal { try await fixture.login("ada") } == .locked)
            fixture.clock.advance(by: .seconds(1))
            _ = try await fixture.login("ada")
        }
    }

    @Test func `A locked account says until when`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.failLogin("ada", times: 5)
            do {
                _ = try await fixture.login("ada")
                Issue.record("the login went through")
            } catch let error as CatalogError {
                let until = Timestamp.text(microseconds: fixture.clock.now + 15 * 60 * 1_000_000)
                #expect(error.details == ["locked_until": .text(until)])
            }
        }
    }

    @Test func `Wrong passwords from many addresses lock the account for all of them`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            for number in 1...5 { try await fixture.failLogin("ada", times: 1, from: "192.0.2.\(number)") }
            #expect(await refusal { try await fixture.login("ada", from: "198.51.100.1") } == .locked)
        }
    }

    @Test func `A wrong password for a locked account still reads like any other`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.failLogin("ada", times: 5)
            #expect(await refusal { try await fixture.login("ada", "wrong password") } == .invalidCredentials)
        }
    }

    @Test func `Wrong passwords during the lock do not make it longer, and after it counting begins anew`() async throws
    {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.failLogin("ada", times: 5)
            fixture.clock.advance(by: .seconds(14 * 60))
            try await fixture.failLogin("ada", times: 20)
            fixture.clock.advance(by: .seconds(60))
            try await fixture.failLogin("ada", times: 4)
            _ = try await fixture.login("ada")
        }
    }

    @Test func `Nobody can lock the last administrator out, only themselves`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.failLogin("admin", times: 50, from: "203.0.113.66")
            #expect(
                await refusal { try await fixture.login("admin", "administrator", from: "203.0.113.66") } == .locked)
            let user = try await fixture.login("admin", "administrator", from: "192.0.2.1").user
            #expect(!user.isLocked(at: fixture.clock.now))
            // The owner's login from elsewhere does not free the attacker's address.
            #expect(
                await refusal { try await fixture.login("admin", "administrator", from: "203.0.113.66") } == .locked)
            fixture.clock.advance(by: .seconds(15 * 60))
            _ = try await fixture.login("admin", "administrator", from: "203.0.113.66")
        }
    }

    @Test func `Of two administrators one is locked as an account, and then the other one is the last`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.execute("UPDATE users SET role_id = 1 WHERE username = 'ada'")
            try await fixture.failLogin("ada", times: 5, from: "203.0.113.66")
            #expect(await refusal { try await fixture.login("ada", from: "192.0.2.1") } == .locked)
            try await fixture.failLogin("admin", times: 5, from: "203.0.113.66")
            _ = try await fixture.login("admin", "administrator", from: "192.0.2.1")
        }
    }

    @Test func `A disabled administrator does not count as another one`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.execute("UPDATE users SET role_id = 1, is_active = 0 WHERE username = 'ada'")
            try await fixture.failLogin("admin", times: 5, from: "203.0.113.66")
            _ = try await fixture.login("admin", "administrator", from: "192.0.2.1")
        }
    }

    @Test func `A lock ends the sessions of the account for good`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let signedIn = try await fixture.login("ada")
            _ = try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text)
            try await fixture.failLogin("ada", times: 5)
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text) }
                    == .revokedToken)
            #expect(
                await refusal { try await fixture.sessions.refresh(with: signedIn.refreshToken) }
                    == .invalidRefreshToken)
            fixture.clock.advance(by: .seconds(15 * 60))
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text) }
                    == .revokedToken)
            #expect(
                await refusal { try await fixture.sessions.refresh(with: signedIn.refreshToken) }
                    == .invalidRefreshToken)
            // A session that was opened after the lock outlives the failures that come later.
            let later = try await fixture.login("ada")
            try await fixture.failLogin("ada", times: 4)
            _ = try await fixture.sessions.authenticate(bearer: later.accessToken.text)
        }
    }

    @Test func `Guesses from elsewhere do not end the sessions of the last administrator`() async throws {
        try await AuthenticationFixture.with { fixture in
            let signedIn = try await fixture.login("admin", "administrator", from: "192.0.2.1")
            try await fixture.failLogin("admin", times: 50, from: "203.0.113.66")
            _ = try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text)
        }
    }

    @Test func `A lockout rule that is changed while the server runs holds for the next wrong password`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.failLogin("ada", times: 2)
            fixture.services.settings.value.lockoutFailures = 3
            try await fixture.failLogin("ada", times: 1)
            let refused = await refusal { try await fixture.login("ada") }
            #expect(refused?.code == .permissionDenied)
        }
    }
}
