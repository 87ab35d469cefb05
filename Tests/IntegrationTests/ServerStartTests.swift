import CatalogDatabase
import CatalogTestSupport
import Foundation
import Glibc
import Testing

@Suite("The start and the stop of a server", .serialized)
struct ServerStartTests {
    @Test(
        "A start that cannot succeed says why and makes nothing",
        arguments: [
            (["--host", "203.0.113.9"], 64, "is no address of this machine"),
            (["--host", "nowhere.invalid"], 64, "is not known"),
            (["--database-url", "sqlite:."], 64, "is a directory"),
            (["--database-url", "sqlite:none/x"], 64, "does not exist. Make it first"),
            (["--config", "tls.yaml"], 64, "none.pem cannot be read: No such file"),
            (["--config", "password.yaml"], 64, "8 to 128 characters"),
        ] as [([String], Int32, String)])
    func refused(flags: [String], code: Int32, reason: String) async throws {
        try await Program.withNew { program in
            try program.write("tls.yaml", "server: {tls: {certificate: none.pem, key: none.pem}}\n")
            try program.write("password.yaml", "auth: {admin_password: \(String(repeating: "x", count: 129))}\n")
            let outcome = try await program.run(exactly: ["serve", "--port", "0"] + flags)
            #expect(outcome.code == code)
            #expect(outcome.talk.contains(reason), "\(outcome.talk)")
            #expect(!FileManager.default.fileExists(atPath: program.path("data")))
        }
    }

    @Test("A server and commands that start together on an empty directory all succeed")
    func together() async throws {
        try await Program.withNew { program in
            for tree in ["a", "b"] { try program.write("\(tree)/file", "x") }
            let commands = try await [
                program.start(["storage", "add", "a", "file://" + program.path("a")]),
                program.start(["storage", "add", "b", "file://" + program.path("b")]),
                program.start(["user", "add", "ada", "--email", "ada@example.org"]),
            ]
            try await program.serving { _, _ in
                for command in commands {
                    let outcome = try await command.outcome()
                    #expect(outcome.code == 0, "\(outcome.talk)")
                }
            }
        }
    }

    @Test("Ctrl-C that comes twice within a moment is one wish, and the server stops in order")
    func twice() async throws {
        try await Program.withNew { program in
            let outcome = try await program.serving { server, _ in server.signal(SIGINT) }
            #expect(outcome.code == 0, "\(outcome.talk)")
            #expect(outcome.talk.contains(#""msg":"stopped""#))
        }
    }

    @Test("A server that is told to stop while it starts ends in order")
    func stopDuringStart() async throws {
        try await Program.withNew { program in
            try await program.serving { _, _ in }
            let words = ["serve", "--port", "0", "--data-dir", program.path("data")]
            let url = try await program.url(of: "data")
            try await program.withDatabase { database in
                // Holds up the start, which has something to write.
                let server = try await database.write { connection in
                    try connection.execute(Self.keepWritersOut)
                    unlink(program.path("data/serve.lock"))
                    let server = try program.start(exactly: words, databaseURL: url)
                    try server.waitBlocking { FileManager.default.fileExists(atPath: program.path("data/serve.lock")) }
                    server.signal(SIGTERM)
                    return server
                }
                let outcome = try await server.outcome()
                #expect(outcome.code == 0, "\(outcome.talk)")
                #expect(!outcome.talk.contains("listening"), "\(outcome.talk)")
            }
        }
    }

    /// A file has one writer anyway.
    private static let keepWritersOut = SQLStatement(
        sqlite: "SELECT 1",
        postgreSQL: """
            DO $$ DECLARE name text; BEGIN
                FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
                    EXECUTE 'LOCK TABLE ' || quote_ident(name) || ' IN EXCLUSIVE MODE';
                END LOOP;
            END $$
            """)

    @Test("A reader of standard error that reads nothing holds up neither requests nor the end")
    func stuckReader() async throws {
        try await Program.withNew { program in
            let pipe = program.path("log")
            #expect(mkfifo(pipe, 0o600) == 0)
            let reader = open(pipe, O_RDWR | O_CLOEXEC)
            defer { close(reader) }
            let port = try Connection.freePort()
            let server = try await program.start(
                ["serve", "--port", "\(port)", "--log-level", "trace"],
                prefix: ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>log"])
            defer { server.kill() }
            let connection = try await server.wait { try? Connection(port: port) }
            // A pipe holds 64 KiB, and each of these requests is worth a line of 200 bytes.
            for _ in 0..<1_000 {
                #expect(try connection.request("GET /health HTTP/1.1", until: "}").hasPrefix("HTTP/1.1 200"))
            }
            server.signal(SIGTERM)
            #expect(try await server.outcome().code == 0)
        }
    }

    @Test(.enabled(if: TestEngine.isSQLite))
    func `A catalog in a file cannot search by its database, and the way out is named`() async throws {
        try await Program.withNew { program in
            var program = program
            program.searchEngine = "database"
            let outcome = try await program.run("serve", "--port", "0")
            #expect(outcome.code != 0)
            #expect(outcome.talk.contains("set database.url, or search.engine: index"), "\(outcome.talk)")
        }
    }
}
