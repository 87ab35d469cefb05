import CatalogCore
import CatalogServer
import CatalogTestSupport
import Testing

@Suite struct StreamTicketTests {
    private let refused = Refusal(.unauthenticated, "Invalid or expired ticket")

    @Test func `A ticket works once`() async throws {
        try await AuthenticationFixture.with { fixture in
            let caller = try await fixture.caller("admin", "administrator")
            let ticket = try await fixture.services.tickets.issue(to: caller)
            #expect(try await fixture.services.tickets.redeem(ticket) == caller)
            #expect(await refusal { try await fixture.services.tickets.redeem(ticket) } == refused)
        }
    }

    @Test func `Of many uses at the same time one succeeds`() async throws {
        try await AuthenticationFixture.with { fixture in
            let ticket = try await fixture.services.tickets.issue(
                to: try await fixture.caller("admin", "administrator"))
            let successes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask { (try? await fixture.services.tickets.redeem(ticket)) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(successes == 1)
        }
    }

    @Test func `A ticket lives half a minute`() async throws {
        try await AuthenticationFixture.with { fixture in
            let caller = try await fixture.caller("admin", "administrator")
            let early = try await fixture.services.tickets.issue(to: caller)
            let late = try await fixture.services.tickets.issue(to: caller)
            fixture.clock.advance(by: .milliseconds(29_999))
            _ = try await fixture.services.tickets.redeem(early)
            fixture.clock.advance(by: .milliseconds(1))
            #expect(await refusal { try await fixture.services.tickets.redeem(late) } == refused)
        }
    }

    @Test func `A ticket dies with its session`() async throws {
        try await AuthenticationFixture.with { fixture in
            let caller = try await fixture.caller("admin", "administrator")
            let ticket = try await fixture.services.tickets.issue(to: caller)
            try await fixture.sessions.logout(sessionID: try #require(caller.sessionID))
            #expect(await refusal { try await fixture.services.tickets.redeem(ticket) } == .revokedToken)
        }
    }

    @Test func `A ticket is no session token and a session token is no ticket`() async throws {
        try await AuthenticationFixture.with { fixture in
            let token = try await fixture.login("admin", "administrator").accessToken.text
            let caller = try await fixture.sessions.authenticate(bearer: token)
            let ticket = try await fixture.services.tickets.issue(to: caller)
            #expect(await refusal { try await fixture.sessions.authenticate(bearer: ticket) } == .invalidToken)
            #expect(await refusal { try await fixture.services.tickets.redeem(token) } == refused)
        }
    }
}
