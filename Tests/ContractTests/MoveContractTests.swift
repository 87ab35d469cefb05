import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Files that move, as a client sees them: the same ids at other places.
@Suite struct MoveContractTests {
    private static let files = ["films/The Matrix.mkv": 4_000, "films/Alien.mkv": 5_000, "notes.txt": 10]

    /// Two storage roots, `one` with files and `two` with none, both scanned.
    private func withTwoRoots(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for (name, bytes) in Self.files { try api.server.write("one/" + name, [UInt8](repeating: 7, count: bytes)) }
            try api.server.write("two/other.txt", [1])
            for root in ["one", "two"] {
                let made = try await api.post(
                    "storage/roots", #"{"name":"\#(root)","protocol":"local","path":"\#(api.server.tree)/\#(root)"}"#)
                try #require(made.status == 201, "\(made.text)")
                try await api.scan(root)
            }
            try await body(api)
        }
    }

    private func id(_ api: CatalogAPI, _ name: String) async throws -> Int? {
        let found = try await api.get("search?query=\(name)").objects("files").filter { $0["name"] as? String == name }
        #expect(found.count == 1, "\(name): \(found)")
        return found.first?["id"] as? Int
    }

    private func totals(_ api: CatalogAPI, _ root: String) async throws -> [Int?] {
        let data = try #require(try await api.get("stats/smb/\(root)").object()["data"] as? [String: Any])
        return [data["total_files"] as? Int, data["total_size"] as? Int]
    }

    @Test func `A renamed directory is found under its new name, with the same ids`() async throws {
        try await withTwoRoots { api in
            let known = try await id(api, "Alien.mkv")
            let tree = api.server.tree + "/one"
            try FileManager.default.moveItem(atPath: tree + "/films", toPath: tree + "/cinema")
            let scan = try await api.scan("one").object()
            #expect(scan["files_moved"] as? Int == 3 && scan["files_added"] as? Int == 0, "\(scan)")
            #expect(scan["files_deleted"] as? Int == 0)
            #expect(try await id(api, "Alien.mkv") == known)
            #expect(
                try await api.get("catalog/one/cinema").strings("name").sorted() == ["Alien.mkv", "The Matrix.mkv"])
            #expect(try await api.get("catalog/one/films").status == 404)
            #expect(try await api.get("download/file/\(known ?? 0)").text.utf8.count == 5_000)
            let changes = try await api.get("stats/changes?since=2020-01-01T00:00:00Z&smb_root=one").object()
            let root = try #require(((changes["data"] as? [String: Any])?["roots"] as? [[String: Any]])?.first)
            #expect(["files_added", "files_removed", "files_moved"].map { root[$0] as? Int } == [3, 0, 2], "\(root)")
            let record = try await api.get("stats/scans?limit=1").text
            #expect(record.contains(#""files_moved":3"#), "\(record)")
        }
    }

    @Test func `A file does not move into a root that is not there any more`() async throws {
        try await withTwoRoots { api in
            let known = try await id(api, "Alien.mkv")
            let file = api.server.tree + "/one/films/Alien.mkv"
            try FileManager.default.copyItem(atPath: file, toPath: api.server.tree + "/two/Alien.mkv")
            let time = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] ?? Date()
            try FileManager.default.setAttributes(
                [.modificationDate: time], ofItemAtPath: api.server.tree + "/two/Alien.mkv")
            try await api.scan("two")
            try #require(try await api.send(.delete, "storage/roots/two").status < 300)
            try FileManager.default.moveItem(atPath: file, toPath: api.server.tree + "/away")
            #expect(try await api.scan("one").object()["files_deleted"] as? Int == 1)
            try FileManager.default.moveItem(atPath: api.server.tree + "/away", toPath: file)
            try await api.scan("one")
            #expect(try await id(api, "Alien.mkv") == known)
        }
    }

    @Test(arguments: [["one", "two"], ["two", "one"]])
    func `A file that went to another root keeps its id, whichever root is scanned first`(
        order: [String]
    ) async throws {
        try await withTwoRoots { api in
            let known = try await id(api, "Alien.mkv")
            let tree = api.server.tree
            try FileManager.default.moveItem(atPath: tree + "/one/films/Alien.mkv", toPath: tree + "/two/Alien.mkv")
            for root in order { #expect(try await api.scan(root).object()["status"] as? String == "completed") }
            #expect(try await id(api, "Alien.mkv") == known)
            #expect(try await api.get("catalog/two").strings("name").sorted() == ["Alien.mkv", "other.txt"])
            #expect(try await api.get("catalog/one/films").strings("name") == ["The Matrix.mkv"])
            #expect(try await totals(api, "one") == [2, 4_010])
            #expect(try await totals(api, "two") == [2, 5_001])
            #expect(try await api.get("download/file/\(known ?? 0)").text.utf8.count == 5_000)
            // Whatever is looked at again, nothing changes any more.
            for root in order {
                let scan = try await api.scan(root).object()
                #expect(
                    ["files_added", "files_deleted", "files_moved"].map { scan[$0] as? Int } == [0, 0, 0], "\(scan)")
            }
            #expect(try await id(api, "Alien.mkv") == known)
        }
    }

    @Test func `What went to another root keeps its ids also when somebody had to confirm it`() async throws {
        try await withTwoRoots { api in
            let known = try await id(api, "Alien.mkv")
            let tree = api.server.tree
            for name in try FileManager.default.contentsOfDirectory(atPath: tree + "/one") {
                try FileManager.default.moveItem(atPath: "\(tree)/one/\(name)", toPath: "\(tree)/two/\(name)")
            }
            let parked = try await api.scan("one").object()
            #expect(parked["status"] as? String == "needs_confirmation", "\(parked)")
            try await api.scan("two")
            let job = parked["job_id"] as? Int ?? 0
            try #require(try await api.post("scans/\(job)/confirm").status == 202)
            try await api.waitForScan(job) { $0["removal_state"] as? String == "confirmed" }
            #expect(try await id(api, "Alien.mkv") == known)
            #expect(try await totals(api, "one") == [0, 0])
            #expect(try await totals(api, "two") == [4, 9_011])
            #expect(try await api.get("catalog/two/films").strings("name").sorted() == ["Alien.mkv", "The Matrix.mkv"])
        }
    }

    @Test func `A copy in another root is another file, also when the first one goes much later`() async throws {
        try await withTwoRoots { api in
            let tree = api.server.tree
            try FileManager.default.copyItem(atPath: tree + "/one/notes.txt", toPath: tree + "/two/notes.txt")
            for root in ["two", "one"] { try await api.scan(root) }
            let ids = try await api.get("search?query=notes").objects("files").compactMap { $0["id"] as? Int }
            #expect(Set(ids).count == 2)
            try FileManager.default.removeItem(atPath: tree + "/one/notes.txt")
            let scan = try await api.scan("one").object()
            #expect(scan["files_deleted"] as? Int == 1)
            let left = try await api.get("search?query=notes").objects("files").first?["id"] as? Int
            #expect(left == ids.max())
        }
    }
}
