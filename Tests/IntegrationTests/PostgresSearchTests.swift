import CatalogTestSupport
import Foundation
import Testing

/// The built program with `search.engine: database` on a PostgreSQL server.
@Suite(.enabled(if: TestEngine.isPostgres)) struct PostgresSearchTests {
    @Test func `A node that lets the database search keeps no index, beside one that has its own`() async throws {
        try await Program.onPostgres { program in
            var program = program
            program.searchEngine = "database"
            try program.write("films/Paper Moons/Paper.Moons.mkv", "film")
            try program.write("films/Ångström.mp4", "another film")
            try await program.serving { [program] _, port in
                _ = try await program.run("storage", "add", "films", "file://" + program.path("films"))
                let scanned = try await program.run("scan", "films", "--json")
                #expect(scanned.code == 0, "\(scanned.talk)")
                let client = try ServerClient.administrator(of: program, port: port)
                #expect(try client.total(ofSearch: "MOON") == 2)
                let found = try await program.run("search", "ÅNGSTRÖM", "--json")
                #expect(try found.objects.map { $0["path"] as? String } == ["Ångström.mp4"], "\(found.talk)")
                #expect(FileManager.default.fileExists(atPath: program.path("data/search")) == false)

                var other = program
                other.searchEngine = nil
                try other.copySecrets(to: "node")
                try await other.serving("node") { _, port in
                    let total = try client.at(port).total(ofSearch: "MOON")
                    #expect(total == 2)
                }
            }
        }
    }
}
