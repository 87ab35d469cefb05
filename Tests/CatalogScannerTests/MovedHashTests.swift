import CatalogScanner
import Foundation
import Testing

/// What is known of the content of a file goes with it.
@Suite struct MovedHashTests {
    private static let size = 300_000

    private func withDuplicates(hasNumbers: Bool = true, _ body: (ScanFixture) async throws -> Void) async throws {
        try await ScanFixture.withNew { disk in
            if !hasNumbers { disk.backend.hideNumbers() }
            for name in ["x/one", "x/two", "y/three"] { try disk.write(name, ScanFixture.content(Self.size, seed: 1)) }
            try disk.write("y/decoy", ScanFixture.content(Self.size, seed: 2))
            try await disk.scanAndHash(.full)
            #expect(try await disk.duplicateGroups() == [["x/one", "x/two", "y/three"]])
            try await body(disk)
        }
    }

    @Test(arguments: [true, false]) func `A file that moved stays in its group and is not read again`(
        hasNumbers: Bool
    ) async throws {
        try await withDuplicates(hasNumbers: hasNumbers) { disk in
            try disk.move("x/one", to: "y/one")
            try disk.makeDirectory("z")
            try disk.move("x/two", to: "z/two")
            #expect(try await disk.scanAndHash() == [:])
            #expect(try await disk.duplicateGroups() == [["y/one", "y/three", "z/two"]])
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 3, wasted: Int64(2 * Self.size)))
            try disk.move("y", to: "renamed")
            #expect(try await disk.scanAndHash() == [:])
            #expect(try await disk.duplicateGroups() == [["renamed/one", "renamed/three", "z/two"]])
        }
    }

    @Test func `A file that was seen at its new place first counts once`() async throws {
        try await withDuplicates { disk in
            let ids = try await disk.catalog()
            try disk.move("x/one", to: "y/one")
            try await disk.scan(path: "y")
            try await disk.hash()
            // Nobody has looked yet whether it is still at the old one.
            #expect(try await disk.duplicateFigures().files == 4)
            let scan = try await disk.scan(path: "x")
            #expect(scan.counts.removed == 0 && scan.counts.moved == 1, "\(scan.counts)")
            #expect(try await disk.catalog()["y/one"]?.id == ids["x/one"]?.id)
            #expect(try await disk.duplicateGroups() == [["x/two", "y/one", "y/three"]])
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 3, wasted: Int64(2 * Self.size)))
        }
    }
}
