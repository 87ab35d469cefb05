import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Event streams of the whole server, opened by a ticket of a real session.
@Suite struct AuthenticationStreamTests {
    @Test(
        .timeLimit(.minutes(20)),
        arguments: [
            "UPDATE sessions SET revoked_at_us = 1", "UPDATE users SET is_active = 0 WHERE id = 1",
            "UPDATE users SET role_id = 2 WHERE id = 1", "DELETE FROM refresh_tokens; DELETE FROM sessions",
        ])
    func `A stream ends when another process ends its session`(change: String) async throws {
        try await AuthenticationAPI.with { api in
            let ticket = try await self.ticket(api)
            async let stream = api.request(.get, "/api/v1/events?ticket=\(ticket)")
            try await waitUntilSpent(api)
            try await api.execute(change)
            // What the server believes about the session is too old from now on.
            api.server.clock.advance(by: .milliseconds(500))
            let ended = try await stream
            #expect(ended.status == 200)
            #expect(ended.text.hasPrefix("retry: 3000\n\n"))
        }
    }

    @Test(.timeLimit(.minutes(20))) func `A ticket is used up by the stream that it opens, and by nothing before`()
        async throws
    {
        try await AuthenticationAPI.with { api in
            let ticket = try await self.ticket(api)
            #expect(try await api.request(.head, "/api/v1/events?ticket=\(ticket)").status == 200)
            #expect(try await api.request(.get, "/api/v1/events?channels=none&ticket=\(ticket)").status == 400)
            #expect(try await api.request(.post, "/api/v1/events?ticket=\(ticket)").status == 405)
            async let stream = api.request(.get, "/api/v1/events?ticket=\(ticket)")
            try await waitUntilSpent(api)
            try await api.execute("UPDATE sessions SET revoked_at_us = 1")
            api.server.clock.advance(by: .milliseconds(500))
            #expect(try await stream.status == 200)
        }
    }

    private func ticket(_ api: AuthenticationAPI) async throws -> String {
        let session = try await api.login()
        let answer = try await api.post("stream-ticket", "", token: session.token).object()
        return try #require(answer["ticket"] as? String)
    }

    /// From then on nothing but the session keeps the stream.
    private func waitUntilSpent(_ api: AuthenticationAPI) async throws {
        let statement = SQLStatement("SELECT COUNT(*) FROM stream_tickets")
        func count() async throws -> Int64? {
            try await api.server.database.read { try $0.firstRow(statement) { $0.integer(0) } }
        }
        while try await count() != 0 { await Task.yield() }
    }
}
