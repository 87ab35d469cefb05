import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Testing

@Suite("What may become a local root")
struct LocalRootPolicyTests {
    private func refusal(_ policy: LocalRootPolicy, _ path: String) -> String? {
        do {
            _ = try policy.check(Array(path.utf8))
            return nil
        } catch let error as CatalogError {
            #expect(error.code == .invalidArgument)
            return error.message
        } catch {
            return "\(error)"
        }
    }

    @Test("Any existing directory may when nothing is set")
    func anyDirectory() throws {
        let scratch = try ScratchDirectory()
        let policy = LocalRootPolicy(allowed: [], reserved: [])
        #expect(try policy.check(Array("\(scratch.path)//.".utf8)) == Array(scratch.path.utf8))
    }

    @Test("What is no absolute path to a directory of files may not")
    func senseless() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], [])
        let policy = LocalRootPolicy(allowed: [], reserved: [])
        #expect(refusal(policy, "relative")?.contains("absolute") == true)
        #expect(refusal(policy, "")?.contains("absolute") == true)
        #expect(refusal(policy, scratch.native(["missing"]))?.contains("does not exist") == true)
        #expect(refusal(policy, scratch.native(["file"]))?.contains("not a directory") == true)
        #expect(refusal(policy, "/proc")?.contains("kernel") == true)
        #expect(refusal(policy, "/proc/self/fd")?.contains("kernel") == true)
    }

    @Test("Only what really lies in an allowed directory may, links included")
    func allowedDirectories() throws {
        let scratch = try ScratchDirectory()
        for name in ["allowed", "allowed-not", "other"] { try scratch.makeDirectory([name]) }
        try scratch.makeDirectory(["allowed", "inner"])
        try scratch.link(["allowed", "out"], to: scratch.native(["other"]))
        try scratch.link(["in"], to: scratch.native(["allowed", "inner"]))
        let policy = LocalRootPolicy(
            allowed: [scratch.native(["allowed"]), scratch.native(["missing"])], reserved: [])
        #expect(refusal(policy, scratch.native(["allowed"])) == nil)
        #expect(refusal(policy, scratch.native(["allowed", "inner"])) == nil)
        #expect(refusal(policy, scratch.native(["in"])) == nil)
        for names in [["allowed", "out"], ["allowed-not"], ["other"], ["allowed", "..", "other"]] {
            #expect(refusal(policy, scratch.native(names))?.contains("storage.allowed_local_roots") == true)
        }
    }

    @Test("The data directory and what is inside of it may not, what contains it may")
    func dataDirectory() throws {
        let scratch = try ScratchDirectory()
        for names in [["data"], ["data", "sub"], ["data-other"]] { try scratch.makeDirectory(names) }
        try scratch.link(["link"], to: "data/sub")
        let reserved = try ReservedDirectory(path: scratch.native(["data"]))
        let policy = LocalRootPolicy(allowed: [], reserved: [reserved])
        for name in ["data", "data/sub", "link", "data-other/../data"] {
            #expect(refusal(policy, scratch.native([name]))?.contains("server's own data") == true)
        }
        #expect(refusal(policy, scratch.path) == nil)
        #expect(refusal(policy, scratch.native(["data-other"])) == nil)
    }

    @Test("Roots overlap when one is the other or lies in it")
    func overlap() {
        func overlaps(_ one: String, _ other: String) -> Bool {
            LocalRootPolicy.overlaps(Array(one.utf8), Array(other.utf8))
        }
        #expect(overlaps("/srv/media", "/srv/media"))
        #expect(overlaps("/srv", "/srv/media"))
        #expect(overlaps("/srv/media", "/"))
        #expect(!overlaps("/srv/media", "/srv/media2"))
    }

    @Test("A reserved directory must exist")
    func missingReserved() {
        expectError(.unavailable) { _ = try ReservedDirectory(path: "/nowhere/at/all") }
    }
}
