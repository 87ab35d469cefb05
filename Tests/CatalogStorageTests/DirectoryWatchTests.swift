import CatalogCore
import CatalogTestSupport
import Foundation
import Testing

@testable import CatalogStorage

/// What the system tells of watched directories.
@Suite struct DirectoryWatchTests {
    private func with(_ body: (DirectoryWatch, ScratchDirectory) throws -> Void) throws {
        let scratch = try ScratchDirectory()
        for path in [["a"], ["a", "b"], ["c"]] { try scratch.makeDirectory(path) }
        let watch = try #require(try LocalBackend(path: scratch.path).makeWatch())
        #expect(watch.add(["", "a", "a/b", "c"].map(Self.path)) == .watched)
        try body(watch, scratch)
    }

    private static func path(_ text: String) -> NativePath {
        var path = NativePath()
        for name in text.split(separator: "/") { path.append(Array(name.utf8)) }
        return path
    }

    /// Everything that was told until nothing more came.
    private func news(_ watch: DirectoryWatch, ignoring ignored: String? = nil) -> DirectoryWatch.News {
        var all = DirectoryWatch.News()
        while true {
            let more = watch.news(within: 50) { name in ignored.map { name.elementsEqual($0.utf8) } ?? false }
            if more.isEmpty { return all }
            all.changed.formUnion(more.changed)
            all.appeared += more.appeared
            all.isIncomplete = all.isIncomplete || more.isIncomplete
            all.isRootGone = all.isRootGone || more.isRootGone
        }
    }

    @Test func `Each change is one of the directory that holds the name`() throws {
        try with { watch, scratch in
            #expect(news(watch).isEmpty && watch.count == 4)
            try scratch.writeFile(["a", "b", "new"], [1])
            #expect(news(watch).changed == [Self.path("a/b")])
            try FileManager.default.moveItem(
                atPath: scratch.native(["a", "b", "new"]), toPath: scratch.native(["c", "new"]))
            #expect(news(watch).changed == [Self.path("a/b"), Self.path("c")])
            try FileManager.default.removeItem(atPath: scratch.native(["c", "new"]))
            #expect(news(watch).changed == [Self.path("c")])
            try scratch.writeFile(["top"], [1])
            #expect(news(watch).changed == [NativePath()])
        }
    }

    @Test func `A directory that moved is told of where it is now, once it is watched there`() throws {
        try with { watch, scratch in
            try FileManager.default.moveItem(atPath: scratch.native(["a"]), toPath: scratch.native(["c", "d"]))
            let moved = news(watch)
            #expect(
                moved.changed.isSuperset(of: [NativePath(), Self.path("c")]) && moved.appeared == [Self.path("c/d")])
            #expect(watch.count == 2)
            #expect(watch.add(["c/d", "c/d/b"].map(Self.path)) == .watched)
            try scratch.writeFile(["c", "d", "b", "x"], [1])
            #expect(news(watch).changed == [Self.path("c/d/b")])
        }
    }

    @Test func `Names that nobody wants to know of, and links, are not told`() throws {
        try with { watch, scratch in
            try scratch.writeFile(["a", ".hidden"], [1])
            #expect(news(watch, ignoring: ".hidden").isEmpty)
            try scratch.link(["link"], to: "/tmp")
            _ = news(watch)
            #expect(watch.add([Self.path("link")]) == .gone && watch.add([Self.path("nothing")]) == .gone)
        }
    }

    @Test func `A root that goes is told, and with it the watch ends`() throws {
        try with { watch, scratch in
            try FileManager.default.moveItem(atPath: scratch.path, toPath: scratch.path + "-moved")
            #expect(news(watch).isRootGone)
            try FileManager.default.moveItem(atPath: scratch.path + "-moved", toPath: scratch.path)
        }
    }

    @Test func `More changes at once than the system keeps are told as that`() throws {
        let text = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        let most = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        try #require(most <= 100_000)
        try with { watch, scratch in
            let file = scratch.native(["a", "file"])
            let other = scratch.native(["c", "file"])
            try scratch.writeFile(["a", "file"], [1])
            // Two notices each, of two directories, so that none of them can be left out as the same.
            for _ in 0...(most / 4) {
                _ = rename(file, other)
                _ = rename(other, file)
            }
            #expect(news(watch).isIncomplete)
        }
    }

    @Test func `Of directories whose moves nobody told of it knows the places once all are noted again`() {
        var tree = WatchedTree()
        for (number, path) in [(1, ""), (2, "a"), (3, "a/b"), (4, "c")] {
            let isNoted = tree.insert(Int32(number), at: Self.path(path))
            #expect(isNoted)
        }
        // `a` is `d` now, `c` has its name, and `a/b` is a new directory.
        for (number, path) in [(4, "a"), (5, "a/b"), (2, "d"), (3, "d/b")] {
            let isNoted = tree.insert(Int32(number), at: Self.path(path))
            #expect(isNoted)
        }
        let paths = (Int32(1)...5).map { tree.path(of: $0) }
        #expect(paths == ["", "d", "d/b", "a", "a/b"].map(Self.path))
        #expect(tree.count == 5)
    }
}
