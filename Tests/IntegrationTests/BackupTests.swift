import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// Backups of a catalog in a file, and what becomes of them.
@Suite(.enabled(if: TestEngine.isSQLite)) struct BackupTests {
    @Test func `A backup brings everything back, both beside a server`() async throws {
        try await withCatalog { program, client in
            let backup = program.path("catalog.backup")
            let made = try await program.run("backup", backup, "--json")
            #expect(made.code == 0, "\(made.talk)")
            #expect(try made.objects.first?["bytes"] as? Int ?? 0 > 4_096)
            // A name that nobody has and that lies on another place of the disk than what it replaces.
            try program.write("films/Later.mkv", "a film")
            _ = try await program.run("scan", "films")
            _ = try await program.run("user", "add", "eve", "--email", "eve@example.org")
            #expect(try client.total(ofSearch: "later") == 1)

            var restored = try await program.run("restore", backup)
            // What the server does by itself with the new file.
            while restored.code != 0, restored.talk.contains("is running") {
                restored = try await program.run("restore", backup)
            }
            #expect(restored.code == 0, "\(restored.talk)")
            let users = try await program.run("user", "list", "--json").objects
            #expect(users.map { $0["username"] as? String } == ["ada", "admin"])
            #expect(try client.status(of: "GET /api/v1/catalog/films/Later.mkv") == 404)
            // The index of the server follows by itself.
            try await until { try client.total(ofSearch: "later") == 0 }
            #expect(try client.total(ofSearch: "early") == 1)
            let scan = try await program.run("scan", "films", "--json")
            #expect(scan.code == 0, "\(scan.talk)")
            try await until { try client.total(ofSearch: "later") == 1 }
        }
    }

    @Test func `A backup makes a catalog on another machine, with the secrets of the first`() async throws {
        try await withCatalog { program, _ in
            _ = try await program.run("backup", program.path("catalog.backup"))
            let refused = try await program.run("restore", program.path("catalog.backup"), data: "other")
            #expect(refused.code == 1)
            #expect(refused.talk.contains("jwt-secret is missing"), "\(refused.talk)")
            #expect(!FileManager.default.fileExists(atPath: program.path("other/catalogizer.sqlite")))
            try program.copySecrets(to: "other")
            let restored = try await program.run("restore", program.path("catalog.backup"), data: "other")
            #expect(restored.code == 0, "\(restored.talk)")
            let found = try await program.run("search", "early", "--json", data: "other")
            #expect(try found.objects.count == 1)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: program.path("other")).allSatisfy {
                    !$0.hasPrefix("restore-")
                })
        }
    }

    @Test func `Nothing is overwritten by a backup, and nothing is restored from what is none`() async throws {
        try await withCatalog { program, _ in
            try program.write("taken", "mine")
            let taken = try await program.run("backup", program.path("taken"))
            #expect(taken.code == 1)
            #expect(taken.talk.contains("is there already"), "\(taken.talk)")
            #expect(try String(contentsOfFile: program.path("taken"), encoding: .utf8) == "mine")
            let nowhere = try await program.run("backup", program.path("none/catalog.backup"))
            #expect(nowhere.code == 64)
            #expect(try await program.run("restore", program.path("taken")).code == 64)
            #expect(try await program.run("restore", program.path("missing")).code == 1)
            #expect(try await program.run("search", "early", "--json").objects.count == 1)
        }
    }

    /// A catalog with one film and one user beside the first, and a server that runs.
    private func withCatalog(_ body: (Program, ServerClient) async throws -> Void) async throws {
        try await Program.withNew { program in
            try program.write("films/Early.mkv", "film")
            let server = try await program.serving { _, port in
                _ = try await program.run("storage", "add", "films", "file://" + program.path("films"))
                _ = try await program.run("scan", "films")
                _ = try await program.run("user", "add", "ada", "--email", "ada@example.org")
                try await body(program, try ServerClient.administrator(of: program, port: port))
            }
            #expect(server.hasStopped, "\(server.talk)")
        }
    }
}

/// Backups of a catalog on a server, and its way there.
@Suite(.enabled(if: TestEngine.isPostgres)) struct DatabaseCopyTests {
    @Test func `A catalog moves from a file to a server and back`() async throws {
        try await Program.onPostgres { program in
            var file = try program.onFile()
            try program.write("films/Early.mkv", "film")
            _ = try await file.run("storage", "add", "films", "file://" + program.path("films"))
            _ = try await file.run("scan", "films")
            let url = try #require(program.databaseURL)
            let from = "sqlite:" + program.path("data/catalogizer.sqlite")
            let moved = try await program.run(exactly: ["database", "copy", "--from", from, "--to", url, "--json"])
            #expect(moved.code == 0, "\(moved.talk)")
            #expect(try moved.objects.first?["rows"] as? Int ?? 0 > 10)
            try await program.serving { _, port in
                let client = try ServerClient.administrator(of: program, port: port)
                #expect(try client.total(ofSearch: "early") == 1)
            }
            let again = try await program.run(exactly: ["database", "copy", "--from", from, "--to", url])
            #expect(again.code == 1)
            #expect(again.talk.contains("is not empty"), "\(again.talk)")
            let home = "sqlite:" + program.path("home.sqlite")
            let back = try await program.run(exactly: ["database", "copy", "--from", url, "--to", home])
            #expect(back.code == 0, "\(back.talk)")
            file.databaseURL = home
            #expect(try await file.run("search", "early", "--json").objects.count == 1)
            let nothing = try await program.run(
                exactly: ["database", "copy", "--from", "sqlite:" + program.path("none"), "--to", home])
            #expect(nothing.code == 1)
            #expect(nothing.talk.contains("There is no catalog"), "\(nothing.talk)")
            #expect(try await program.run(exactly: ["database", "copy", "--from", "x", "--to", home]).code == 64)
        }
    }

    @Test func `Backup and restore name the programs of PostgreSQL, without the password`() async throws {
        try await Program.onPostgres { program in
            var program = program
            program.databaseURL = "postgres://cat:hunter2@db.example/catalog?sslmode=require"
            let backup = try await program.run("backup", "catalog.dump")
            #expect(backup.code == 64)
            #expect(
                backup.talk.contains(
                    "pg_dump --format=custom --file=catalog.dump --dbname='postgres://cat@db.example/catalog?sslmode=require'"
                ),
                "\(backup.talk)")
            let restore = try await program.run("restore", "catalog.dump")
            #expect(restore.code == 64)
            #expect(restore.talk.contains("new, empty database"), "\(restore.talk)")
            #expect(!(backup.talk + restore.talk).contains("hunter2"))
        }
    }

    @Test func `The calls that are named bring everything back`() async throws {
        try await Program.withNew { program in
            try await OwnPostgres.with { postgres in
                var program = program
                program.databaseURL = postgres.url
                program.searchEngine = "database"
                try program.write("films/Early.mkv", "film")
                try await program.serving { _, _ in
                    _ = try await program.run("storage", "add", "films", "file://" + program.path("films"))
                    _ = try await program.run("scan", "films")
                }
                try await runNamed(try await program.run("backup", program.path("dump")), "pg_dump")
                let administration = postgres.url.replacing(/\/[^\/]*$/, with: "/postgres")
                for sql in ["DROP DATABASE catalogizer", "CREATE DATABASE catalogizer TEMPLATE template0"] {
                    try await shell("psql --quiet --dbname='\(administration)' --command='\(sql)'")
                }
                try await runNamed(try await program.run("restore", program.path("dump")), "pg_restore")
                try await program.serving { _, _ in
                    let found = try await program.run("search", "early", "--json").objects
                    #expect(found.count == 1)
                }
            }
        }
    }

    /// Runs the call that a command has named, with the password that it has left out.
    private func runNamed(_ outcome: Outcome, _ tool: String) async throws {
        let start = try #require(outcome.talk.firstRange(of: tool)?.lowerBound, "\(outcome.talk)")
        try await shell(String(outcome.talk[start...]))
    }

    private func shell(_ line: String) async throws {
        let said = FileManager.default.temporaryDirectory.path + "/catalogizer-shell-\(UUID().uuidString)"
        defer { unlink(said) }
        let environment = ProcessInfo.processInfo.environment.merging(["PGPASSWORD": "catalogizer"]) { $1 }
        let process = try TestProcess(["/bin/sh", "-c", line], environment: environment, output: said)
        var code = process.exitCode
        while code == nil {
            try await Task.sleep(for: .milliseconds(20))
            code = process.exitCode
        }
        let text = String(decoding: FileManager.default.contents(atPath: said) ?? Data(), as: UTF8.self)
        #expect(code == 0, "\(line): \(text)")
    }
}
