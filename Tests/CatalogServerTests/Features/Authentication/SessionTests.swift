import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Testing

@Suite struct SessionTests {
    @Test func `A caller is what the database says`() async throws {
        try await AuthenticationFixture.with { fixture in
            let ada = try await fixture.register("ada")
            let caller = try await fixture.caller("ada")
            #expect(caller.userID == ada.id)
            #expect(caller.roleName == "user")
            #expect(caller.can("media.download"))
            #expect(!caller.can("system.configure"))
            #expect(caller.scope == .everything)
            #expect(caller.sessionID != nil)
        }
    }

    @Test func `A role's storage scope bounds what its users see`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.execute("UPDATE roles SET storage_scope = '[{\"root\":3,\"path\":\"\"}]' WHERE id = 2")
            #expect(try await fixture.caller("ada").scope == .roots([3]))
            try await fixture.execute("UPDATE roles SET storage_scope = '[]' WHERE id = 2")
            #expect(try await fixture.caller("ada").scope == .roots([]))
        }
    }

    @Test func `A scope that cannot be read shows nothing`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let token = try await fixture.login("ada").accessToken.text
            try await fixture.execute("UPDATE roles SET storage_scope = 'everything' WHERE id = 2")
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: token) }?.code == .internalError)
        }
    }

    @Test func `Refresh gives new tokens, and the old refresh token is worth nothing`() async throws {
        try await AuthenticationFixture.with { fixture in
            let first = try await fixture.login("admin", "administrator")
            fixture.clock.advance(by: .seconds(60))
            let second = try await fixture.sessions.refresh(with: first.refreshToken)
            #expect(second.refreshToken != first.refreshToken)
            #expect(second.accessToken.text != first.accessToken.text)
            #expect(second.accessToken.expiresAt == fixture.clock.now + 24 * 3_600 * 1_000_000)
            _ = try await fixture.sessions.authenticate(bearer: second.accessToken.text)
        }
    }

    @Test func `A refresh token that comes a second time ends its session, and no other`() async throws {
        try await AuthenticationFixture.with { fixture in
            let other = try await fixture.login("admin", "administrator")
            let first = try await fixture.login("admin", "administrator")
            let second = try await fixture.sessions.refresh(with: first.refreshToken)
            _ = try await fixture.sessions.authenticate(bearer: second.accessToken.text)
            #expect(
                await refusal { try await fixture.sessions.refresh(with: first.refreshToken) } == .invalidRefreshToken)
            for token in [first.accessToken.text, second.accessToken.text] {
                #expect(await refusal { try await fixture.sessions.authenticate(bearer: token) } == .revokedToken)
            }
            #expect(
                await refusal { try await fixture.sessions.refresh(with: second.refreshToken) } == .invalidRefreshToken)
            _ = try await fixture.sessions.authenticate(bearer: other.accessToken.text)
        }
    }

    @Test func `Of many refreshes with one token at the same time at most one succeeds, and the session ends`()
        async throws
    {
        try await AuthenticationFixture.with { fixture in
            let first = try await fixture.login("admin", "administrator")
            let renewed = await withTaskGroup(of: SignedIn?.self) { group in
                for _ in 0..<8 {
                    group.addTask { try? await fixture.sessions.refresh(with: first.refreshToken) }
                }
                return await group.reduce(into: [SignedIn]()) { if let signedIn = $1 { $0.append(signedIn) } }
            }
            #expect(renewed.count == 1)
            for signedIn in renewed {
                #expect(
                    await refusal { try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text) }
                        == .revokedToken)
            }
        }
    }

    @Test(arguments: [(false, 7), (true, 30)])
    func `A refresh token lives 7 days, or 30 when remembered`(rememberMe: Bool, days: Int64) async throws {
        try await AuthenticationFixture.with { fixture in
            let kept = try await fixture.login("admin", "administrator", rememberMe: rememberMe)
            let late = try await fixture.login("admin", "administrator", rememberMe: rememberMe)
            fixture.clock.advance(by: .seconds(days * 86_400 - 1))
            let renewed = try await fixture.sessions.refresh(with: kept.refreshToken)
            fixture.clock.advance(by: .seconds(1))
            #expect(
                await refusal { try await fixture.sessions.refresh(with: late.refreshToken) } == .invalidRefreshToken)
            // A renewed one begins again.
            fixture.clock.advance(by: .seconds(days * 86_400 - 2))
            _ = try await fixture.sessions.refresh(with: renewed.refreshToken)
        }
    }

    @Test(arguments: ["", "x", "%", String(repeating: "0", count: 64), String(repeating: "f", count: 100_000)])
    func `A refresh token that nobody has is refused`(token: String) async throws {
        try await AuthenticationFixture.with { fixture in
            #expect(await refusal { try await fixture.sessions.refresh(with: token) } == .invalidRefreshToken)
        }
    }

    @Test func `The database holds no token that would open anything`() async throws {
        try await AuthenticationFixture.with { fixture in
            let signedIn = try await fixture.login("admin", "administrator")
            let hashes = try await fixture.database.read { connection in
                try connection.rows(SQLStatement("SELECT token_hash FROM refresh_tokens")) { $0.bytes(0) }
            }
            #expect(hashes.map(\.count) == [32])
            #expect(hashes[0] != Array(signedIn.refreshToken.utf8))
            #expect(signedIn.refreshToken.count == 64)
        }
    }

    @Test func `A session renews itself for clients without a refresh token, and its old one is worth nothing`()
        async throws
    {
        try await AuthenticationFixture.with { fixture in
            let first = try await fixture.login("admin", "administrator")
            let caller = try await fixture.sessions.authenticate(bearer: first.accessToken.text)
            let second = try await fixture.sessions.refresh(sessionOf: caller)
            #expect(
                await refusal { try await fixture.sessions.refresh(with: first.refreshToken) } == .invalidRefreshToken)
            _ = try await fixture.sessions.refresh(with: second.refreshToken)
        }
    }

    @Test func `A token dies at once on logout, and its refresh token with it`() async throws {
        try await AuthenticationFixture.with { fixture in
            let signedIn = try await fixture.login("admin", "administrator")
            let other = try await fixture.login("admin", "administrator")
            let caller = try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text)
            try await fixture.sessions.logout(sessionID: try #require(caller.sessionID))
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: signedIn.accessToken.text) }
                    == .revokedToken)
            #expect(
                await refusal { try await fixture.sessions.refresh(with: signedIn.refreshToken) }
                    == .invalidRefreshToken)
            _ = try await fixture.sessions.authenticate(bearer: other.accessToken.text)
        }
    }

    @Test func `Revoking a user's sessions spares those of others`() async throws {
        try await AuthenticationFixture.with { fixture in
            let ada = try await fixture.register("ada")
            let hers = try await fixture.login("ada")
            let other = try await fixture.login("admin", "administrator")
            _ = try await fixture.sessions.authenticate(bearer: hers.accessToken.text)
            try await fixture.sessions.revokeAll(of: ada.id)
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: hers.accessToken.text) }
                    == .revokedToken)
            _ = try await fixture.sessions.authenticate(bearer: other.accessToken.text)
        }
    }

    @Test(arguments: [
        "UPDATE sessions SET revoked_at_us = 1", "UPDATE users SET is_active = 0",
        "UPDATE users SET locked_until_us = 9000000000000000", "UPDATE users SET role_id = 3",
        "DELETE FROM refresh_tokens; DELETE FROM sessions",
    ])
    func `What another process changes holds within a second`(change: String) async throws {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            _ = try await fixture.sessions.authenticate(bearer: token)
            try await fixture.files.withSecondProcess { other in
                try await other.write { try $0.executeScript(change) }
            }
            fixture.clock.advance(by: .milliseconds(500))
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: token) } == .revokedToken)
        }
    }

    @Test func `Of what a client calls itself only so many bytes are kept`() async throws {
        try await AuthenticationFixture.with { fixture in
            let name = String(repeating: "e\u{301}", count: 10_000)
            _ = try await fixture.services.logins.login(
                name: "admin", password: Password("administrator"), rememberMe: false,
                from: ClientOrigin(address: "192.0.2.1", userAgent: name))
            let kept = try await fixture.database.read { connection in
                try connection.firstRow(SQLStatement("SELECT user_agent FROM sessions")) { $0.text(0) }
            }
            #expect(kept?.utf8.count ?? 0 <= 514)
            #expect(kept?.hasPrefix("e\u{301}") == true)
        }
    }

    @Test func `New permissions of a role hold within a second`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let token = try await fixture.login("ada").accessToken.text
            #expect(try await fixture.sessions.authenticate(bearer: token).can("media.download"))
            try await fixture.execute("UPDATE roles SET permissions = '[\"media.view\"]' WHERE id = 2")
            fixture.clock.advance(by: .milliseconds(500))
            #expect(try await !fixture.sessions.authenticate(bearer: token).can("media.download"))
        }
    }

    @Test func `A clock that is set back makes nobody believe old answers`() async throws {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            _ = try await fixture.sessions.authenticate(bearer: token)
            try await fixture.execute("UPDATE sessions SET revoked_at_us = 1")
            fixture.clock.advance(by: .seconds(-10))
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: token) } == .revokedToken)
        }
    }

    @Test func `A busy session costs no query for each request`() async throws {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            _ = try await fixture.sessions.authenticate(bearer: token)
            // Without its rows the session could not be read again.
            try await fixture.execute("DELETE FROM refresh_tokens; DELETE FROM sessions")
            for _ in 0..<1_000 { _ = try await fixture.sessions.authenticate(bearer: token) }
        }
    }
}
