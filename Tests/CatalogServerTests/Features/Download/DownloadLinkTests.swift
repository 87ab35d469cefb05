import CatalogCore
import CatalogServer
import CatalogTestSupport
import Testing

@Suite struct DownloadLinkTests {
    private let refused = Refusal(.unauthenticated, "Invalid or expired download link")

    @Test func `A link stands for its owner and one file, again and again until it expires`() async throws {
        try await AuthenticationFixture.with { fixture in
            let ada = try await fixture.register("ada")
            let new = try await fixture.services.links.create(
                entryID: 42, seconds: 60, caller: try await fixture.caller("ada"))
            #expect(new.path == "/api/v1/download/link/\(new.token)")
            for _ in 0..<3 {
                let (link, owner) = try await fixture.services.links.redeem(new.token)
                #expect(link.entryID == 42)
                #expect(owner.userID == ada.id)
                #expect(owner.sessionID == nil)
            }
            fixture.clock.advance(by: .seconds(60))
            #expect(await refusal { try await fixture.services.links.redeem(new.token) } == refused)
        }
    }

    @Test func `A request by a link counts for the link`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let owner = try await fixture.caller("ada")
            let new = try await fixture.services.links.create(entryID: 42, seconds: 60, caller: owner)
            let caller = try await SessionAuthenticator(fixture.services).caller(link: new.token)
            #expect(caller.linkID == new.link.id)
            #expect(owner.linkID == nil)
        }
    }

    @Test func `A link survives the logout of its owner but not the end of the account`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let caller = try await fixture.caller("ada")
            let token = try await fixture.services.links.create(entryID: 42, seconds: 60, caller: caller).token
            try await fixture.sessions.logout(sessionID: try #require(caller.sessionID))
            _ = try await fixture.services.links.redeem(token)
            try await fixture.execute("UPDATE users SET is_active = 0 WHERE username = 'ada'")
            #expect(await refusal { try await fixture.services.links.redeem(token) } == refused)
        }
    }

    @Test func `A link dies with its owner's right to download`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let token = try await fixture.services.links.create(
                entryID: 42, seconds: 60, caller: try await fixture.caller("ada")
            ).token
            try await fixture.execute("UPDATE users SET role_id = 4 WHERE username = 'ada'")
            #expect(await refusal { try await fixture.services.links.redeem(token) } == refused)
        }
    }

    @Test func `Whoever may not download makes no link`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            try await fixture.execute("UPDATE users SET role_id = 4 WHERE username = 'ada'")
            let caller = try await fixture.caller("ada")
            #expect(
                await refusal { try await fixture.services.links.create(entryID: 42, seconds: 60, caller: caller) }
                    == Refusal(.permissionDenied, "Insufficient permissions"))
        }
    }

    @Test func `The catalog decides whether there is such a file`() async throws {
        try await AuthenticationFixture.with(
            checkFile: { _, _ in throw CatalogError(.notFound, "File not found") },
            { fixture in
                let caller = try await fixture.caller("admin", "administrator")
                #expect(
                    await refusal { try await fixture.services.links.create(entryID: 42, seconds: 60, caller: caller) }
                        == Refusal(.notFound, "File not found"))
                #expect(try await fixture.services.links.list(of: caller).isEmpty)
            })
    }

    @Test(arguments: [0, -1, 30 * 86_400 + 1, .max, .min] as [Int64])
    func `A lifetime out of range is refused`(seconds: Int64) async throws {
        try await AuthenticationFixture.with { fixture in
            let caller = try await fixture.caller("admin", "administrator")
            #expect(
                await refusal { try await fixture.services.links.create(entryID: 42, seconds: seconds, caller: caller) }
                    == Refusal(.invalidArgument, "expires_in must be between 1 and 2592000 seconds"))
        }
    }

    @Test func `Owners list and revoke their own links only`() async throws {
        try await AuthenticationFixture.with { fixture in
            try await fixture.register("ada")
            let ada = try await fixture.caller("ada")
            let admin = try await fixture.caller("admin", "administrator")
            let links = fixture.services.links
            let first = try await links.create(entryID: 1, seconds: 60, caller: ada)
            let second = try await links.create(entryID: 2, seconds: 60, caller: ada)
            #expect(try await links.list(of: ada) == [first.link, second.link])
            #expect(try await links.list(of: admin).isEmpty)
            let missing = Refusal(.notFound, "Download link not found")
            #expect(await refusal { try await links.revoke(first.link.id, caller: admin) } == missing)
            try await links.revoke(first.link.id, caller: ada)
            #expect(await refusal { try await links.redeem(first.token) } == refused)
            _ = try await links.redeem(second.token)
            #expect(try await links.list(of: ada) == [second.link])
            #expect(await refusal { try await links.revoke(first.link.id, caller: ada) } == missing)
        }
    }

    @Test func `More links than one user may have are refused`() async throws {
        try await AuthenticationFixture.with { fixture in
            let caller = try await fixture.caller("admin", "administrator")
            let now = fixture.clock.now
            try await fixture.database.fillDownloadLinks(
                of: 1, count: 1_000, createdAt: now, expiresAt: now + 60_000_000)
            #expect(
                await refusal { try await fixture.services.links.create(entryID: 1, seconds: 60, caller: caller) }
                    == Refusal(.conflict, "Too many download links, delete some first"))
        }
    }
}
