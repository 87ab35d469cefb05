import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Testing

@Suite("Listing a local directory")
struct LocalListingTests {
    @Test("All hostile names of one directory are listed byte for byte, once each")
    func hostileNames() throws {
        let scratch = try ScratchDirectory()
        let names = StorageConformance.hostileNames.map(\.1)
        for name in names { try scratch.writeFile(StoragePath(components: [name]), []) }
        let listing = try LocalBackend(path: scratch.path).listing()
        #expect(listing.entries.map { listing.name(of: $0) } == names.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test("A directory with a hostile name is entered")
    func hostileDirectories() throws {
        let scratch = try ScratchDirectory()
        let backend = LocalBackend(path: scratch.path)
        for (_, name) in StorageConformance.hostileNames {
            let directory = try StoragePath(components: [name])
            try scratch.makeDirectory(directory)
            try scratch.writeFile(directory.appending(name), [])
            var listing = DirectoryListing()
            try backend.list(NativePath(directory), into: &listing)
            #expect(listing.entries.map { listing.name(of: $0) } == [name])
        }
    }

    @Test("Links are listed as links, whatever they point at, and never entered")
    func links() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["directory"])
        try scratch.link(["loop"], to: ".")
        try scratch.link(["self"], to: "self")
        try scratch.link(["up"], to: "..")
        try scratch.link(["nowhere"], to: "missing")
        try scratch.link(["inside"], to: "directory")
        let backend = LocalBackend(path: scratch.path)
        let listing = try backend.listing()
        #expect(listing.texts == ["directory", "inside", "loop", "nowhere", "self", "up"])
        #expect(listing.entries.map(\.kind) == [.directory, .link, .link, .link, .link, .link])
        for name in ["loop", "self", "up", "inside"] { expectError(.conflict) { _ = try backend.listing([name]) } }
        expectError(.conflict) { _ = try backend.listing(["loop", "directory"]) }
    }

    @Test("Pipes and sockets are left out of listings and looks")
    func specialFiles() throws {
        let scratch = try ScratchDirectory()
        try #require(mkfifo(scratch.native(["pipe"]), 0o644) == 0)
        try #require(mknod(scratch.native(["socket"]), S_IFSOCK | 0o644, 0) == 0)
        try scratch.writeFile(["file"], [])
        let backend = LocalBackend(path: scratch.path)
        #expect(try backend.listing().texts == ["file"])
        expectError(.notFound) { _ = try backend.stat(StoragePath(parsing: "pipe")) }
    }

    @Test("Devices are left out of listings")
    func devices() throws {
        let texts = try LocalBackend(path: "/dev").listing().texts
        #expect(!texts.contains("null"))
        #expect(!texts.contains("zero"))
    }

    @Test("20,000 entries of one directory are listed and sorted by their bytes")
    func manyEntries() throws {
        let scratch = try ScratchDirectory()
        for number in 0..<20_000 { try scratch.writeFile(["episode \(number * 7 % 20_000)"], []) }
        let texts = try LocalBackend(path: scratch.path).listing().texts
        #expect(texts == (0..<20_000).map { "episode \($0)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test("A tree whose paths are longer than the system takes at once is listed and read to its end")
    func pathBeyondLimit() throws {
        let scratch = try ScratchDirectory()
        let name = String(repeating: "d", count: 50)
        try scratch.makeChain(of: name, depth: 320, leaf: "leaf")
        let backend = LocalBackend(path: scratch.path)
        var path = NativePath()
        var listing = DirectoryListing()
        for _ in 0..<320 {
            try backend.list(path, into: &listing)
            try #require(listing.texts == [name])
            path.append(Array(name.utf8))
        }
        #expect(path.byteCount > 4 * Int(PATH_MAX) - 100)
        try backend.list(path, into: &listing)
        #expect(listing.texts == ["leaf"])
        let names = [String](repeating: name, count: 320) + ["leaf"]
        #expect(try backend.content(names) == "deep")
        #expect(try backend.stat(StoragePath(components: names.map { Array($0.utf8) })).sizeBytes == 4)
        path.append(Array("leaf".utf8))
        expectError(.conflict) { try backend.list(path, into: &listing) }
        path.removeLast()
        path.append(Array("missing".utf8))
        expectError(.notFound) { try backend.list(path, into: &listing) }
    }

    @Test("The listing carries the directory's own times, device and inode")
    func ownAttributes() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["directory"])
        let backend = LocalBackend(path: scratch.path)
        let own = try backend.stat(StoragePath(parsing: "directory"))
        let listing = try backend.listing(["directory"])
        #expect(listing.inode == own.inode)
        #expect(listing.device == own.device)
        #expect(listing.modifiedNS == own.modifiedNS)
        #expect(listing.changedNS == own.changedNS)
    }

    @Test("A mounted file system shows as another device")
    func otherDevice() throws {
        let listing = try LocalBackend(path: "/").listing()
        let proc = try #require(listing.entries.first { listing.name(of: $0) == Array("proc".utf8) })
        #expect(proc.device != listing.device)
    }

    @Test("Hard links have the same inode and count each other")
    func hardLinks() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["one"], [1])
        try #require(Glibc.link(scratch.native(["one"]), scratch.native(["two"])) == 0)
        let listing = try LocalBackend(path: scratch.path).listing()
        #expect(listing.entries.map(\.linkCount) == [2, 2])
        #expect(listing.entries[0].inode == listing.entries[1].inode)
    }

    @Test("Times before 1970 and after 2262 neither wrap nor crash")
    func strangeTimes() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["early"], [])
        var times = [timespec(tv_sec: -86_400, tv_nsec: 5), timespec(tv_sec: -86_400, tv_nsec: 5)]
        try #require(utimensat(AT_FDCWD, scratch.native(["early"]), &times, 0) == 0)
        try scratch.writeFile(["late"], [])
        times = [timespec(tv_sec: 9_300_000_000, tv_nsec: 0), timespec(tv_sec: 9_300_000_000, tv_nsec: 0)]
        try #require(utimensat(AT_FDCWD, scratch.native(["late"]), &times, 0) == 0)
        let listing = try LocalBackend(path: scratch.path).listing()
        #expect(listing.entries[0].modifiedNS == -86_400_000_000_000 + 5)
        #expect(listing.entries[1].modifiedNS > 4_000_000_000_000_000_000)
    }
}
