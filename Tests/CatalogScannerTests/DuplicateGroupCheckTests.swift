import CatalogDatabase
import CatalogScanner
import CatalogTestSupport
import Testing

/// A full scan derives the groups of equal files anew where they are not what the hashes say.
@Suite("Groups of equal files that are wrong") struct DuplicateGroupCheckTests {
    private func groupIDs(_ disk: ScanFixture) async throws -> [Int64] {
        try await disk.database.read { connection in
            try connection.rows(SQLStatement("SELECT id FROM duplicate_groups ORDER BY size_bytes")) { $0.integer(0) }
        }
    }

    @Test(arguments: [
        "UPDATE duplicate_group_counts SET file_count = file_count + 1 WHERE root_id = 0",
        "UPDATE duplicate_group_counts SET total_bytes = 0", "DELETE FROM duplicate_group_counts WHERE root_id = 1",
        "DELETE FROM duplicate_counts", "UPDATE duplicate_counts SET wasted_bytes = wasted_bytes - 1",
        "INSERT INTO duplicate_group_counts (group_id, root_id, file_count, total_bytes) VALUES (4711, 0, 2, 2)",
        "DELETE FROM duplicate_groups WHERE size_bytes = 500",
        "INSERT INTO duplicate_counts (root_id, group_count, file_count, wasted_bytes) VALUES (77, 1, 2, 3)",
    ])
    func `A full scan puts them right`(damage: String) async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b"] { try disk.write(name, ScanFixture.content(500, seed: 1)) }
            for name in ["c", "d", "e"] { try disk.write(name, ScanFixture.content(300_000, seed: 2)) }
            try disk.link("e", as: "links/e")
            try await disk.scanAndHash()
            let (groups, figures) = (try await disk.duplicateGroups(), try await disk.duplicateFigures())
            try #require(groups == [["a", "b"], ["c", "d", "e", "links/e"]])
            let ids = try await groupIDs(disk)
            _ = try await disk.database.write { try $0.execute(SQLStatement(damage)) }
            try #require(try await DuplicateTruth.differences(disk.database) != [])
            // That all of it is right again is part of each scan of the tests.
            try await disk.scan(.full)
            #expect(try await disk.duplicateGroups() == groups)
            #expect(try await disk.duplicateFigures() == figures)
            // The one that was lost has another number.
            #expect(try await groupIDs(disk).contains { ids.contains($0) })
        }
    }
}
