import CatalogDatabase
import CatalogTestSupport
import Foundation
import Glibc
import Testing

@Suite("Commands that cannot do what they are asked", .serialized)
struct CommandFailureTests {
    @Test(
        "A command that is wrong, or needs a catalog that is not there, makes none",
        arguments: [
            (["scan", "nope"], 1), (["scan", "nope", "--verify"], 1), (["storage", "remove", "x"], 1),
            (["user", "reset-password", "ada"], 1), (["search", "x"], 1),
            (["storage", "add", "x", "gopher://h/s"], 64),
            (["storage", "add", "x", "/tmp"], 64), (["storage", "add", "a/b", "file:///tmp"], 64),
            (["user", "add", "ada", "--email", "x"], 64), (["user", "add", "b", "--email", "b@example.org"], 64),
        ] as [([String], Int32)])
    func makesNothing(words: [String], code: Int32) async throws {
        try await Program.withNew { program in
            let outcome = try await program.run(exactly: words)
            #expect(outcome.code == code, "\(outcome.talk)")
            #expect(!FileManager.default.fileExists(atPath: program.path("data")))
        }
    }

    @Test("Every error of a name says where the names are")
    func names() async throws {
        try await Program.withNew { program in
            try program.write("a/b/file", "x")
            #expect(try await program.run("storage", "add", "-a b", "file://" + program.path("a")).code == 64)
            let added = try await program.run("storage", "add", "a b", "file://" + program.path("a"))
            #expect(added.talk.contains("Next: catalogizer scan 'a b'"), "\(added.talk)")
            let inner = ["storage", "add", "b", "file://" + program.path("a/b"), "--data-dir", program.path("data")]
            let overlap = try await program.run(exactly: inner)
            #expect(overlap.code == 1)
            #expect(overlap.talk.contains("add --allow-overlap to have both"), "\(overlap.talk)")
            #expect(try await program.run(exactly: inner + ["--allow-overlap"]).code == 0)
            for words in [["scan"], ["storage", "test"], ["storage", "remove"], ["search", "x", "--root"]] {
                let outcome = try await program.run(exactly: words + ["nope", "--data-dir", program.path("data")])
                #expect(outcome.code == 1)
                #expect(
                    outcome.talk.contains(#"no storage root "nope". `catalogizer storage list`"#), "\(outcome.talk)")
            }
            let role = try await program.run("user", "add", "ada", "--email", "ada@example.org", "--role", "nope")
            #expect(role.talk.contains("there are admin, "), "\(role.talk)")
        }
    }

    @Test("Lines for scripts have every key, with null for what is missing")
    func nulls() async throws {
        try await Program.withNew { program in
            try program.write("a/file", "x")
            let added = try await program.run("storage", "add", "a", "file://" + program.path("a"), "--json")
            #expect(added.output.contains(#""last_scan_at":null"#), "\(added.output)")
            #expect(try await program.run("user", "add", "ada", "--email", "ada@example.org").code == 0)
            #expect(try await program.run("user", "list", "--json").output.contains(#""last_login_at":null"#))
            let reset = try await program.run("user", "reset-password", "ada", "--json")
            let line = try #require(try reset.objects.first)
            #expect(line["username"] as? String == "ada")
            #expect((line["password"] as? String)?.count == 20)
            #expect(try await program.run("doctor", "--json").output.contains(#""remedy":null"#))
        }
    }

    @Test("Commands that only read leave an older database as it is, and say what to do")
    func older() async throws {
        try await Program.withNew { program in
            try FileManager.default.createDirectory(
                atPath: program.path("data"), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            let secret = String(repeating: "s", count: 64)
            try program.write("catalogizer.yaml", "auth: {jwt_secret: \(secret)}\nsecrets: {master_key: \(secret)}\n")
            _ = try await program.withDatabase { try await Migrator(Array(Migrations.all.dropLast())).migrate($0) }
            // On a server nothing.
            let path = program.path("data/catalogizer.sqlite")
            let before = FileManager.default.contents(atPath: path)
            for words in [["storage", "list"], ["search", "x"], ["user", "list"], ["doctor"]] {
                let outcome = try await program.run(exactly: words)
                #expect(outcome.code == 1)
                #expect((outcome.talk + outcome.output).contains("Run `catalogizer serve` once"), "\(outcome)")
            }
            #expect(FileManager.default.contents(atPath: path) == before)
            let steps = SQLStatement("SELECT COUNT(*) FROM schema_migrations")
            let count = try await program.withDatabase { database in
                try await database.read { try $0.firstRow(steps) { $0.integer(0) } }
            }
            #expect(count == Int64(Migrations.all.count - 1))
        }
    }

    @Test("An error of the settings points to a command that works while they are wrong, and doctor shows it")
    func settings() async throws {
        try await Program.withNew { program in
            try program.write("catalogizer.yaml", "zzzzzzzz: 1\n")
            let outcome = try await program.run(exactly: ["storage", "list"])
            #expect(outcome.code == 64)
            #expect(outcome.talk.contains("`catalogizer settings list --markdown`"), "\(outcome.talk)")
            #expect(try await program.run(exactly: ["settings", "list", "--markdown"]).code == 0)
            let doctor = try await program.run(exactly: ["doctor", "--json"])
            #expect(doctor.code == 1)
            #expect(try doctor.objects.first?["status"] as? String == "broken")
        }
    }

    @Test(
        "Another user than the owner is told whose the data directory is",
        .enabled(if: geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0))
    func foreign() async throws {
        try await Program.withNew { program in
            chmod(program.scratch, 0o755)
            try await program.serving { _, _ in }
            let nobody = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
            for words in [["storage", "list"], ["scan", "x"], ["doctor"]] {
                let outcome = try await program.run(
                    exactly: words + ["--data-dir", program.path("data")], prefix: nobody)
                #expect(outcome.code == 1)
                #expect((outcome.talk + outcome.output).contains("belongs to the user root"), "\(outcome)")
            }
        }
    }

    @Test("A failed scan is reported once, and what could not be read is named")
    func failedScan() async throws {
        try await Program.withNew { program in
            try program.write("a/file", "x")
            #expect(try await program.run("storage", "add", "a", "file://" + program.path("a")).code == 0)
            #expect(try await program.run("scan", "a").code == 0)
            try FileManager.default.removeItem(atPath: program.path("a"))
            let outcome = try await program.run("scan", "a")
            #expect(outcome.code == 1)
            #expect(!outcome.talk.contains("job failed"), "\(outcome.talk)")
            #expect(outcome.talk.contains("`catalogizer storage test a`"), "\(outcome.talk)")
        }
    }

    @Test("A scan that somebody stopped watching is followed again by the same command")
    func followedAgain() async throws {
        try await Program.withNew { program in
            try program.write("a/file", "x")
            try await program.serving { server, _ in
                #expect(try await program.run("storage", "add", "a", "file://" + program.path("a")).code == 0)
                // A server that sleeps leaves the scan in the queue.
                server.signal(SIGSTOP)
                defer { server.signal(SIGCONT) }
                let first = try await program.start(["scan", "a"])
                try await first.wait { first.talk.contains("is queued") ? true : nil }
                first.signal(SIGINT)
                #expect(try await first.outcome().talk.contains("The server goes on with it"))

                let second = try await program.start(["scan", "a"])
                try await second.wait { second.talk.contains("is there already; this follows that one") ? true : nil }
                server.signal(SIGCONT)
                let outcome = try await second.outcome()
                #expect(outcome.code == 0, "\(outcome.talk)")
                #expect(outcome.output.contains("a: 1 entries"), "\(outcome.output)")
            }
        }
    }

    @Test("A search beside a server that is killed leaves nothing that the next server does not sweep")
    func killedSearch() async throws {
        try await Program.withNew { program in
            try program.write("a/file", "x")
            try await program.serving { _, _ in
                #expect(try await program.run("storage", "add", "a", "file://" + program.path("a")).code == 0)
                #expect(try await program.run("search", "file").code == 0)
                #expect(try temporary(program).isEmpty)
                let search = try await program.start(["search", "file"])
                try await search.wait {
                    // Every start tries for a moment whether it can write there.
                    let isAtWork = try temporary(program).contains { !$0.hasPrefix(".write-check") }
                    if isAtWork { search.kill() }
                    return search.isRunning ? nil : true
                }
            }
            try await program.serving { _, _ in
                let left = try temporary(program)
                #expect(left.isEmpty)
            }
        }
    }

    private func temporary(_ program: Program) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: program.path("data/tmp"))
    }
}

@Suite("What the doctor finds", .serialized)
struct DoctorTests {
    /// Every check but the fine ones, as `STATUS CHECK`.
    private func findings(_ program: Program) async throws -> (code: Int32, lines: [String]) {
        let outcome = try await program.run("doctor", "--json")
        let lines = try outcome.objects.filter { $0["status"] as? String == "broken" }
            .map { "\($0["check"] ?? ""): \($0["message"] ?? "")" }
        return (outcome.code, lines)
    }

    @Test("A catalog without its secrets is broken", arguments: ["jwt-secret", "master-key"])
    func secrets(name: String) async throws {
        try await Program.withNew { program in
            try await program.serving { _, _ in }
            try FileManager.default.removeItem(atPath: program.path("data/" + name))
            let found = try await findings(program)
            #expect(found.code == 1)
            #expect(found.lines.contains { $0.contains("\(name) is missing") }, "\(found.lines)")
        }
    }

    @Test("Damaged pages of the database are found", .enabled(if: TestEngine.isSQLite))
    func damage() async throws {
        try await Program.withNew { program in
            try await program.serving { _, _ in }
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: program.path("data/catalogizer.sqlite")))
            // The last pages are no part of the schema, so that everything else still works.
            let end = try file.seekToEnd()
            try file.seek(toOffset: end - 65_536)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 65_536))
            try file.close()
            let found = try await findings(program)
            #expect(found.code == 1)
            #expect(found.lines.contains { $0.hasPrefix("database: ") && $0.contains("damaged") }, "\(found.lines)")
        }
    }

    @Test("A search index that cannot be opened is found")
    func searchIndex() async throws {
        try await Program.withNew { program in
            try await program.serving { _, _ in }
            try FileManager.default.removeItem(atPath: program.path("data/search"))
            try program.write("data/search", "no directory")
            let found = try await findings(program)
            #expect(found.code == 1)
            #expect(found.lines.contains { $0.hasPrefix("search index: ") }, "\(found.lines)")
        }
    }

    @Test("A full disk is found", .enabled(if: DoctorTests.canMount))
    func fullDisk() async throws {
        try await Program.withNew { program in
            try FileManager.default.createDirectory(atPath: program.path("data"), withIntermediateDirectories: true)
            #expect(mount("tmpfs", program.path("data"), "tmpfs", 0, "size=64k,mode=700") == 0)
            defer { umount2(program.path("data"), Int32(MNT_DETACH)) }
            _ = FileManager.default.createFile(
                atPath: program.path("data/fill"), contents: Data(count: 64 << 10))
            let found = try await findings(program)
            #expect(found.code == 1)
            #expect(found.lines.contains { $0.contains("No space left on device") }, "\(found.lines)")
        }
    }

    /// Whether this process may mount a file system, which takes more than being root.
    private static let canMount: Bool = {
        let place = FileManager.default.temporaryDirectory.appending(path: "catalogizer-mount-\(UUID().uuidString)")
            .path
        mkdir(place, 0o700)
        defer { rmdir(place) }
        guard mount("tmpfs", place, "tmpfs", 0, "size=64k") == 0 else { return false }
        umount2(place, Int32(MNT_DETACH))
        return true
    }()
}
