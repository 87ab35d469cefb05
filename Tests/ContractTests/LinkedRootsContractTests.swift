import CatalogDatabase
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// A file that hard links show in two storage roots is one file, as in a library that links what a download directory has.
@Suite struct LinkedRootsContractTests {
    private static func content(_ seed: UInt64) -> [UInt8] { TestContent.noise(200_000, seed: seed) }

    private func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            try api.server.write("downloads/film/film.mkv", Self.content(1))
            try api.server.write("library/other.mkv", Self.content(2))
            try api.server.write("library/linked/note", [1])
            try Self.link("downloads/film/film.mkv", "library/linked/film.mkv", api)
            for name in ["downloads", "library"] { try await api.addTree(name) }
            try await body(api)
            #expect(try await DuplicateTruth.differences(api.server.database) == [])
        }
    }

    private static func link(_ old: String, _ new: String, _ api: CatalogAPI) throws {
        let tree = api.server.tree + "/"
        try FileManager.default.linkItem(atPath: tree + old, toPath: tree + new)
    }

    private func scan(_ roots: [String], _ api: CatalogAPI) async throws {
        for root in roots { try await api.scan(root) }
        try await api.server.waitForHashes()
    }

    /// Groups, files and wasted bytes.
    private func figures(_ api: CatalogAPI, _ query: String = "", token: String? = nil) async throws -> [Int?] {
        let count = try await api.get("stats/duplicates/count" + query, token: token).object()
        return ["duplicate_groups", "total_duplicates", "total_wasted_space"].map { count[$0] as? Int }
    }

    /// Contents and files on one storage root, and on two.
    private func places(_ api: CatalogAPI, token: String? = nil) async throws -> [[Int?]] {
        let rows = try await api.get("duplicates/redundancy", token: token).objects("redundancy").prefix(2)
        return rows.map { row in ["contents", "files"].map { row[$0] as? Int } }
    }

    @Test func `It is no duplicate, nobody has to read it, and it is on one disk`() async throws {
        try await with { api in
            let (figures, places) = (try await figures(api), try await places(api))
            #expect(figures == [0, 0, 0] && places == [[3, 3], [0, 0]])
        }
    }

    @Test func `Beside a copy it counts once, for everybody`() async throws {
        try await with { api in
            try api.server.write("library/copy of film.mkv", Self.content(1))
            try await scan(["library"], api)
            #expect(try await figures(api) == [1, 2, 200_000])
            #expect(try await figures(api, "?smb_root=library") == [1, 2, 200_000])
            #expect(try await figures(api, "?smb_root=downloads") == [0, 0, 0])
            // The file counts for the first root that has it, the copy for the other.
            #expect(try await places(api) == [[2, 2], [1, 2]])
            for (name, scope) in [
                ("roots", #"[{"root":"downloads"},{"root":"library"}]"#),
                ("mixed", #"[{"root":"downloads"},{"root":"library","path_prefix":"linked"}]"#),
                ("places", #"[{"root":"downloads","path_prefix":"film"},{"root":"library","path_prefix":"linked"}]"#),
            ] {
                let role = #"{"name":"\#(name)","permissions":["media.view"],"storage_scope":\#(scope)}"#
                try #require(try await api.post("roles", role).status == 201)
            }
            let whole = try await api.token(ofNew: "whole", role: "roots")
            #expect(try await figures(api, token: whole) == [1, 2, 200_000])
            #expect(try await places(api, token: whole) == [[2, 2], [1, 2]])
            for role in ["mixed", "places"] {
                let part = try await api.token(ofNew: role, role: role)
                #expect(try await figures(api, token: part) == [0, 0, 0], "\(role)")
                #expect(try await places(api, token: part) == [[2, 2], [0, 0]], "\(role)")
            }
        }
    }

    @Test func `What an earlier version counted twice is counted once by this one`() async throws {
        try await with { api in
            try api.server.write("library/copy of film.mkv", Self.content(1))
            try await scan(["library"], api)
            let migration = try #require(Migrations.all.first { $0.name == "links_across_roots" })
            try await api.server.database.write { connection in
                try connection.executeScript("DELETE FROM duplicate_group_counts WHERE root_id = -1")
                for table in ["duplicate_group_counts", "duplicate_counts"] {
                    try connection.executeScript("UPDATE \(table) SET file_count = file_count + 1 WHERE root_id = 0")
                }
                try connection.executeScript(
                    "UPDATE duplicate_group_counts SET total_bytes = total_bytes + 200000 WHERE root_id = 0")
                try connection.executeScript(
                    "UPDATE duplicate_counts SET wasted_bytes = wasted_bytes + 200000 WHERE root_id = 0")
            }
            #expect(try await figures(api) == [1, 3, 400_000])
            try await api.server.database.write { try $0.executeScript(migration.ddl) }
            #expect(try await figures(api) == [1, 2, 200_000])
        }
    }

    @Test func `Names that come and go change nothing but where it is`() async throws {
        try await with { api in
            try api.server.write("downloads/copy.mkv", Self.content(1))
            try await scan(["downloads"], api)
            #expect(try await figures(api, "?smb_root=downloads") == [1, 2, 200_000])
            try Self.link("library/linked/film.mkv", "library/again.mkv", api)
            try FileManager.default.removeItem(atPath: api.server.tree + "/downloads/film/film.mkv")
            try await scan(["downloads", "library"], api)
            #expect(try await figures(api) == [1, 2, 200_000])
            #expect(try await figures(api, "?smb_root=downloads") == [0, 0, 0])
            try FileManager.default.removeItem(atPath: api.server.tree + "/downloads/copy.mkv")
            try Self.link("library/linked/film.mkv", "downloads/copy.mkv", api)
            try await scan(["downloads", "library"], api)
            #expect(try await figures(api) == [0, 0, 0])
            #expect(try await api.send(.delete, "storage/roots/library").status == 204)
            try await api.server.waitForHashes()
            #expect(try await figures(api) == [0, 0, 0])
        }
    }

    @Test func `Figures are right whatever comes and goes in both`() async throws {
        try await CatalogAPI.with { api in
            var generator = SplitMix(state: 11)
            let roots = ["one", "two"]
            for root in roots {
                try api.server.write("\(root)/always", Array(root.utf8))
                try await api.addTree(root)
            }
            for _ in 0..<6 {
                for _ in 0..<8 { try Self.step(api.server.tree, &generator) }
                for root in roots where Bool.random(using: &generator) { try await api.scan(root) }
                try await api.server.waitForHashes()
                #expect(try await DuplicateTruth.differences(api.server.database) == [])
            }
            // The second time for the numbers of names, which another root may have changed.
            try await scan(roots + roots, api)
            #expect(try await DuplicateTruth.differences(api.server.database) == [])
            var files: [Data: Set<Int>] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: api.server.tree) where path.contains("f") {
                let full = api.server.tree + "/" + path
                let number = try FileManager.default.attributesOfItem(atPath: full)[.systemFileNumber] as? Int
                files[try Data(contentsOf: URL(fileURLWithPath: full)), default: []].insert(number ?? 0)
            }
            let groups = files.filter { $0.value.count >= 2 }
            let wasted = groups.reduce(0) { $0 + ($1.value.count - 1) * $1.key.count }
            let wanted = [groups.count, groups.values.reduce(0) { $0 + $1.count }, wasted]
            let found = try await figures(api)
            #expect(found == wanted)
        }
    }

    private static func step(_ tree: String, _ generator: inout SplitMix) throws {
        let files = FileManager.default
        let root = Bool.random(using: &generator) ? "one" : "two"
        let path = "\(tree)/\(root)/f\(Int.random(in: 0...4, using: &generator))"
        let isThere = files.fileExists(atPath: path)
        if isThere { try files.removeItem(atPath: path) }
        switch Int.random(in: 0...3, using: &generator) {
        case 0 where isThere: break
        case 1:
            let others = try files.subpathsOfDirectory(atPath: tree).filter { $0.contains("/f") }.sorted()
            guard let other = others.randomElement(using: &generator) else { break }
            try files.linkItem(atPath: tree + "/" + other, toPath: path)
        default:
            let bytes = content(UInt64.random(in: 5...6, using: &generator))
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
    }
}
