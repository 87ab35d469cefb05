import Foundation
import Glibc
import Testing

@Suite("Memory of a server", .serialized)
struct MemoryTests {
    private static let clients = 200

    @Test("What stalled downloads took is given back when their clients have gone", .timeLimit(.minutes(20)))
    func stalledDownloads() async throws {
        try await Program.withNew { program in
            try program.write("tree/film.bin", "")
            try #require(truncate(program.path("tree/film.bin"), 64 << 20) == 0)
            try program.write("catalogizer.yaml", "rate_limit:\n  api_per_minute: 0\n")
            try program.write("password", "correct horse battery staple\n")
            #expect(try await program.run("storage", "add", "films", "file://" + program.path("tree")).code == 0)
            #expect(try await program.run("scan", "films").code == 0)
            let added = try await program.run(
                "user", "add", "ada", "--email", "ada@example.org", "--role", "admin", "--password-file",
                program.path("password"))
            #expect(added.code == 0, "\(added.talk)")
            try await program.serving { server, port in
                let token = try token(port)
                let info = try Connection(port: port).request(
                    "GET /api/v1/catalog-info/films/film.bin HTTP/1.1\r\nAuthorization: Bearer \(token)",
                    until: "\"id\":")
                let id = try #require(info.firstMatch(of: /"id":([0-9]+)/)?.output.1)
                let before = try anonymousBytes(server)
                let taken = try stall(port, "/api/v1/download/file/\(id)", token) { try anonymousBytes(server) }
                #expect(taken - before > 20 << 20, "the clients must have taken something")
                try await server.wait { try anonymousBytes(server) - before < 16 << 20 ? true : nil }
            }
        }
    }

    /// Opens downloads that nobody reads, looks, and closes them.
    private func stall<Value>(_ port: UInt16, _ path: String, _ token: some StringProtocol, _ look: () throws -> Value)
        throws -> Value
    {
        var open: [Connection] = []
        for _ in 0..<Self.clients {
            let connection = try Connection(port: port)
            let head = try connection.request("GET \(path) HTTP/1.1\r\nAuthorization: Bearer \(token)")
            #expect(head.hasPrefix("HTTP/1.1 200"), "\(head.prefix(100))")
            open.append(connection)
        }
        return try withExtendedLifetime(open) { try look() }
    }

    private func token(_ port: UInt16) throws -> String {
        let login = try Connection(port: port).request(
            "POST /api/v1/auth/login HTTP/1.1\r\nContent-Type: application/json",
            body: #"{"username":"ada","password":"correct horse battery staple"}"#, until: "\"session_token\"")
        return String(try #require(login.firstMatch(of: /"session_token":"([^"]+)"/)?.output.1))
    }

    private func anonymousBytes(_ server: RunningProgram) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(server.identifier)/status", encoding: .utf8)
        return try #require(status.firstMatch(of: /RssAnon:\s+([0-9]+) kB/).flatMap { Int($0.output.1) }) << 10
    }
}
