import CatalogCore
import CatalogScanner
import CatalogTestSupport
import Foundation
import Testing

/// A directory moved, and in it something was put over something else: one name, and two that could have it.
@Suite struct MovedOverTests {
    private func withScanned(_ body: (ScanFixture, [String: EntryID]) async throws -> Void) async throws {
        try await ScanFixture.withNew { disk in
            for (number, name) in ["a", "b", "c", "sub/x", "sub/y", "other/z"].enumerated() {
                try disk.write("films/\(name)", bytes: 100 + number)
            }
            // Beside so many nothing that goes is a large part.
            for number in 0..<100 { try disk.write("more/\(number)", bytes: 1_000 + number) }
            #expect(try await disk.scan(.full).status == "completed")
            try await body(disk, try await disk.catalog().mapValues(\.id))
        }
    }

    /// The catalog has what is there, and a further scan finds nothing else.
    private func expectTrue(_ disk: ScanFixture) async throws {
        #expect(
            Set(try await disk.catalog().keys) == Set(try FileManager.default.subpathsOfDirectory(atPath: disk.tree)))
        #expect(try await disk.wrongSizes() == [])
        let next = try await disk.scan(.full)
        #expect(next.status == "completed")
        #expect(next.counts.added == 0 && next.counts.moved == 0 && next.counts.removed == 0, "\(next.counts)")
    }

    @Test func `A file put over another one keeps its id, and the other one is gone`() async throws {
        try await withScanned { disk, ids in
            try disk.move("films", to: "movies")
            try disk.remove("movies/b")
            try disk.move("movies/a", to: "movies/b")
            let scan = try await disk.scan()
            #expect(scan.status == "completed" && scan.counts.removed == 1, "\(scan)")
            let after = try await disk.catalog()
            #expect(after["movies"]?.id == ids["films"] && after["movies/c"]?.id == ids["films/c"])
            #expect(after["movies/b"]?.id == ids["films/a"])
            try await expectTrue(disk)
        }
    }

    @Test func `A directory that another one is put in the place of is looked into, when only its parent changed`()
        async throws
    {
        try await withScanned { disk, ids in
            try disk.move("films/sub", to: "films/aside")
            try disk.move("films/other", to: "films/sub")
            let scan = try await disk.scanChanges(in: ["films"])
            // The directory that has another one's name now keeps that one's id, and its own row goes.
            #expect(scan.status == "completed" && scan.counts.removed == 1, "\(scan)")
            let after = try await disk.catalog()
            #expect(after["films/sub/z"]?.id == ids["films/other/z"] && after["films/sub/x"] == nil)
            #expect(after["films/aside/x"]?.id == ids["films/sub/x"])
            try await expectTrue(disk)
        }
    }

    @Test(arguments: ["directory", "file"])
    func `What was below a directory that something else was put over waits for the brake`(what: String) async throws {
        try await withScanned { disk, ids in
            for number in 0..<200 { try disk.write("films/sub/\(number)", bytes: 2_000 + number) }
            #expect(try await disk.scan().status == "completed")
            try disk.move("films", to: "movies")
            try disk.remove("movies/sub")
            try disk.move(what == "directory" ? "movies/other" : "movies/a", to: "movies/sub")
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation", "\(scan)")
            let parked = try await disk.catalog()
            #expect(parked["films/sub/7"] != nil)
            let replacement = what == "directory" ? ("movies/sub/z", "films/other/z") : ("movies/sub", "films/a")
            #expect(parked[replacement.0]?.id == ids[replacement.1])
            #expect(parked["movies/c"]?.id == ids["films/c"])
            #expect(try await disk.scan(confirm: true).status == "completed")
            try await expectTrue(disk)
        }
    }
}
