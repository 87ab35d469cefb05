import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Testing

@Suite("Nothing leads out of a local root")
struct LocalEscapeTests {
    @Test("A link out of the root reads like an absent file, whether its target exists or not")
    func linksOut() throws {
        let outside = try ScratchDirectory()
        try outside.writeFile(["secret"], Array("secret".utf8))
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["deep"])
        let targets = [
            outside.native(["secret"]), outside.native(["missing"]),
            "../\(outside.path.split(separator: "/")[1])/secret",
            "/etc/passwd", "deep/../../../etc/passwd", "/proc/self/environ",
        ]
        let backend = LocalBackend(path: scratch.path)
        for (number, target) in targets.enumerated() {
            try scratch.link(["link \(number)"], to: target)
            let error = #expect(throws: CatalogError.self) {
                _ = try backend.content(["link \(number)"], followsLinks: true)
            }
            #expect(error?.code == .notFound)
            #expect(error?.message == "Path not found")
        }
        try scratch.link(["directory"], to: outside.path)
        expectError(.conflict) { _ = try backend.listing(["directory"]) }
        expectError(.notFound) { _ = try backend.content(["directory", "secret"], followsLinks: true) }
        expectError(.notFound) { _ = try backend.stat(StoragePath(parsing: "directory/secret")) }
    }

    @Test("A link that stays inside of the root is followed for those who say so, and described as itself")
    func linkInside() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["directory"])
        try scratch.writeFile(["file"], Array("content".utf8))
        try scratch.link(["directory", "link"], to: "../file")
        let backend = LocalBackend(path: scratch.path)
        #expect(try backend.content(["directory", "link"], followsLinks: true) == "content")
        expectError(.notFound) { _ = try backend.content(["directory", "link"]) }
        try backend.withReaders { open in
            expectError(.notFound) { _ = try open(StoragePath(parsing: "directory/link")) }
        }
        #expect(try backend.stat(StoragePath(parsing: "directory/link")).kind == .link)
    }

    @Test("A directory that becomes a link to another one in the root is no way to the files there")
    func linkInTheMiddle() throws {
        let scratch = try ScratchDirectory()
        for name in ["family", "private"] {
            try scratch.makeDirectory([name])
            try scratch.writeFile([name, "file"], Array(name.utf8))
        }
        let backend = LocalBackend(path: scratch.path)
        #expect(try backend.content(["family", "file"]) == "family")
        try #require(rename(scratch.native(["family"]), scratch.native(["moved"])) == 0)
        try scratch.link(["family"], to: "private")
        expectError(.notFound) { _ = try backend.content(["family", "file"]) }
    }

    @Test("Links that go round in circles are absent files")
    func circles() throws {
        let scratch = try ScratchDirectory()
        try scratch.link(["one"], to: "two")
        try scratch.link(["two"], to: "one")
        try scratch.link(["here"], to: ".")
        let backend = LocalBackend(path: scratch.path)
        expectError(.notFound) { _ = try backend.content(["one"], followsLinks: true) }
        expectError(.conflict) { _ = try backend.content(["here", "here", "here"], followsLinks: true) }
    }

    @Test("Magic links of /proc are not followed")
    func magicLinks() throws {
        let backend = LocalBackend(path: "/proc/self")
        #expect(try backend.listing().texts.contains("root"))
        expectError(.conflict) { _ = try backend.listing(["root"]) }
        expectError(.conflict) { _ = try backend.listing(["cwd"]) }
        for names in [["exe"], ["root", "etc", "passwd"], ["fd", "0"]] {
            expectError(.notFound) { _ = try backend.content(names, followsLinks: true) }
        }
    }

    @Test("Pipes, sockets and devices are not opened, and nobody waits for them")
    func specialFiles() throws {
        let scratch = try ScratchDirectory()
        try #require(mkfifo(scratch.native(["pipe"]), 0o644) == 0)
        try #require(mknod(scratch.native(["socket"]), S_IFSOCK | 0o644, 0) == 0)
        let backend = LocalBackend(path: scratch.path)
        for followsLinks in [true, false] {
            expectError(.conflict) { _ = try backend.content(["pipe"], followsLinks: followsLinks) }
            expectError(.conflict) { _ = try backend.content(["socket"], followsLinks: followsLinks) }
            expectError(.conflict) { _ = try LocalBackend(path: "/dev").content(["null"], followsLinks: followsLinks) }
        }
    }

    @Test("A directory that becomes a link out between two listings is not followed")
    func swappedForLink() throws {
        let outside = try ScratchDirectory()
        try outside.makeDirectory(["inner"])
        try outside.writeFile(["secret"], [])
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["directory"])
        try scratch.makeDirectory(["directory", "inner"])
        let backend = LocalBackend(path: scratch.path)
        #expect(try backend.listing().entries.map(\.kind) == [.directory])
        try #require(rename(scratch.native(["directory"]), scratch.native(["moved"])) == 0)
        try scratch.link(["directory"], to: outside.path)
        expectError(.conflict) { _ = try backend.listing(["directory"]) }
        expectError(.conflict) { _ = try backend.listing(["directory", "inner"]) }
    }

    @Test("A scan stays in the directory that it began in when the root's path comes to mean another one")
    func swappedRoot() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["root"])
        try scratch.writeFile(["root", "old"], [])
        let backend = LocalBackend(path: scratch.native(["root"]))
        let identity = try backend.probe().identity
        #expect(try backend.listing().texts == ["old"])
        try #require(rename(scratch.native(["root"]), scratch.native(["moved"])) == 0)
        try scratch.makeDirectory(["root"])
        #expect(try backend.listing().texts == ["old"])
        #expect(try backend.probe().identity != identity)
        backend.close()
        #expect(try backend.listing().texts == [])
    }

    @Test("A reserved directory is neither listed nor looked at nor read, by its path or by a link")
    func reservedDirectory() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["a"])
        try scratch.makeDirectory(["a", "data"])
        try scratch.makeDirectory(["a", "data", "sub"])
        try scratch.makeDirectory(["a", "data-other"])
        try scratch.writeFile(["a", "data", "key"], Array("secret".utf8))
        try scratch.writeFile(["a", "data", "sub", "key"], Array("secret".utf8))
        try scratch.writeFile(["a", "data-other", "file"], Array("fine".utf8))
        try scratch.link(["link"], to: "a/data/key")
        let reserved = try ReservedDirectory(path: scratch.native(["a", "data"]))
        let backend = LocalBackend(path: scratch.path, leavingOut: [reserved])
        #expect(try backend.listing(["a"]).texts == ["data-other"])
        for names in [["a", "data"], ["a", "data", "sub"]] {
            expectError(.notFound) { _ = try backend.listing(names) }
            expectError(.notFound) { _ = try backend.stat(StoragePath(parsing: names.joined(separator: "/"))) }
        }
        for names in [["link"], ["a", "data", "key"], ["a", "data", "sub", "key"]] {
            for followsLinks in [true, false] {
                expectError(.notFound) { _ = try backend.content(names, followsLinks: followsLinks) }
            }
        }
        try backend.withReaders { open in
            expectError(.notFound) { _ = try open(StoragePath(parsing: "a/data/key")) }
        }
        expectError(.notFound) { _ = try backend.stat(StoragePath(parsing: "a/data/key")) }
        #expect(try backend.content(["a", "data-other", "file"], followsLinks: true) == "fine")
        let inside = LocalBackend(path: scratch.native(["a", "data", "sub"]), leavingOut: [reserved])
        expectError(.notFound) { _ = try inside.content(["key"], followsLinks: true) }
    }
}
