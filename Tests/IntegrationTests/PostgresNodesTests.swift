import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// Several processes over one PostgreSQL database.
@Suite(.enabled(if: TestEngine.isPostgres)) struct PostgresNodesTests {
    @Test func `A session that ends on one node ends on all`() async throws {
        try await withTwoServers { program, first, second in
            let client = try ServerClient.administrator(of: program, port: first)
            #expect(try client.at(second).status(of: "GET /api/v1/auth/profile") == 200)
            #expect(try client.status(of: "POST /api/v1/auth/logout") == 200)
            try await until { try client.at(second).status(of: "GET /api/v1/auth/profile") == 401 }
        }
    }

    @Test func `What one node counts against a limit counts on the others too`() async throws {
        try await withTwoServers { _, first, second in
            let wrong = "{\"username\":\"nobody\",\"password\":\"wrong-password\"}"
            for _ in 0..<5 {
                #expect(try ServerClient(port: first).status(of: "POST /api/v1/auth/login", body: wrong) == 401)
            }
            var allowed = 0
            // Alone, the second node would let five pass; each waits for what the first one tells it.
            try await until(checkingEvery: .seconds(3)) {
                let answer = try ServerClient(port: second).status(of: "POST /api/v1/auth/login", body: wrong)
                if answer == 401 { allowed += 1 }
                return answer == 429
            }
            #expect(allowed < 5)
        }
    }

    @Test func `Who listens on a server hears of a scan that runs on a worker`() async throws {
        try await Program.onPostgres { program in
            try program.write("films/Paper Moons.mkv", "film")
            try await program.serving { _, port in
                _ = try await program.run("storage", "add", "films", "file://" + program.path("films"))
                try program.copySecrets(to: "worker")
                let client = try ServerClient.administrator(of: program, port: port)
                let listener = try Connection(port: port)
                let head =
                    "GET /api/v1/events?channels=scan_updates HTTP/1.1\r\nAuthorization: Bearer \(try #require(client.token))"
                _ = try listener.request(head)
                // No other process may run it.
                try await program.working("worker", roots: "films") { _ in
                    _ = try client.startScan(of: "films")
                    let heard = try listener.receive(until: "\"completed\"")
                    #expect(heard.contains("\"storage_root\":\"films\""), "\(heard)")
                }
            }
        }
    }

    @Test func `What only a worker reaches is copied by it, and who listens on a server hears of that`() async throws {
        try await Program.onPostgres { program in
            try program.write("far/a.txt", "a")
            try await program.serving { _, port in
                _ = try await program.run("storage", "add", "far", "file://" + program.path("far"))
                _ = try await program.run("scan", "far")
                try program.copySecrets(to: "worker")
                let client = try ServerClient.administrator(of: program, port: port)
                let listener = try Connection(port: port)
                let token = try #require(client.token)
                _ = try listener.request(
                    "GET /api/v1/events?channels=copy_updates HTTP/1.1\r\nAuthorization: Bearer \(token)")
                try await program.working("worker", roots: "far") { _ in
                    let second = try await program.run("worker", data: "worker")
                    #expect(second.code == 1 && second.talk.contains("already worked for"), "\(second.talk)")
                }
                try FileManager.default.moveItem(atPath: program.path("far"), toPath: program.path("away"))
                let copy = #"{"source_path":"far:a.txt","dest_path":"b.txt","storage_id":"far","async":true}"#
                try #require(try client.status(of: "POST /api/v1/copy/storage", body: copy) == 202)
                try FileManager.default.moveItem(atPath: program.path("away"), toPath: program.path("far"))
                try await program.working("worker", roots: "far") { _ in
                    let heard = try listener.receive(until: "\"completed\"")
                    #expect(heard.contains("copy_progress"), "\(heard)")
                }
                #expect(FileManager.default.fileExists(atPath: program.path("far/b.txt")))
            }
        }
    }

    @Test func `A worker's own roots wait for it, and other jobs do not`() async throws {
        try await Program.onPostgres { program in
            try program.write("near/a.txt", "a")
            try program.write("far/b.txt", "b")
            try await program.serving { _, port in
                for name in ["near", "far"] {
                    _ = try await program.run("storage", "add", name, "file://" + program.path(name))
                }
                try program.copySecrets(to: "worker")
                try await program.working("worker", roots: "far") { _ in
                    let client = try ServerClient.administrator(of: program, port: port)
                    let scan = try client.startScan(of: "far")
                    try await until { try client.state(ofScan: scan) == "completed" }
                }
                // The worker is gone; its root is still its own, also when nobody else reaches it.
                let client = try ServerClient.administrator(of: program, port: port)
                try FileManager.default.moveItem(atPath: program.path("far"), toPath: program.path("away"))
                let test = try await program.run("storage", "test", "far")
                #expect(test.code == 1)
                #expect(test.talk.contains("Only the worker"), "\(test.talk)")
                let roots = try await program.run("storage", "list", "--json").objects
                #expect(roots.map { $0["status"] as? String } == ["online", "online"])
                try FileManager.default.moveItem(atPath: program.path("away"), toPath: program.path("far"))
                let far = try client.startScan(of: "far")
                let near = try client.startScan(of: "near")
                try await until { try client.state(ofScan: near) == "completed" }
                #expect(try client.state(ofScan: far) == "queued")
                try await program.working("worker", roots: "far") { _ in
                    try await until { try client.state(ofScan: far) == "completed" }
                }
            }
        }
    }

    @Test func `A command on another machine leaves the scan of a worker's own root to it`() async throws {
        try await Program.onPostgres { program in
            try program.write("far/b.txt", "b")
            try await program.serving { _, _ in
                _ = try await program.run("storage", "add", "far", "file://" + program.path("far"))
                try program.copySecrets(to: "worker")
                try program.copySecrets(to: "laptop")
                try await program.working("worker", roots: "far") { _ in }
                // Here is no such directory now, and no server holds this data directory.
                try FileManager.default.moveItem(atPath: program.path("far"), toPath: program.path("away"))
                let command = try await program.start(["scan", "far"], data: "laptop")
                defer { command.kill() }
                try await command.wait { command.talk.contains("Only the worker") ? true : nil }
                let roots = try await program.run("storage", "list", "--json").objects
                #expect(roots.map { $0["status"] as? String } == ["online"])
                try FileManager.default.moveItem(atPath: program.path("away"), toPath: program.path("far"))
                try await program.working("worker", roots: "far") { _ in
                    let outcome = try await command.outcome()
                    #expect(outcome.code == 0, "\(outcome.talk)")
                }
            }
        }
    }

    @Test func `A worker without a database to share, or with a root that nobody knows, says so`() async throws {
        try await Program.onPostgres { program in
            try await program.serving { _, _ in }
            try program.copySecrets(to: "worker")
            var lost = program
            lost.workerRoots = "attic"
            let unknown = try await lost.run("worker", data: "worker")
            #expect(unknown.code == 1)
            #expect(unknown.talk.contains("no storage root \"attic\""), "\(unknown.talk)")
            let alone = try program.onFile("worker")
            let refused = try await alone.run("worker", data: "worker")
            #expect(refused.code == 64)
            #expect(refused.talk.contains("A worker needs a PostgreSQL database"), "\(refused.talk)")
        }
    }

    // MARK: Two nodes

    private func withTwoServers(_ body: (Program, UInt16, UInt16) async throws -> Void) async throws {
        try await Program.onPostgres { program in
            try await program.serving { _, first in
                try program.copySecrets(to: "node")
                try await program.serving("node") { _, second in try await body(program, first, second) }
            }
        }
    }
}

extension Program {
    /// Runs `body` beside a worker, which is stopped by SIGTERM.
    func working(_ data: String, roots: String, _ body: (RunningProgram) async throws -> Void) async throws {
        var own = self
        own.workerRoots = roots
        let worker = try await own.start(["worker"], data: data)
        defer { worker.kill() }
        try await worker.wait { worker.talk.contains("\"working\"") ? true : nil }
        try await body(worker)
        worker.signal(SIGTERM)
        let outcome = try await worker.outcome()
        #expect(outcome.hasStopped, "\(outcome.talk)")
    }
}
