import CatalogDatabase
import CatalogTestSupport
import Foundation
import Glibc
import Testing

@Suite("Hashing that is killed", .serialized)
struct KilledHashTests {
    private static let pairs = 1_500
    private static let bytes = 3_000

    @Test("It goes on where it was, with right groups after each kill, and reads little again")
    func resumes() async throws {
        try await Program.withNew { program in
            for number in 0..<Self.pairs {
                let text = "\(number) " + String(repeating: "x", count: Self.bytes)
                for side in ["a", "b"] { try program.write("tree/\(side)/\(number)", String(text.prefix(Self.bytes))) }
            }
            let added = try await program.run("storage", "add", "films", "file://" + program.path("tree"))
            try #require(added.code == 0, "\(added.talk)")
            try #require(try await program.run("scan", "films").code == 0)
            try await program.withDatabase { database in
                let content = CatalogContent(database: database)
                var kills = 0
                while kills < 3 {
                    let server = try await program.start(["serve", "--port", "0"])
                    defer { server.kill() }
                    let before = try await content.hashes().files
                    // On a busy machine all of it may be done before anybody looks.
                    _ = try await server.wait(until: {
                        let now = try await content.hashes()
                        return now.files >= before + 200 || now.groups == Self.pairs ? true : nil
                    })
                    server.kill()
                    _ = try await server.outcome()
                    kills += 1
                    #expect(try await DuplicateTruth.differences(database) == [])
                }
                try await program.serving { server, _ in
                    _ = try await server.wait(until: { try await content.hashes().isLive ? nil : true })
                }
                let end = try await content.hashes()
                #expect(end.groups == Self.pairs && end.members == 2 * Self.pairs)
                // What was on its way at each kill is read again.
                let needed = 2 * Self.pairs * Self.bytes
                #expect(end.bytes >= needed && end.bytes <= needed * 5 / 4)
                #expect(try await DuplicateTruth.differences(database) == [])
            }
        }
    }
}

/// How far hash jobs are.
private struct HashState {
    let files: Int
    let bytes: Int
    let groups: Int
    let members: Int
    /// Whether one waits or runs.
    let isLive: Bool
}

extension CatalogContent {
    fileprivate func hashes() async throws -> HashState {
        let statement = SQLStatement(
            """
            SELECT CAST(COALESCE((SELECT SUM(files_read) FROM hash_runs), 0) AS BIGINT),
                CAST(COALESCE((SELECT SUM(bytes_read) FROM hash_runs), 0) AS BIGINT),
                COALESCE((SELECT group_count FROM duplicate_counts WHERE root_id = 0), 0),
                COALESCE((SELECT file_count FROM duplicate_counts WHERE root_id = 0), 0),
                (SELECT COUNT(*) FROM jobs WHERE kind = 'hash' AND status IN ('pending', 'running'))
            """)
        let found = try await database.read { connection in
            try connection.firstRow(statement) { row in
                HashState(
                    files: Int(row.integer(0)), bytes: Int(row.integer(1)), groups: Int(row.integer(2)),
                    members: Int(row.integer(3)), isLive: row.integer(4) > 0)
            }
        }
        return try #require(found)
    }
}
