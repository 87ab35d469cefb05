import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// The built program on a PostgreSQL server.
@Suite(.enabled(if: TestEngine.isPostgres)) struct PostgresProgramTests {
    @Test func `Every command works on a server as on a file, and a second server beside the first`() async throws {
        try await Program.onPostgres { program in
            try program.write("films/Paper Moons/Paper.Moons.mkv", "film")
            try program.write("films/Ångström.mp4", "another film")
            try await program.serving { _, _ in
                let added = try await program.run("storage", "add", "films", "file://" + program.path("films"))
                #expect(added.code == 0, "\(added.talk)")
                let scanned = try await program.run("scan", "films", "--json")
                #expect(scanned.code == 0, "\(scanned.talk)")
                #expect(try scanned.objects.last?["added"] as? Int == 3)
                let found = try await program.run("search", "MOON", "--json")
                #expect(try found.objects.count == 2, "\(found.output) \(found.talk)")
                #expect(FileManager.default.fileExists(atPath: program.path("data/catalogizer.sqlite")) == false)

                // Another node has a data directory of its own, and the secrets of the first.
                try program.copySecrets(to: "node")
                try await program.serving("node") { _, _ in
                    let beside = try await program.run("search", "angstrom", "--json", data: "node")
                    #expect(beside.code == 0, "\(beside.talk)")
                    let roots = try await program.run("storage", "list", "--json", data: "node")
                    #expect(try roots.objects.map { $0["name"] as? String } == ["films"])
                }
            }
            let doctor = try await program.run("doctor")
            #expect(doctor.code == 0, "\(doctor.output) \(doctor.talk)")
        }
    }

    @Test func `A node with another secret is refused, and told where to get the right one`() async throws {
        try await Program.onPostgres { program in
            try await program.serving { _, _ in }
            let missing = try await program.run("serve", "--port", "0", data: "node")
            #expect(missing.code == 1)
            #expect(missing.talk.contains("from another node"), "\(missing.talk)")
            for secret in ["jwt-secret", "master-key"] {
                try program.write("node/\(secret)", String(repeating: "k", count: 64) + "\n")
                chmod(program.path("node/\(secret)"), 0o600)
            }
            let refused = try await program.run("serve", "--port", "0", data: "node")
            #expect(refused.code == 1)
            #expect(refused.talk.contains("auth.jwt_secret is not the one"), "\(refused.talk)")
        }
    }

    @Test func `A server that does not answer is said to be away, without its password`() async throws {
        try await Program.onPostgres { program in
            var lost = program
            lost.databaseURL = "postgres://cat:hunter2@127.0.0.1:\(try Connection.freePort())/catalog"
            let outcome = try await lost.run("serve", "--port", "0")
            #expect(outcome.code == 1)
            #expect(outcome.talk.contains("cannot be opened"), "\(outcome.talk)")
            #expect(outcome.talk.contains("See that the server runs"), "\(outcome.talk)")
            #expect(!outcome.talk.contains("hunter2"), "\(outcome.talk)")
        }
    }

}

extension Program {
    /// A program whose database is a new schema of the tests' PostgreSQL server.
    static func onPostgres(_ body: (Program) async throws -> Void) async throws {
        try await withNew { program in
            let place = TestEngine.place(in: program.scratch)
            try await place.create()
            var program = program
            program.databaseURL = place.url
            let result: Result<Void, any Error>
            do { result = .success(try await body(program)) } catch { result = .failure(error) }
            try await place.remove()
            try result.get()
        }
    }

    /// Gives another node's data directory the secrets of the first one.
    func copySecrets(to node: String) throws {
        for secret in ["jwt-secret", "master-key"] {
            let text = try String(contentsOfFile: path("data/\(secret)"), encoding: .utf8)
            try write("\(node)/\(secret)", text)
            chmod(path("\(node)/\(secret)"), 0o600)
        }
    }
}
