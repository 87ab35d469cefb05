import CatalogDatabase
import CatalogTestSupport
import Foundation
import Glibc
import Testing

@Suite("The life of a server", .serialized)
struct ServerLifeTests {
    private static let files = ["admin-password", "jwt-secret", "master-key"]

    @Test("The first start makes everything for its owner only, and the second changes none of it")
    func firstStart() async throws {
        try await Program.withNew { program in
            let first = try await program.serving { _, _ in }
            #expect(first.code == 0)
            #expect(first.talk.contains(program.path("data/admin-password")))
            #expect(try mode(program.path("data")) == 0o700)
            let made = Self.files + (TestEngine.isSQLite ? ["catalogizer.sqlite"] : [])
            for name in made { #expect(try mode(program.path("data/\(name)")) == 0o600) }
            let secrets = Self.files.map { FileManager.default.contents(atPath: program.path("data/\($0)")) }

            let second = try await program.serving { _, _ in }
            #expect(second.code == 0)
            #expect(Self.files.map { FileManager.default.contents(atPath: program.path("data/\($0)")) } == secrets)
            #expect(!second.talk.contains("made "))
        }
    }

    @Test("SIGTERM ends a server with idle connections and open event streams")
    func stopsWithConnections() async throws {
        try await Program.withNew { program in
            var open: [Connection] = []
            let outcome = try await program.serving { _, port in
                let keptAlive = try Connection(port: port)
                #expect(try keptAlive.request("GET /health HTTP/1.1").hasPrefix("HTTP/1.1 200"))
                try program.write("password", "correct horse battery staple\n")
                let added = try await program.run(
                    "user", "add", "ada", "--email", "ada@example.org", "--role", "admin", "--password-file",
                    program.path("password"))
                #expect(added.code == 0, "\(added.talk)")
                let login = try keptAlive.request(
                    "POST /api/v1/auth/login HTTP/1.1\r\nContent-Type: application/json",
                    body: #"{"username":"ada","password":"correct horse battery staple"}"#, until: "\"session_token\"")
                let token = try #require(login.firstMatch(of: /"session_token":"([^"]+)"/)?.output.1)
                let stream = try Connection(port: port)
                let answer = try stream.request("GET /api/v1/events HTTP/1.1\r\nAuthorization: Bearer \(token)")
                #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
                open = [keptAlive, stream]
            }
            #expect(outcome.code == 0, "\(outcome.talk)")
            #expect(open.count == 2)
        }
    }

    @Test("A second server on the same data directory is refused with the number of the first")
    func secondServer() async throws {
        try await Program.withNew { program in
            try await program.serving { server, _ in
                let second = try await program.run("serve", "--port", "0")
                #expect(second.code == 1)
                #expect(second.talk.contains("process \(server.identifier)"), "\(second.talk)")
                #expect(try await program.run("storage", "list").code == 0)
            }
        }
    }

    @Test("A port in use is said so")
    func portInUse() async throws {
        try await Program.withNew { program in
            try await program.serving { _, port in
                let other = try await program.run("serve", "--port", "\(port)", data: "other")
                #expect(other.code == 1)
                #expect(other.talk.contains(":\(port) is in use by another program"), "\(other.talk)")
                #expect(!FileManager.default.fileExists(atPath: program.path("other")))
            }
        }
    }

    @Test("An unknown key of the settings file is refused with the key that was meant")
    func unknownKey() async throws {
        try await Program.withNew { program in
            try program.write("catalogizer.yaml", "server:\n  prot: 9\n")
            let outcome = try await program.run("serve", "--port", "0")
            #expect(outcome.code == 64)
            #expect(outcome.talk.contains("did you mean server.port?"), "\(outcome.talk)")
        }
    }

    @Test("A server started with a low soft limit of open files raises it to the hard one")
    func openFiles() async throws {
        try await Program.withNew { program in
            let server = try await program.start(
                ["serve", "--port", "0"], prefix: ["/bin/sh", "-c", "ulimit -Sn 300; exec \"$0\" \"$@\""])
            defer { server.kill() }
            _ = try await server.port()
            let limits = try String(contentsOfFile: "/proc/\(server.identifier)/limits", encoding: .utf8)
            let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
            let values = line.split(separator: " ").compactMap { Int($0) }
            #expect(values.count == 2 && values[0] == values[1] && values[0] > 300, "\(line)")
        }
    }

    @Test("SIGHUP takes over what it may and names what needs a restart")
    func reload() async throws {
        try await Program.withNew { program in
            try program.write("catalogizer.yaml", "rate_limit: {auth_per_minute: 0}\n")
            let outcome = try await program.serving { server, port in
                try program.write(
                    "catalogizer.yaml",
                    "rate_limit: {auth_per_minute: 0}\nauth: {registration_enabled: false}\nscan: {concurrency: 3}\n"
                )
                server.signal(SIGHUP)
                let registration =
                    #"{"username":"ada","email":"a@example.org","password":"correct horse","#
                    + #""first_name":"A","last_name":"L"}"#
                // The signal is answered soon, not at once; until then registering works, or is refused as a repetition.
                _ = try await server.wait {
                    let answer = try Connection(port: port).request(
                        "POST /api/v1/auth/register HTTP/1.1\r\nContent-Type: application/json", body: registration,
                        until: "}")
                    return answer.hasPrefix("HTTP/1.1 403") ? true : nil
                }
            }
            #expect(outcome.talk.contains(#""needs_restart":"scan.concurrency""#), "\(outcome.talk)")
            #expect(outcome.talk.contains(#""applied":"auth.registration_enabled""#), "\(outcome.talk)")
        }
    }

    @Test(
        "A data directory that cannot be written is refused",
        .enabled(if: geteuid() != 0 || access("/usr/bin/setpriv", X_OK) == 0))
    func notWritable() async throws {
        try await Program.withNew { program in
            try FileManager.default.createDirectory(
                atPath: program.path("closed"), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o555])
            let nobody = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
            let outcome = try await program.run(
                exactly: ["serve", "--port", "0", "--data-dir", program.path("closed")],
                prefix: geteuid() == 0 ? nobody : [])
            #expect(outcome.code == 1)
            #expect(outcome.talk.contains("write permission"), "\(outcome.talk)")
        }
    }

    @Test("A database of a newer version is refused and stays as it is")
    func newerDatabase() async throws {
        try await Program.withNew { program in
            try await program.serving { _, _ in }
            try await program.withDatabase { database in
                try await database.write { connection in
                    try connection.executeScript("INSERT INTO schema_migrations (number, name) VALUES (9999, 'later')")
                }
            }
            let before = try files(program.path("data"))
            for words in [["serve", "--port", "0"], ["storage", "list"], ["user", "list"]] {
                let outcome = try await program.run(exactly: words + ["--data-dir", program.path("data")])
                #expect(outcome.code == 1)
                #expect(outcome.talk.contains("made by a newer version"), "\(outcome.talk)")
            }
            #expect(try files(program.path("data")) == before)
        }
    }

    /// Every name of the data directory, and what is in those that are files; but for the lock, which has the number of the
    /// process that asked for it last.
    private func files(_ path: String) throws -> [String: Data?] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != "serve.lock" }
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: path + "/" + $0)) })
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
