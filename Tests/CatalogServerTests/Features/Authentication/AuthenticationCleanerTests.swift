import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Logging
import Testing

@Suite struct AuthenticationCleanerTests {
    private func cleaner(_ fixture: AuthenticationFixture, interval: Duration = .seconds(3_600))
        -> AuthenticationCleaner
    {
        AuthenticationCleaner(
            database: fixture.database, settings: fixture.services.settings, time: fixture.clock.source,
            logger: Logger(label: "test"), interval: interval)
    }

    private func counts(_ fixture: AuthenticationFixture) async throws -> [String: Int64] {
        try await fixture.database.read { connection in
            var counts: [String: Int64] = [:]
            for table in ["sessions", "refresh_tokens", "stream_tickets", "download_links", "login_failures"] {
                counts[table] = try connection.firstRow(SQLStatement("SELECT COUNT(*) FROM \(table)")) { $0.integer(0) }
            }
            return counts
        }
    }

    /// One dead and one live thing of each kind.
    private func fill(_ fixture: AuthenticationFixture) async throws {
        let dead = try await fixture.caller("admin", "administrator")
        _ = try await fixture.services.tickets.issue(to: dead)
        _ = try await fixture.services.links.create(entryID: 1, seconds: 1, caller: dead)
        try await fixture.failLogin("admin", times: 1, from: "203.0.113.66")
        try await fixture.sessions.logout(sessionID: try #require(dead.sessionID))
        fixture.clock.advance(by: .seconds(15 * 60))
        let live = try await fixture.caller("admin", "administrator")
        _ = try await fixture.services.tickets.issue(to: live)
        _ = try await fixture.services.links.create(entryID: 1, seconds: 60, caller: live)
        try await fixture.failLogin("admin", times: 1, from: "203.0.113.66")
        try await fixture.failLogin("admin", times: 1, from: "203.0.113.67")
        try await fixture.execute(
            "UPDATE login_failures SET updated_at_us = updated_at_us - 900000000 WHERE address = '203.0.113.66'")
    }

    @Test func `What nobody can use any more is deleted, the rest stays`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fill(fixture)
            #expect(
                try await counts(fixture)
                    == [
                        "sessions": 2, "refresh_tokens": 2, "stream_tickets": 2, "download_links": 2,
                        "login_failures": 2,
                    ])
            try await cleaner(fixture).clean()
            #expect(
                try await counts(fixture)
                    == [
                        "sessions": 1, "refresh_tokens": 1, "stream_tickets": 1, "download_links": 1,
                        "login_failures": 1,
                    ])
        }
    }

    @Test func `A used refresh token is kept as long as its session, so that its return is noticed`() async throws {
        try await AuthenticationFixture.with { fixture in
            let first = try await fixture.login("admin", "administrator")
            let second = try await fixture.sessions.refresh(with: first.refreshToken)
            try await cleaner(fixture).clean()
            _ = await refusal { try await fixture.sessions.refresh(with: first.refreshToken) }
            #expect(
                await refusal { try await fixture.sessions.authenticate(bearer: second.accessToken.text) }
                    == .revokedToken)
        }
    }

    @Test func `The service cleans until it is told to stop`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fill(fixture)
            let service = cleaner(fixture, interval: .milliseconds(5))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                while try await counts(fixture)["sessions"] != 1 { await Task.yield() }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }
}
