import CatalogCore
import CatalogScanner
import CatalogTestSupport
import Foundation
import Testing

/// What is renamed or moved keeps its id, and counts neither as removed nor as new (ruling 48).
@Suite struct MoveTests {
    /// Whether the storage has numbers for its files; without them sizes, times and names have to do.
    private static let storages = [true, false]

    private func withScanned(
        _ files: [String], hasNumbers: Bool = true, _ body: (ScanFixture, [String: EntryID]) async throws -> Void
    ) async throws {
        try await ScanFixture.withNew { disk in
            if !hasNumbers { disk.backend.hideNumbers() }
            for (number, path) in files.enumerated() { try disk.write(path, bytes: 100 + number) }
            #expect(try await disk.scan(.full).status == "completed")
            try await body(disk, try await disk.catalog().mapValues(\.id))
        }
    }

    /// The scan sees no change but so many moves.
    private func expectMoves(_ count: Int, in disk: ScanFixture, _ type: ScanType = .incremental) async throws {
        let scan = try await disk.scan(type)
        #expect(scan.status == "completed", "\(scan)")
        #expect(scan.counts.added == 0 && scan.counts.removed == 0 && scan.counts.moved == count, "\(scan.counts)")
        #expect(try await disk.count("scan_removals") == 0)
        #expect(try await disk.wrongSizes() == [])
        // Nothing of it waits for the next scan.
        let next = try await disk.scan(type)
        #expect(next.counts.added == 0 && next.counts.moved == 0 && next.counts.updated == 0, "\(next.counts)")
    }

    @Test(arguments: [ScanType.full, .incremental, .quick])
    func `A file with another name keeps its id, also when it changed`(type: ScanType) async throws {
        try await withScanned(["films/a.mkv", "films/b.mkv"]) { disk, ids in
            try disk.settle()
            try disk.move("films/a.mkv", to: "films/c.avi")
            try await expectMoves(1, in: disk, type)
            #expect(try await disk.catalog()["films/c.avi"]?.id == ids["films/a.mkv"])
            try disk.move("films/c.avi", to: "films/d.avi")
            try disk.append("more", to: "films/d.avi")
            try await expectMoves(1, in: disk, type)
            let row = try #require(try await disk.catalog()["films/d.avi"])
            #expect(row.id == ids["films/a.mkv"] && row.size == 104)
            #expect(try await disk.journalledAgain().contains(row.id))
        }
    }

    @Test(arguments: [false, true])
    func `A file is known again by its number also when its device has another one since a restart`(
        isScannedBetween: Bool
    ) async throws {
        try await withScanned(["films/a.mkv", "films/b.mkv", "other/c.mkv"]) { disk, ids in
            try disk.settle()
            disk.backend.renumber(99)
            if isScannedBetween { #expect(try await disk.scan().status == "completed") }
            // Neither its name nor its size tells anything.
            try disk.move("films/a.mkv", to: "other/d.avi")
            try disk.append("more", to: "other/d.avi")
            #expect(try await disk.scan().counts.moved == 1)
            #expect(try await disk.catalog()["other/d.avi"]?.id == ids["films/a.mkv"])
        }
    }

    @Test func `Where nothing else tells, a file with another name is known by its hash`() async throws {
        try await ScanFixture.withNew { disk in
            disk.backend.hideNumbers()
            for name in ["a/one", "b/two"] { try disk.write(name, ScanFixture.content(200_000, seed: 1)) }
            for name in ["a/other", "b/another"] { try disk.write(name, ScanFixture.content(200_000, seed: 2)) }
            try disk.write("alone", ScanFixture.content(150_000, seed: 3))
            try await disk.scanAndHash(.full)
            let ids = try await disk.catalog().mapValues(\.id)
            try disk.settle()
            try disk.move("a/one", to: "a/renamed")
            try disk.makeDirectory("c")
            try disk.move("b/another", to: "c/elsewhere")
            // It was never hashed, and one of the same size has come.
            try disk.move("alone", to: "changed")
            try disk.write("d/new", ScanFixture.content(200_000, seed: 4))
            _ = disk.backend.takeBytesRead()
            let scan = try await disk.scan()
            #expect(scan.counts.moved == 2 && scan.counts.removed == 1, "\(scan.counts)")
            let read = disk.backend.takeBytesRead()
            #expect(Set(read.keys) == ["a/renamed", "c/elsewhere", "d/new"], "only what has the size of a hashed one")
            let catalog = try await disk.catalog()
            #expect(catalog["a/renamed"]?.id == ids["a/one"] && catalog["c/elsewhere"]?.id == ids["b/another"])
            #expect(catalog["changed"]?.id != ids["alone"] && catalog["a/one"] == nil)
            try await disk.hash()
            #expect(
                try await disk.duplicateGroups() == [["a/other", "c/elsewhere"], ["a/renamed", "b/two"]])
        }
    }

    @Test(arguments: storages) func `A file in another directory keeps its id`(hasNumbers: Bool) async throws {
        try await withScanned(["films/a.mkv", "films/b.mkv", "music/c.flac"], hasNumbers: hasNumbers) { disk, ids in
            try disk.move("films/a.mkv", to: "music/a.mkv")
            try disk.makeDirectory("new/below")
            try disk.move("music/c.flac", to: "new/below/c.flac")
            let scan = try await disk.scan()
            #expect(scan.counts.added == 2 && scan.counts.removed == 0 && scan.counts.moved == 2, "\(scan.counts)")
            let catalog = try await disk.catalog()
            #expect(catalog["music/a.mkv"]?.id == ids["films/a.mkv"])
            #expect(catalog["new/below/c.flac"]?.id == ids["music/c.flac"])
            #expect(catalog["films/a.mkv"] == nil && catalog["music/c.flac"] == nil)
            #expect(try await disk.wrongSizes() == [])
        }
    }

    @Test(arguments: storages)
    func `A directory with another name keeps its id with all below it, and no brake holds it`(
        hasNumbers: Bool
    ) async throws {
        let files = (0..<120).map { "library/\($0 % 6)/part \($0 % 3)/\($0).mkv" } + ["library/index", "other/x"]
        try await withScanned(files, hasNumbers: hasNumbers) { disk, ids in
            try disk.makeDirectory("archive")
            #expect(try await disk.scan().counts.added == 1)
            try disk.move("library", to: "archive/films")
            try await expectMoves(120 + 6 + 6 + 2, in: disk)
            let catalog = try await disk.catalog()
            for (path, id) in ids where path.hasPrefix("library") {
                #expect(catalog["archive/films" + path.dropFirst("library".count)]?.id == id, "\(path)")
            }
        }
    }

    @Test(arguments: storages)
    func `What came and went in a directory while it moved is added and removed`(hasNumbers: Bool) async throws {
        let files = ["old/a", "old/b", "old/c", "old/kind", "old/sub/d", "old/sub/e", "old/gone/f"]
        try await withScanned(files, hasNumbers: hasNumbers) { disk, ids in
            try disk.move("old", to: "new")
            try disk.remove("new/a")
            try disk.remove("new/gone")
            try disk.remove("new/sub/e")
            try disk.remove("new/kind")
            try disk.write("new/kind/inside", bytes: 7)
            try disk.write("new/sub/fresh", bytes: 8)
            // Of the same name, and another file.
            try disk.remove("new/b")
            try disk.write("new/b", bytes: 999)
            let scan = try await disk.scan()
            #expect(scan.status == "completed" && scan.counts.added == 3, "\(scan.counts)")
            let catalog = try await disk.catalog()
            #expect(
                Set(catalog.keys) == [
                    "new", "new/b", "new/c", "new/kind", "new/kind/inside", "new/sub", "new/sub/d", "new/sub/fresh",
                ])
            for path in ["", "/b", "/c", "/sub", "/sub/d"] {
                #expect(catalog["new" + path]?.id == ids["old" + path], "\(path)")
            }
            #expect(try await disk.wrongSizes() == [])
            #expect(try await disk.scan().counts.added == 0)
        }
    }

    @Test(arguments: storages) func `Of files that are alike each goes with its directory`(hasNumbers: Bool)
        async throws
    {
        let directories = (0..<5).map { "album \($0)" }
        try await ScanFixture.withNew { disk in
            if !hasNumbers { disk.backend.hideNumbers() }
            for (number, directory) in directories.enumerated() {
                try disk.write(directory + "/cover.jpg", bytes: 50)
                try disk.write(directory + "/song.flac", bytes: 100 + number)
                for name in ["cover.jpg", "song.flac"] { try disk.setTime(of: directory + "/" + name, to: 1_000_000) }
            }
            try await disk.scan(.full)
            let ids = try await disk.catalog().mapValues(\.id)
            for directory in directories { try disk.move(directory, to: "renamed \(directory)") }
            try await expectMoves(15, in: disk)
            let catalog = try await disk.catalog()
            for directory in directories {
                #expect(catalog["renamed \(directory)"]?.id == ids[directory])
                #expect(catalog["renamed \(directory)/song.flac"]?.id == ids[directory + "/song.flac"])
                if hasNumbers {
                    #expect(catalog["renamed \(directory)/cover.jpg"]?.id == ids[directory + "/cover.jpg"])
                }
            }
        }
    }

    @Test func `A copy is new, and so is a file that is only as large as one that went`() async throws {
        try await withScanned(["a/film.mkv", "a/other.mkv"], hasNumbers: false) { disk, ids in
            try FileManager.default.copyItem(atPath: disk.tree + "/a/film.mkv", toPath: disk.tree + "/a/copy.mkv")
            #expect(try await disk.scan().counts.added == 1)
            #expect(try await disk.catalog()["a/film.mkv"]?.id == ids["a/film.mkv"])
            try disk.remove("a/other.mkv")
            try disk.write("a/another.mkv", bytes: 101)
            let scan = try await disk.scan()
            #expect(scan.counts.added == 1 && scan.counts.removed == 1 && scan.counts.moved == 0, "\(scan.counts)")
        }
    }

    @Test(arguments: storages)
    func `Where a root is watched an old copy stays what it is when the first one goes`(hasNumbers: Bool) async throws {
        try await withScanned(["a/film.mkv", "b/other.mkv"], hasNumbers: hasNumbers) { disk, _ in
            try FileManager.default.copyItem(atPath: disk.tree + "/a/film.mkv", toPath: disk.tree + "/b/film.mkv")
            for path in ["a/film.mkv", "b/film.mkv"] { try disk.setTime(of: path, to: 1_700_000_000) }
            let seen = try await disk.scanChanges(in: ["a", "b"])
            #expect(seen.counts.added == 1, "\(seen)")
            let ids = try await disk.catalog().mapValues(\.id)
            try await disk.makeOlder(days: 2)
            try disk.remove("a/film.mkv")
            let scan = try await disk.scanChanges(in: ["a"])
            #expect(scan.counts.removed == 1 && scan.counts.moved == 0, "\(scan)")
            #expect(try await disk.catalog()["b/film.mkv"]?.id == ids["b/film.mkv"])
        }
    }

    @Test(arguments: storages)
    func `A file that was away for a scan or two is known again where it comes back`(hasNumbers: Bool) async throws {
        try await withScanned(["a/film.mkv", "a/other.mkv"], hasNumbers: hasNumbers) { disk, ids in
            let aside = disk.tree + "-aside"
            try FileManager.default.moveItem(atPath: disk.tree + "/a/film.mkv", toPath: aside)
            #expect(try await disk.scan().counts.removed == 1)
            #expect(try await disk.scan().counts.removed == 0)
            try disk.makeDirectory("b")
            try FileManager.default.moveItem(atPath: aside, toPath: disk.tree + "/b/film.mkv")
            let scan = try await disk.scan()
            #expect(scan.counts.added == 1 && scan.counts.moved == 1, "\(scan.counts)")
            #expect(try await disk.catalog()["b/film.mkv"]?.id == ids["a/film.mkv"])
            #expect(try await disk.wrongSizes() == [])
        }
    }

    @Test(arguments: storages) func `What came in one scan and goes in the next is not what goes with it`(
        hasNumbers: Bool
    ) async throws {
        try await withScanned(["a/film.mkv", "b/other.mkv"], hasNumbers: hasNumbers) { disk, _ in
            // A second name of the same file, in a directory that is new too.
            try disk.makeDirectory("c")
            try FileManager.default.linkItem(atPath: disk.tree + "/a/film.mkv", toPath: disk.tree + "/c/film.mkv")
            #expect(try await disk.scan().counts.added == 2)
            try disk.remove("a/film.mkv")
            try disk.remove("c/film.mkv")
            let scan = try await disk.scan()
            #expect(scan.counts.removed == 2 && scan.counts.moved == 0, "\(scan.counts)")
            #expect(Set(try await disk.catalog().keys) == ["a", "b", "b/other.mkv", "c"])
            #expect(try await disk.wrongSizes() == [])
        }
    }

    @Test func `Another disk in the place of a root moves nothing`() async throws {
        try await withScanned(["a/film.mkv", "a/other.mkv"]) { disk, ids in
            disk.backend.pretendIdentity("another disk")
            try disk.move("a", to: "b")
            #expect(try await disk.scan().status == "needs_confirmation")
            #expect(try await disk.catalog()["a/film.mkv"]?.id == ids["a/film.mkv"])
            #expect(try await disk.catalog()["b/film.mkv"]?.id != ids["a/film.mkv"])
        }
    }
}
