import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Testing

@Suite("Looking at a local root as a whole")
struct LocalProbeTests {
    @Test("Two directories have two identities, one directory has one through any path")
    func identity() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["one"])
        try scratch.makeDirectory(["two"])
        try scratch.link(["link"], to: "one")
        let one = try LocalBackend(path: scratch.native(["one"])).probe()
        #expect(try LocalBackend(path: scratch.native(["two"])).probe().identity != one.identity)
        #expect(try LocalBackend(path: scratch.native(["link"])).probe().identity == one.identity)
        #expect(one.identity.hasPrefix("local:"))
        #expect(try LocalBackend(path: scratch.native(["one"])).listing().inode == one.inode)
    }

    @Test("Free and total bytes are those of the file system")
    func space() throws {
        let scratch = try ScratchDirectory()
        let probe = try LocalBackend(path: scratch.path).probe()
        let total = try #require(probe.totalBytes)
        let free = try #require(probe.freeBytes)
        #expect(total > 0)
        #expect((0...total).contains(free))
    }

    @Test("A root that is missing, or a file, says so with its path and what to do")
    func missing() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], [])
        for (name, hint) in [("missing", "does not exist"), ("file", "is not a directory")] {
            let path = scratch.native([name])
            let error = #expect(throws: CatalogError.self) { _ = try LocalBackend(path: path).probe() }
            #expect(error?.code == .storageUnavailable)
            #expect(error?.message.contains(path) == true)
            #expect(error?.message.contains(hint) == true)
        }
    }

    @Test("Everything asked of a root that went away is storageUnavailable and names no path of the server")
    func away() throws {
        let scratch = try ScratchDirectory()
        let backend = LocalBackend(path: scratch.native(["gone"]))
        let calls: [() throws -> Void] = [
            { _ = try backend.listing() }, { _ = try backend.listing(["x"]) }, { _ = try backend.stat(.root) },
            { _ = try backend.content(["x"]) },
        ]
        for call in calls {
            let error = #expect(throws: CatalogError.self) { try call() }
            #expect(error?.code == .storageUnavailable)
            #expect(error?.message == "Storage unavailable")
        }
    }

    @Test("A root that is removed in the middle of a scan is away, not empty")
    func removedMeanwhile() throws {
        let scratch = try ScratchDirectory()
        try scratch.makeDirectory(["root"])
        let backend = LocalBackend(path: scratch.native(["root"]))
        _ = try backend.listing()
        try scratch.remove(["root"])
        expectError(.storageUnavailable) { _ = try backend.listing() }
    }
}
