import CatalogTestSupport
import Foundation
import Glibc
import Testing

@Suite("Removing duplicates, killed", .serialized)
struct KilledRemovalTests {
    private static let files = 600
    private static let bytes = 2_000

    @Test("It goes on after each kill, every kept file is there at any time, and nothing is left set aside")
    func resumes() async throws {
        try await Program.withNew { program in
            try await makeDuplicates(program)
            var plan = 0
            try await program.serving { server, port in
                let client = try ServerClient.administrator(of: program, port: port)
                _ = try await server.wait { try client.counted(/"duplicate_groups":(\d+)/) == Self.files ? true : nil }
                let keep = #"{"keep":[{"rule":"root_order","roots":["nas"]}]}"#
                let made = try client.request("POST /api/v1/duplicates/plan", body: keep)
                plan = try #require(made.firstMatch(of: /"id":(\d+)/).flatMap { Int($0.output.1) }, "\(made)")
                #expect(try client.status(of: "POST /api/v1/duplicates/plan/\(plan)/apply") == 202)
                try await killed(server, program, before: Self.files)
            }
            for _ in 0..<2 {
                let server = try await program.start(["serve", "--port", "0"])
                defer { server.kill() }
                try await killed(server, program, before: try left(program).count)
            }
            try await program.serving { server, port in
                let client = try ServerClient.administrator(of: program, port: port)
                let target = "GET /api/v1/duplicates/plan/\(plan)?limit=1"
                let end = try await server.wait { () -> String? in
                    let status = try client.request(target).firstMatch(of: /"status":"(completed|failed)"/)
                    return status.map { String($0.output.1) }
                }
                #expect(end == "completed")
            }
            #expect(try left(program) == [])
            #expect(try kept(program) == Self.files)
            #expect(try await program.withDatabase { try await DuplicateTruth.differences($0) } == [])
            let scan = try await program.run("scan", "usb", "--full", "--json")
            let counts = try #require(try scan.objects.last)
            #expect(counts["status"] as? String == "completed", "\(counts)")
            #expect(counts["removed"] as? Int == 0 && counts["added"] as? Int == 0, "\(counts)")
        }
    }

    /// Two storage roots with the same files, scanned and read.
    private func makeDuplicates(_ program: Program) async throws {
        // What a scan is told at the end is about the removals alone.
        try program.write("catalogizer.yaml", "scan: {watch: false}\n")
        for number in 0..<Self.files {
            let text = String(("\(number) " + String(repeating: "x", count: Self.bytes)).prefix(Self.bytes))
            for root in ["nas", "usb"] { try program.write("\(root)/\(number)", text) }
        }
        for root in ["nas", "usb"] {
            let added = try await program.run("storage", "add", root, "file://" + program.path(root))
            try #require(added.code == 0, "\(added.talk)")
            try #require(try await program.run("scan", root).code == 0)
        }
    }

    /// Kills the server once some files are gone.
    private func killed(_ server: RunningProgram, _ program: Program, before count: Int) async throws {
        // On a busy machine all of it may be done before anybody looks.
        _ = try await server.wait(checking: .milliseconds(1)) {
            let left = try left(program).count
            return left <= count - 50 || left == 0 ? true : nil
        }
        server.kill()
        _ = try await server.outcome()
        #expect(try kept(program) == Self.files)
    }

    /// Names in the root that loses its files, those that are set aside included.
    private func left(_ program: Program) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: program.path("usb"))
    }

    /// Files that are whole in the other root.
    private func kept(_ program: Program) throws -> Int {
        try (0..<Self.files).filter { number in
            let attributes = try FileManager.default.attributesOfItem(atPath: program.path("nas/\(number)"))
            return attributes[.size] as? Int == Self.bytes
        }.count
    }
}

extension ServerClient {
    /// A figure of the duplicates of all roots.
    fileprivate func counted(_ figure: Regex<(Substring, Substring)>) throws -> Int? {
        try request("GET /api/v1/stats/duplicates/count").firstMatch(of: figure).flatMap { Int($0.output.1) }
    }
}
