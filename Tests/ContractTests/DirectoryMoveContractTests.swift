import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Directories that move from one storage root to another, or come back: the same ids at other places.
@Suite struct DirectoryMoveContractTests {
    private static let files = [
        "films/Alien.mkv": 5_000, "films/The Matrix.mkv": 4_000, "films/empty.nfo": 0,
        "films/extras/making of.mkv": 700, "films/bonus/deep/cut.mkv": 900, "notes.txt": 10,
    ]

    /// Two storage roots, `one` with files and `two` with one, both scanned.
    private func withTwoRoots(
        _ body: @escaping @Sendable (CatalogAPI, [String: Int]) async throws -> Void
    ) async throws {
        try await CatalogAPI.with { api in
            for (name, bytes) in Self.files { try api.server.write("one/" + name, [UInt8](repeating: 7, count: bytes)) }
            try FileManager.default.createSymbolicLink(
                atPath: api.server.tree + "/one/films/best", withDestinationPath: "Alien.mkv")
            try api.server.write("two/other.txt", [1])
            for root in ["one", "two"] {
                let made = try await api.post(
                    "storage/roots", #"{"name":"\#(root)","protocol":"local","path":"\#(api.server.tree)/\#(root)"}"#)
                try #require(made.status == 201, "\(made.text)")
                try await api.scan(root)
            }
            try await body(api, try await api.ids(below: "one"))
        }
    }

    private static let orders = [["one", "two"], ["two", "one"]]

    @Test(arguments: orders)
    func `A directory that went to another root keeps its id with all that is in it, whichever root is scanned first`(
        order: [String]
    ) async throws {
        try await withTwoRoots { api, known in
            let tree = api.server.tree
            try FileManager.default.moveItem(atPath: tree + "/one/films", toPath: tree + "/two/cinema")
            for root in order { #expect(try await api.scan(root).object()["status"] as? String == "completed") }
            let now = try await api.ids(below: "two")
            for (path, id) in known where path.hasPrefix("films") {
                #expect(now["cinema" + path.dropFirst("films".count)] == id, "\(path)")
            }
            #expect(Set(now.keys).count == known.count)
            #expect(try await api.ids(below: "one") == known.filter { $0.key == "notes.txt" })
            #expect(try await api.totals(of: "one") == [1, 10])
            #expect(try await api.totals(of: "two") == [7, 10_601])
            let below = try await api.get("search?query=mkv&smb_roots=two&path=/cinema").strings("name")
            #expect(Set(below) == ["Alien.mkv", "The Matrix.mkv", "making of.mkv", "cut.mkv"])
            try await api.expectNothingNew(in: order)
            #expect(try await api.ids(below: "two") == now)
        }
    }

    @Test(arguments: orders)
    func `A directory that was copied to another root and then removed is known by what is in it`(
        order: [String]
    ) async throws {
        try await withTwoRoots { api, known in
            let tree = api.server.tree
            // Other numbers, the same names and times.
            let copy = Process()
            copy.executableURL = URL(fileURLWithPath: "/bin/cp")
            copy.arguments = ["-a", tree + "/one/films", tree + "/two/cinema"]
            try copy.run()
            copy.waitUntilExit()
            try #require(copy.terminationStatus == 0)
            try FileManager.default.removeItem(atPath: tree + "/one/films")
            for root in order { try await api.scan(root) }
            let now = try await api.ids(below: "two")
            for (path, id) in known where path.hasPrefix("films") {
                #expect(now["cinema" + path.dropFirst("films".count)] == id, "\(path)")
            }
            try await api.expectNothingNew(in: order)
        }
    }

    @Test(arguments: orders)
    func `What did not go with its directory is removed, and what is new in it is new`(order: [String]) async throws {
        try await withTwoRoots { api, known in
            let tree = api.server.tree
            try FileManager.default.moveItem(atPath: tree + "/one/films", toPath: tree + "/two/films")
            for lost in ["Alien.mkv", "extras"] {
                try FileManager.default.removeItem(atPath: "\(tree)/two/films/\(lost)")
            }
            try api.server.write("two/films/bonus/new.mkv", [1, 2, 3])
            for root in order { #expect(try await api.scan(root).object()["status"] as? String == "completed") }
            let now = try await api.ids(below: "two")
            for path in ["films", "films/The Matrix.mkv", "films/best", "films/bonus", "films/bonus/deep"] {
                #expect(now[path] == known[path], "\(path)")
            }
            #expect(now["films/Alien.mkv"] == nil && now["films/bonus/new.mkv"] != nil)
            #expect(try await api.ids(below: "one") == known.filter { $0.key == "notes.txt" })
            #expect(try await api.totals(of: "one") == [1, 10])
            #expect(try await api.totals(of: "two") == [6, 4_904])
            try await api.expectNothingNew(in: order)
            // What was removed comes back as what it was, if it does: not in the directory that went away.
            try api.server.write("one/films/Alien.mkv", [1])
            try await api.scan("one")
            #expect(try await api.ids(below: "two") == now)
            try await api.expectNothingNew(in: order)
        }
    }

    @Test(arguments: orders)
    func `However much went to another root, nobody has to confirm that it is gone once it was seen there`(
        order: [String]
    ) async throws {
        try await withTwoRoots { api, _ in
            for number in 0..<150 {
                try api.server.write("one/films/part \(number % 7)/\(number).mkv", [1, UInt8(number)])
            }
            try await api.scan("one")
            try FileManager.default.moveItem(
                atPath: api.server.tree + "/one/films", toPath: api.server.tree + "/two/films")
            var scans: [String?] = []
            for root in order { scans.append(try await api.scan(root).object()["status"] as? String) }
            #expect(
                scans == (order == ["two", "one"] ? ["completed", "completed"] : ["needs_confirmation", "completed"]))
        }
    }

    @Test func `A directory that went away and comes back under another name is the same one`() async throws {
        try await withTwoRoots { api, known in
            let (tree, away) = (api.server.tree, api.server.tree + "/away")
            try FileManager.default.moveItem(atPath: tree + "/one/films", toPath: away)
            try await api.scan("one")
            #expect(try await api.ids(below: "one") == known.filter { $0.key == "notes.txt" })
            try FileManager.default.moveItem(atPath: away, toPath: tree + "/one/cinema")
            try await api.scan("one")
            let now = try await api.ids(below: "one")
            for (path, id) in known where path.hasPrefix("films") {
                #expect(now["cinema" + path.dropFirst("films".count)] == id, "\(path)")
            }
            try await api.expectNothingNew(in: ["one"])
        }
    }

    @Test func `One file of a removed directory that comes back elsewhere is not that directory`() async throws {
        try await withTwoRoots { api, known in
            let (tree, away) = (api.server.tree, api.server.tree + "/away")
            try FileManager.default.moveItem(atPath: tree + "/one/films", toPath: away)
            try await api.scan("one")
            try FileManager.default.createDirectory(atPath: tree + "/one/saved", withIntermediateDirectories: false)
            try FileManager.default.moveItem(atPath: away + "/Alien.mkv", toPath: tree + "/one/saved/Alien.mkv")
            try await api.scan("one")
            // Half of its files with content is not most of them, and the other half is in no figure of this scan.
            let saved = try await api.ids(below: "one")
            #expect(saved["saved/Alien.mkv"] == known["films/Alien.mkv"])
            #expect(saved["saved"] != nil && saved["saved"] != known["films"])
            try FileManager.default.moveItem(atPath: away, toPath: tree + "/one/films")
            try await api.scan("one")
            let now = try await api.ids(below: "one")
            for (path, id) in known where path != "films/Alien.mkv" { #expect(now[path] == id, "\(path)") }
        }
    }

    @Test func `What is new in a renamed directory is found below its new name`() async throws {
        try await withTwoRoots { api, known in
            let tree = api.server.tree
            try FileManager.default.moveItem(atPath: tree + "/one/films", toPath: tree + "/one/cinema")
            try api.server.write("one/cinema/new.mkv", [1])
            try api.server.write("one/cinema/bonus/newer.mkv", [1])
            try await api.scan("one")
            #expect(try await api.ids(below: "one")["cinema/bonus"] == known["films/bonus"])
            for (place, count) in [("/cinema", 6), ("/cinema/bonus", 2), ("/cinema/bonus/deep", 1)] {
                let found = try await api.get("search?query=mkv&smb_roots=one&path=\(place)")
                #expect(try found.strings("name").count == count, "\(place): \(found.text)")
            }
        }
    }
}

extension CatalogAPI {
    /// The ids of all below a place, by their paths from there.
    func ids(below place: String) async throws -> [String: Int] {
        var found: [String: Int] = [:]
        for entry in try await get("catalog/\(place)?limit=500").objects("files") {
            let name = try #require(entry["name"] as? String)
            found[name] = entry["id"] as? Int
            guard entry["is_directory"] as? Bool == true else { continue }
            for (path, id) in try await ids(below: "\(place)/\(name)") { found["\(name)/\(path)"] = id }
        }
        return found
    }

    /// Files and bytes of a root, as statistics have them.
    func totals(of root: String) async throws -> [Int?] {
        let data = try #require(try await get("stats/smb/\(root)").object()["data"] as? [String: Any])
        return [data["total_files"] as? Int, data["total_size"] as? Int]
    }

    /// Whatever is looked at again, nothing changes any more.
    func expectNothingNew(in roots: [String]) async throws {
        for root in roots {
            let scan = try await scan(root).object()
            #expect(
                ["files_added", "files_deleted", "files_moved", "files_updated"].map { scan[$0] as? Int }
                    == [0, 0, 0, 0], "\(scan)")
        }
    }
}
