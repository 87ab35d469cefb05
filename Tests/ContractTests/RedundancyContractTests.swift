import CatalogDatabase
import CatalogTestSupport
import Foundation
import Testing

/// What the API says about copies on several storages is what is on the disks, and nobody learns of what they may not see.
@Suite struct RedundancyContractTests {
    private static func content(_ seed: UInt8, _ bytes: Int) -> [UInt8] { [UInt8](repeating: seed, count: bytes) }

    /// Of four roots: on all four, on three, on two, twice on one, alone with another one's size, alone.
    private static let files: [String: [UInt8]] = [
        "a/all": content(1, 1_000), "b/all": content(1, 1_000), "c/all": content(1, 1_000), "d/all": content(1, 1_000),
        "a/three": content(2, 200_000), "b/x/three": content(2, 200_000), "c/three": content(2, 200_000),
        "b/three again": content(2, 200_000), "a/two": content(3, 10), "d/two": content(3, 10),
        "c/twice": content(4, 77), "c/y/twice": content(4, 77), "a/size": content(5, 300_000),
        "b/size": content(6, 300_000), "d/only": content(7, 5), "a/empty": [], "b/empty": [],
    ]

    private func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for (path, content) in Self.files { try api.server.write(path, content) }
            let tree = api.server.tree
            try FileManager.default.linkItem(atPath: tree + "/d/only", toPath: tree + "/d/only, again")
            for name in ["a", "b", "c", "d"] { try await api.addTree(name) }
            try await body(api)
        }
    }

    /// Contents, files, bytes and bytes of all files, on one root, two, three, more.
    private func places(_ api: CatalogAPI, _ query: String = "", token: String? = nil) async throws -> [[Int]] {
        let rows = try await api.get("duplicates/redundancy" + query, token: token).objects("redundancy")
        #expect(rows.map { $0["storage_roots"] as? Int } == [1, 2, 3, 4])
        #expect(rows.map { $0["or_more"] as? Bool } == [false, false, false, true])
        return rows.map { row in
            ["contents", "files", "bytes", "total_bytes"].map { row[$0] as? Int ?? -1 }
        }
    }

    /// Files, those whose content is nowhere else, those that are elsewhere, those not read yet.
    private func roots(_ api: CatalogAPI, _ query: String = "", token: String? = nil) async throws -> [String: [Int]] {
        let rows = try await api.get("duplicates/redundancy" + query, token: token).objects("roots")
        return rows.reduce(into: [:]) { roots, row in
            let parts = ["only_here", "elsewhere_too", "pending"].map { row[$0] as? [String: Int] ?? [:] }
            roots[row["name"] as? String ?? ""] = [row["files"] as? Int ?? -1] + parts.map { $0["files"] ?? -1 }
            let bytes = (parts[0]["total_bytes"] ?? 0) + (parts[1]["bytes"] ?? 0) + (parts[2]["bytes"] ?? 0)
            #expect(bytes == row["bytes"] as? Int)
        }
    }

    @Test func `Contents are counted by the number of storage roots that have them`() async throws {
        try await with { api in
            let places = try await places(api)
            #expect(places[3] == [1, 4, 1_000, 4_000])
            #expect(places[2] == [1, 4, 200_000, 800_000])
            #expect(places[1] == [1, 2, 10, 20])
            // Twice on one root; two of the same size; one with two names.
            #expect(places[0] == [4, 5, 77 + 600_000 + 5, 2 * 77 + 600_000 + 5])
            #expect(
                try await roots(api) == [
                    "a": [4, 1, 3, 0], "b": [4, 1, 3, 0], "c": [4, 2, 2, 0], "d": [3, 1, 2, 0],
                ])
            #expect(try await self.places(api, token: api.viewer) == places)
        }
    }

    @Test func `Of some storage roots only these count`() async throws {
        try await with { api in
            let places = try await places(api, "?smb_roots=a,d")
            #expect(places[1] == [2, 4, 1_010, 2_020] && places[2] == [0, 0, 0, 0] && places[3] == [0, 0, 0, 0])
            #expect(places[0] == [3, 3, 500_005, 500_005])
            #expect(try await roots(api, "?smb_roots=d") == ["d": [3, 3, 0, 0]])
            #expect(try await api.get("duplicates/redundancy?smb_roots=a,none").status == 404)
        }
    }

    @Test func `Changes show at once, and what is not read yet says so`() async throws {
        try await with { api in
            _ = try await places(api)
            try FileManager.default.removeItem(atPath: api.server.tree + "/d/two")
            try await api.scan("d")
            try await api.server.waitForHashes()
            #expect(try await places(api)[1] == [0, 0, 0, 0])
            // As if nobody had come to read them.
            try await api.server.database.write { connection in
                try connection.executeScript("DELETE FROM file_hashes WHERE size_bytes = 300000")
                try connection.executeScript("UPDATE counters SET value = value + 1 WHERE name = 'duplicates'")
            }
            let roots = try await roots(api)
            #expect(roots["a"] == [4, 1, 2, 1] && roots["b"] == [4, 0, 3, 1])
            let pending = try await api.get("duplicates/redundancy").object()["pending"] as? [String: Int]
            #expect(pending == ["files": 2, "bytes": 600_000])
        }
    }

    @Test func `A root that does not look for duplicates is not examined`() async throws {
        try await CatalogAPI.with { api in
            for root in ["a", "b"] { try api.server.write(root + "/same", Self.content(1, 100)) }
            try await api.addTree("a")
            try await api.addTree("b", fields: #","enable_duplicate_detection":false"#)
            let rows = try await api.get("duplicates/redundancy").objects("roots")
            #expect(rows.map { $0["examined"] as? Bool } == [true, false])
            #expect(try await places(api)[0] == [1, 1, 100, 100])
        }
    }

    @Test func `Who sees a part learns of nothing else`() async throws {
        try await with { api in
            for (name, scope) in [
                ("roots", #"[{"root":"a"},{"root":"d"}]"#),
                ("places", #"[{"root":"b","path_prefix":"x"},{"root":"b","path_prefix":"size"},{"root":"c"}]"#),
            ] {
                let role = #"{"name":"\#(name)","permissions":["media.view"],"storage_scope":\#(scope)}"#
                try #require(try await api.post("roles", role).status == 201)
            }
            let whole = try await api.token(ofNew: "whole", role: "roots")
            let seen = try await places(api, "?smb_roots=a,d")
            #expect(try await places(api, token: whole) == seen)
            #expect(try await roots(api, token: whole).keys.sorted() == ["a", "d"])
            #expect(try await api.get("duplicates/redundancy?smb_roots=b", token: whole).status == 404)
            let part = try await api.token(ofNew: "part", role: "places")
            // three on b and c; all, size and both of twice on one of them each.
            #expect(
                try await places(api, token: part) == [
                    [3, 4, 1_000 + 300_000 + 77, 1_000 + 300_000 + 154], [1, 2, 200_000, 400_000], [0, 0, 0, 0],
                    [0, 0, 0, 0],
                ])
            #expect(try await roots(api, token: part) == ["b": [2, 1, 1, 0], "c": [4, 3, 1, 0]])
        }
    }
}
