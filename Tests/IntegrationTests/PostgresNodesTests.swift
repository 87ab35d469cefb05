import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// Several processes over one PostgreSQL database.
@Suite(.enabled(if: TestEngine.isPostgres)) struct PostgresNodesTests {
    @Test func `A session that ends on one node ends on all`() async throws {
        try await withTwoServers { program, first, second in
            let token = try login(program, on: first)
            #expect(try status(of: "GET /api/v1/auth/profile", token, on: second) == 200)
            #expect(try status(of: "POST /api/v1/auth/logout", token, on: first) == 200)
            try await until { try status(of: "GET /api/v1/auth/profile", token, on: second) == 401 }
        }
    }

    @Test func `What one node counts against a limit counts on the others too`() async throws {
        try await withTwoServers { _, first, second in
            let wrong = "{\"username\":\"nobody\",\"password\":\"wrong-password\"}"
            for _ in 0..<5 { #expect(try status(of: "POST /api/v1/auth/login", body: wrong, on: first) == 401) }
            var allowed = 0
            // Alone, the second node would let five pass.
            try await until {
                let answer = try status(of: "POST /api/v1/auth/login", body: wrong, on: second)
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
                let token = try login(program, on: port)
                let listener = try Connection(port: port)
                let head = "GET /api/v1/events?channels=scan_updates HTTP/1.1\r\nAuthorization: Bearer \(token)"
                _ = try listener.request(head)
                // No other process may run it.
                try await program.working("worker", roots: "films") { _ in
                    _ = try startScan(of: "films", token, on: port)
                    let heard = try listener.receive(until: "\"completed\"")
                    #expect(heard.contains("\"storage_root\":\"films\""), "\(heard)")
                }
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
                    let token = try login(program, on: port)
                    let scan = try startScan(of: "far", token, on: port)
                    try await until { try state(of: scan, token, on: port) == "completed" }
                }
                // The worker is gone; its root is still its own.
                let token = try login(program, on: port)
                let far = try startScan(of: "far", token, on: port)
                let near = try startScan(of: "near", token, on: port)
                try await until { try state(of: near, token, on: port) == "completed" }
                #expect(try state(of: far, token, on: port) == "queued")
                try await program.working("worker", roots: "far") { _ in
                    try await until { try state(of: far, token, on: port) == "completed" }
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
            var alone = program
            alone.databaseURL = nil
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

    private func login(_ program: Program, on port: UInt16) throws -> String {
        let password = try String(contentsOfFile: program.path("data/admin-password"), encoding: .utf8)
        let body = "{\"username\":\"admin\",\"password\":\"\(password.trimmingCharacters(in: .newlines))\"}"
        let answer = try request("POST /api/v1/auth/login", body: body, on: port)
        return String(try #require(answer.firstMatch(of: /"session_token":"([^"]+)"/)?.output.1))
    }

    private func startScan(of root: String, _ token: String, on port: UInt16) throws -> String {
        let answer = try request("POST /api/v1/scans", token, body: "{\"storage_root_id\":\"\(root)\"}", on: port)
        return String(try #require(answer.firstMatch(of: /"job_id":"?(\d+)/)?.output.1, "\(answer)"))
    }

    private func state(of scan: String, _ token: String, on port: UInt16) throws -> String? {
        let answer = try request("GET /api/v1/scans/\(scan)", token, on: port)
        return answer.firstMatch(of: /"status":"([^"]+)"/).map { String($0.output.1) }
    }

    private func status(of line: String, _ token: String? = nil, body: String = "", on port: UInt16) throws -> Int? {
        let head = try request(line, token, body: body, on: port)
        return head.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    /// The whole answer: the server closes the connection behind it.
    private func request(
        _ line: String, _ token: String? = nil, body: String = "", on port: UInt16
    ) throws -> String {
        var head = line + " HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json"
        if let token { head += "\r\nAuthorization: Bearer \(token)" }
        return try Connection(port: port).requestWhole(head, body: body)
    }

    /// Waits until `condition` holds: another process does what it says.
    private func until(_ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try !condition() {
            try #require(ContinuousClock.now < end, "waited in vain")
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

extension Program {
    /// Runs `body` beside a worker, which is stopped by SIGTERM.
    func working(_ data: String, roots: String, _ body: (RunningProgram) async throws -> Void) async throws {
        var own = self
        own.workerRoots = roots
        let worker = try own.start(["worker", "--data-dir", path(data)])
        defer { worker.kill() }
        try await worker.wait { worker.talk.contains("\"working\"") ? true : nil }
        try await body(worker)
        worker.signal(SIGTERM)
        let outcome = try await worker.outcome(within: .seconds(10))
        #expect(outcome.code == 0, "\(outcome.talk)")
    }
}
