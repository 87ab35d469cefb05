import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// What the API says of files that are equal is what is on the disks, and shows nobody more than they may see.
@Suite struct DuplicateContractTests {
    /// Path in the tree, content, bytes.
    private static let files: [(path: String, content: UInt8, bytes: Int)] = [
        ("media/one.bin", 1, 3_000), ("media/films/two.bin", 1, 3_000), ("other/three.bin", 1, 3_000),
        ("media/films/p.bin", 2, 500_000), ("other/q.bin", 2, 500_000), ("other/s1", 3, 10), ("other/s2", 3, 10),
        ("other/d/s3", 3, 10), ("other/d/s4", 3, 10), ("media/decoy.bin", 4, 3_000), ("media/films/decoy", 5, 10),
        ("media/empty", 0, 0), ("media/films/empty", 0, 0), ("media/films/private/r.bin", 6, 70_000),
        ("media/films/family/r.bin", 6, 70_000), ("media/films/family/r again.bin", 6, 70_000),
    ]

    private func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for file in Self.files {
                try api.server.write(file.path, [UInt8](repeating: file.content, count: file.bytes))
            }
            for name in ["media", "other"] { try await Self.addRoot(name, api) }
            try await body(api)
            #expect(try await DuplicateTruth.differences(api.server.database) == [])
        }
    }

    private static func addRoot(_ name: String, _ api: CatalogAPI) async throws {
        let body = #"{"name":"\#(name)","protocol":"local","path":"\#(api.server.tree)/\#(name)"}"#
        let answer = try await api.post("storage/roots", body)
        try #require(answer.status == 201, "\(answer.text)")
        try await api.scan(name)
        try await api.server.waitForHashes()
    }

    private func guest(_ scope: String, _ api: CatalogAPI) async throws -> String {
        let role = try await api.post(
            "roles", #"{"name":"guest","permissions":["media.view"],"storage_scope":\#(scope)}"#)
        try #require(role.status == 201, "\(role.text)")
        return try await api.token(ofNew: "guest", role: "guest")
    }

    /// Groups, files, wasted bytes and the largest group, from all endpoints that tell them.
    private func figures(_ api: CatalogAPI, root: String? = nil, token: String? = nil) async throws -> [Int] {
        let filter = root.map { "?smb_root=\($0)" } ?? ""
        let count = try await api.get("stats/duplicates/count" + filter, token: token).object()
        let answer = try await api.get("stats/duplicates" + filter, token: token).object()
        let data = try #require(answer["data"] as? [String: Any])
        let sums = try await api.get(root.map { "stats/smb/\($0)" } ?? "stats/overall", token: token).object()["data"]
        let totals = try #require(sums as? [String: Any])
        let groups = try #require(count["duplicate_groups"] as? Int)
        let files = try #require(count["total_duplicates"] as? Int)
        let wasted = try #require(count["total_wasted_space"] as? Int)
        #expect(count["smb_root"] as? String == root ?? "")
        #expect(data["duplicate_groups"] as? Int == groups && data["total_duplicates"] as? Int == files)
        #expect(data["wasted_space"] as? Int == wasted)
        #expect(totals["duplicate_groups"] as? Int == groups)
        #expect(totals[root == nil ? "total_duplicates" : "duplicate_files"] as? Int == files)
        let average = groups == 0 ? 0 : Double(files * 100 / groups) / 100
        #expect(data["average_group_size"] as? Double == average)
        return [groups, files, wasted, data["largest_duplicate_group"] as? Int ?? -1]
    }

    /// Files and bytes of each group, in order, and where the one is that is shown.
    private func largest(_ api: CatalogAPI, _ query: String, token: String? = nil) async throws -> [String] {
        let answer = try await api.get("stats/duplicates/groups" + query, token: token).object()
        #expect(answer["success"] as? Bool == true)
        return try #require(answer["data"] as? [[String: Any]]).map { row in
            let count = row["file_count"] as? Int ?? 0
            let total = row["total_size"] as? Int ?? 0
            #expect(row["wasted_space"] as? Int == total / max(count, 1) * (count - 1))
            #expect(row["group_id"] as? Int == row["id"] as? Int && (row["hash"] as? String)?.count == 32)
            return "\(count) \(total) \(row["storage_root_name"] ?? "")/\(row["sample_path"] ?? "")"
        }
    }

    /// Files that are shown of each group.
    private func search(_ api: CatalogAPI, _ query: String, token: String? = nil) async throws -> [[String]] {
        let answer = try await api.get("search/duplicates?" + query, token: token).object()
        let groups = try #require(answer["groups"] as? [[String: Any]])
        #expect(answer["count"] as? Int == groups.count)
        return try groups.map { group in
            let (count, size) = (group["file_count"] as? Int ?? 0, group["size"] as? Int ?? 0)
            #expect(group["count"] as? Int == count && group["total_size"] as? Int == count * size)
            #expect(group["wasted_space"] as? Int == (count - 1) * size)
            #expect((group["created_at"] as? String)?.hasSuffix("Z") == true && group["updated_at"] is String)
            return try #require(group["files"] as? [[String: Any]]).compactMap { $0["path"] as? String }
        }
    }

    /// Directories of a root with the files below them that are not the only ones.
    private func directories(_ root: String, _ api: CatalogAPI, token: String? = nil) async throws -> [String: Int] {
        let rows = try await api.get("stats/directories/by-size?smb_root=\(root)", token: token).objects("directories")
        return Dictionary(
            uniqueKeysWithValues: try rows.map { row in
                (try #require(row["path"] as? String), try #require(row["duplicate_count"] as? Int))
            })
    }

    @Test func `Each directory says how many files below it are not the only ones`() async throws {
        try await with { api in
            #expect(try await directories("media", api) == ["/films": 5, "/films/private": 1, "/films/family": 2])
            #expect(try await directories("other", api) == ["/d": 2])
            let family = try await guest(#"[{"root":"media","path_prefix":"films/family"}]"#, api)
            #expect(try await directories("media", api, token: family) == ["/films/family": 2])
            try FileManager.default.removeItem(atPath: api.server.tree + "/other/q.bin")
            try FileManager.default.moveItem(
                atPath: api.server.tree + "/media/films/family", toPath: api.server.tree + "/media/family")
            for name in ["other", "media"] { try await api.scan(name) }
            let moved = ["/films": 2, "/films/private": 1, "/family": 2]
            #expect(try await directories("media", api) == moved)
        }
    }

    @Test func `Who sees one of two equal files sees none`() async throws {
        try await with { api in
            let stranger = try await guest(#"[{"root":"media","path_prefix":"films/private"}]"#, api)
            #expect(try await directories("media", api, token: stranger) == ["/films/private": 0])
        }
    }

    @Test func `Figures of all roots and of one are those of the disks`() async throws {
        try await with { api in
            #expect(try await figures(api) == [4, 12, 2 * 3_000 + 500_000 + 3 * 10 + 2 * 70_000, 4])
            #expect(try await figures(api, root: "media") == [2, 5, 3_000 + 2 * 70_000, 3])
            #expect(try await figures(api, root: "other") == [1, 4, 30, 4])
            let all = try await figures(api)
            #expect(try await figures(api, token: api.viewer) == all)
        }
    }

    @Test func `The largest groups come by files or by bytes`() async throws {
        try await with { api in
            let sizes = { (query: String) in try await largest(api, query).map { $0.prefix { $0 != "/" } } }
            let byCount = try await sizes("")
            #expect(byCount == ["4 40 other", "3 210000 media", "3 9000 media", "2 1000000 media"])
            #expect(try await sizes("?sort_by=count") == byCount)
            #expect(
                try await sizes("?sort_by=size") == ["2 1000000 media", "3 210000 media", "3 9000 media", "4 40 other"])
            #expect(try await sizes("?sort_by=size&limit=1") == ["2 1000000 media"])
            #expect(try await sizes("?limit=0") == byCount)
            #expect(try await sizes("?smb_root=media") == ["3 210000 media", "2 6000 media"])
            let names = ["s1", "s2", "d/s3", "d/s4"].map { "4 40 other/\($0)" }
            let only = try await largest(api, "?smb_root=other")
            #expect(only.count == 1 && names.contains(only[0]))
            for wrong in ["name", "COUNT", "count%20"] {
                let answer = try await api.get("stats/duplicates/groups?sort_by=\(wrong)")
                #expect(answer.status == 400)
                #expect(answer.text == #"{"success":false,"error":"sort_by must be 'count' or 'size'"}"#)
            }
        }
    }

    @Test func `A search finds the groups within one root, with their files`() async throws {
        try await with { api in
            let family = ["films/family/r again.bin", "films/family/r.bin", "films/private/r.bin"]
            #expect(try await search(api, "smb_root=media") == [family, ["films/two.bin", "one.bin"]])
            #expect(try await search(api, "smb_root=media&min_count=3") == [family])
            #expect(try await search(api, "smb_root=media&min_count=4") == [])
            for few in ["1", "-5", "x", ""] {
                #expect(try await search(api, "smb_root=media&min_count=\(few)").count == 2)
            }
            #expect(try await search(api, "smb_root=media&limit=1") == [family])
            let limited = try await api.get("search/duplicates?smb_root=media&limit=1").object()
            #expect(limited["total"] as? Int == 2)
            #expect(try await api.get("search/duplicates?smb_root=media&min_count=3").object()["total"] as? Int == 1)
            #expect(try await search(api, "smb_root=other") == [["d/s3", "d/s4", "s1", "s2"]])
        }
    }

    @Test func `Entries say that they are duplicates, and of which group`() async throws {
        try await with { api in
            let groups = try await api.get("search/duplicates?smb_root=media").objects("groups")
            let group = try #require(groups.last?["id"] as? Int)
            for path in [
                "catalog/media", "search?query=one", "catalog/media?limit=1&offset=3", "catalog/media?sort_by=size",
            ] {
                let rows = try await api.get(path).objects("files")
                let one = try #require(rows.first { $0["name"] as? String == "one.bin" }, "\(path)")
                #expect(one["is_duplicate"] as? Bool == true && one["duplicate_group_id"] as? Int == group)
                #expect(rows.allSatisfy { $0["name"] as? String == "one.bin" || $0["is_duplicate"] == nil })
            }
            let info = try await api.get("catalog-info/media/one.bin").object()
            #expect(info["is_duplicate"] as? Bool == true && info["duplicate_group_id"] as? Int == group)
            #expect((info["hash"] as? String)?.count == 32)
            let decoy = try await api.get("catalog-info/media/decoy.bin").object()
            #expect(decoy["is_duplicate"] as? Bool == false && decoy["duplicate_group_id"] is NSNull)
            #expect((decoy["hash"] as? String)?.count == 32)
            let empty = try await api.get("catalog-info/media/empty").object()
            #expect(empty["is_duplicate"] as? Bool == false && empty["hash"] is NSNull)
        }
    }

    @Test func `Who sees one root knows of the duplicates within it only`() async throws {
        try await with { api in
            let token = try await guest(#"[{"root":"media"}]"#, api)
            let media = try await figures(api, root: "media")
            #expect(try await figures(api, token: token) == media)
            #expect(try await figures(api, root: "media", token: token) == media)
            let groups = try await largest(api, "?smb_root=media")
            #expect(try await largest(api, "", token: token) == groups)
            let rows = try await api.get("catalog/media/films", token: token).objects("files")
            let marked = rows.filter { $0["is_duplicate"] != nil }.compactMap { $0["name"] as? String }
            // The other file like p.bin is in a root that nobody may know of.
            #expect(marked == ["two.bin"])
            #expect(try await api.get("search/duplicates?smb_root=other", token: token).status == 404)
            #expect(try await api.get("stats/duplicates/count?smb_root=other", token: token).status == 404)
        }
    }

    @Test func `Who sees some places knows of the duplicates within them only`() async throws {
        try await with { api in
            let token = try await guest(
                #"[{"root":"media","path_prefix":"films/family"},{"root":"media","path_prefix":"one.bin"},{"root":"other"}]"#,
                api)
            // r twice in the family's films; one.bin with three.bin; s1 to s4.
            #expect(try await figures(api, token: token) == [3, 8, 70_000 + 3_000 + 30, 4])
            #expect(try await figures(api, root: "media", token: token) == [1, 2, 70_000, 2])
            let shown = try await largest(api, "?sort_by=size", token: token)
            try #require(shown.count == 3)
            #expect(shown[0].hasPrefix("2 140000 media/films/family/r"))
            #expect(shown[1] == "2 6000 media/one.bin" && shown[2].hasPrefix("4 40 other/"))
            #expect(
                try await search(api, "smb_root=media", token: token)
                    == [["films/family/r again.bin", "films/family/r.bin"]])
            for (path, isMarked) in [("media/one.bin", true), ("other/q.bin", false), ("other/three.bin", true)] {
                let info = try await api.get("catalog-info/" + path, token: token).object()
                #expect(info["is_duplicate"] as? Bool == isMarked, "\(path)")
            }
            // What was summed up before is not believed when something changes.
            try FileManager.default.removeItem(atPath: api.server.tree + "/media/films/family/r.bin")
            try await api.scan("media")
            #expect(try await figures(api, token: token) == [2, 6, 3_000 + 30, 4])
        }
    }

    @Test func `A root that is deleted has no part in it, and its files need not be read again`() async throws {
        try await with { api in
            let before = try await figures(api)
            let id = try #require(try await api.get("storage/roots").objects("data").first?["id"])
            try #require(try await api.send(.delete, "storage/roots/\(id)").status < 300)
            #expect(try await DuplicateTruth.differences(api.server.database) == [])
            #expect(try await figures(api) == [1, 4, 30, 4])
            let read = try await bytesRead(api)
            try await Self.addRoot("media", api)
            #expect(try await figures(api) == before)
            #expect(try await bytesRead(api) == read)
            // Forgotten for good.
            try #require(try await api.send(.delete, "storage/roots/\(id)?purge=true").status < 300)
            #expect(try await figures(api) == [1, 4, 30, 4])
        }
    }

    private func bytesRead(_ api: CatalogAPI) async throws -> Int64 {
        let sum = SQLStatement("SELECT CAST(COALESCE(SUM(bytes_read), 0) AS BIGINT) FROM hash_runs")
        return try await api.server.database.read { try $0.firstRow(sum) { $0.integer(0) } ?? 0 }
    }
}
