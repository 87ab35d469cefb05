import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Figures of statistics are the sums over what is in the catalog, and show nobody more than they may see.
@Suite struct StatisticsFiguresTests {
    private static let files = [
        "films/a.mkv": 3_000, "films/b.MKV": 500, "films/old/c.mkv": 0, "music/d.flac": 2_000_000, "music/e.mp3": 7,
        "readme": 12,
    ]

    private func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for (path, size) in Self.files { try api.server.write(path, [UInt8](repeating: 0, count: size)) }
            try await api.addRoot()
            try await api.scan()
            try await body(api)
        }
    }

    private func data(_ api: CatalogAPI, _ path: String, token: String? = nil) async throws -> Any {
        let answer = try await token == nil ? api.get("stats/" + path) : api.get("stats/" + path, token: token ?? "")
        try #require(answer.status == 200, "\(answer.text)")
        let object = try answer.object()
        #expect(object["success"] as? Bool == true)
        return try #require(object["data"])
    }

    private func figures(_ api: CatalogAPI, _ path: String, token: String? = nil) async throws -> [String: Any] {
        try #require(try await data(api, path, token: token) as? [String: Any])
    }

    /// By extension: count and bytes.
    private func types(_ api: CatalogAPI, _ more: String = "", token: String? = nil) async throws -> [String] {
        let rows = try #require(try await data(api, "filetypes" + more, token: token) as? [[String: Any]])
        return rows.map { row in
            ["file_type", "extension", "count", "total_size", "average_size"].map { "\(row[$0] ?? "")" }
                .joined(separator: " ")
        }
    }

    private func sum(_ api: CatalogAPI, _ path: String, token: String? = nil) async throws -> [Int?] {
        let found = try await figures(api, path, token: token)
        return ["total_files", "total_directories", "total_size"].map { found[$0] as? Int }
    }

    @Test func `They follow every change`() async throws {
        try await with { api in
            #expect(try await sum(api, "overall") == [6, 3, 2_003_519])
            #expect(
                try await types(api) == [
                    "video .mkv 3 3500 1166", "other  1 12 12", "audio .flac 1 2000000 2000000", "audio .mp3 1 7 7",
                ])
            let sizes = try await figures(api, "sizes") as? [String: Int]
            #expect(sizes == ["tiny": 4, "small": 1, "medium": 1, "large": 0, "huge": 0, "massive": 0])

            // Gone, new, larger, and back again.
            try FileManager.default.removeItem(atPath: api.server.tree + "/music")
            try api.server.write("films/new.mkv", [UInt8](repeating: 0, count: 40))
            try api.server.write("readme", [UInt8](repeating: 0, count: 5_000))
            try await api.scan()
            #expect(try await sum(api, "overall") == [5, 2, 8_540])
            #expect(try await types(api) == ["video .mkv 4 3540 885", "other  1 5000 5000"])
            try api.server.write("music/e.mp3", [1, 2])
            try await api.scan()
            #expect(try await sum(api, "smb/media") == [6, 3, 8_542])
            #expect(try await types(api, "?limit=1") == ["video .mkv 4 3540 885"])
        }
    }

    @Test func `A root that is deleted counts for nothing, and comes back as it was`() async throws {
        try await with { api in
            #expect(try await api.send(.delete, "storage/roots/media").status < 300)
            #expect(try await sum(api, "overall") == [0, 0, 0])
            #expect(try await figures(api, "overall")["storage_roots_count"] as? Int == 0)
            #expect(try await types(api).isEmpty)
            #expect(try await api.get("stats/smb/media").status == 404)
            try await api.addRoot()
            #expect(try await sum(api, "smb/media") == [6, 3, 2_003_519])
        }
    }

    @Test func `Who may see parts of a root gets the sums over them`() async throws {
        try await with { api in
            let scope = #"[{"root":"media","path_prefix":"films/old"},{"root":"media","path_prefix":"music"}]"#
            let role = try await api.post(
                "roles", #"{"name":"guest","permissions":["media.view"],"storage_scope":\#(scope)}"#)
            try #require(role.status == 201, "\(role.text)")
            let token = try await api.token(ofNew: "guest", role: "guest")
            // The places themselves count, as the directories that they are.
            #expect(try await sum(api, "overall", token: token) == [3, 2, 2_000_007])
            #expect(
                try await types(api, "?smb_root=media", token: token) == [
                    "audio .flac 1 2000000 2000000", "video .mkv 1 0 0", "audio .mp3 1 7 7",
                ])
            try api.server.write("films/old/c.mkv", [1])
            try await api.scan()
            #expect(try await sum(api, "smb/media", token: token) == [3, 2, 2_000_008])
            // History is of whole roots.
            let changes = try await figures(api, "changes?since=2020-01-01T00:00:00Z", token: token)
            #expect((changes["roots"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func `Growth is told by the month, and changes by the root`() async throws {
        try await with { api in
            let growth = try await figures(api, "growth?months=3")
            let months = try #require(growth["monthly_growth"] as? [[String: Any]])
            #expect(months.map { $0["files_added"] as? Int } == [0, 0, 6])
            #expect(months.map { $0["total_files"] as? Int } == [0, 0, 6])
            #expect(months.last?["total_size"] as? Int == 2_003_519)
            // Without anything before, there is no share of it.
            #expect(growth["file_growth_rate"] as? Double == 0 && growth["total_growth_rate"] as? Double == 0)
            try FileManager.default.removeItem(atPath: api.server.tree + "/readme")
            try await api.scan()
            let changes = try await figures(api, "changes?since=2020-01-01T00:00:00Z")
            #expect(changes["since"] as? String == "2020-01-01T00:00:00Z")
            let root = try #require((changes["roots"] as? [[String: Any]])?.first)
            let names = ["files_added", "size_added", "files_removed", "size_removed", "files_changed", "size_changed"]
            #expect(names.map { root[$0] as? Int } == [6, 2_003_519, 1, 12, 0, 0])
            let none = try await figures(api, "changes?since=2099-01-01T00:30:00Z&smb_root=media")
            #expect(none["since"] as? String == "2099-01-01T00:30:00Z")
            #expect((none["roots"] as? [[String: Any]])?.first?["files_added"] as? Int == 0)
        }
    }

    @Test func `Changes are told from the moment on that somebody asks for`() async throws {
        try await with { api in
            api.server.clock.advance(by: .seconds(2))
            let since = Timestamp.text(microseconds: api.server.clock.source.now)
            api.server.clock.advance(by: .seconds(1))
            try api.server.write("later", [1, 2])
            try await api.scan()
            let counts = { (api: CatalogAPI, since: String) in
                let roots = try await figures(api, "changes?since=\(since)")["roots"] as? [[String: Any]]
                let root = try #require(roots?.first)
                return ["files_added", "size_added"].map { root[$0] as? Int }
            }
            #expect(try await counts(api, since) == [1, 2])
            api.server.clock.advance(by: .seconds(1))
            #expect(try await counts(api, Timestamp.text(microseconds: api.server.clock.source.now)) == [0, 0])
            // Two days later nobody knows more of it than the hour.
            api.server.clock.advance(by: .seconds(50 * 3_600))
            let later = try await api.loggedInAgain()
            try await later.scan()
            #expect(try await counts(later, since) == [7, 2_003_521])
        }
    }

    @Test func `What was before the window is the base of the growth`() async throws {
        try await with { api in
            // As if all of it had come two months ago, and half as much again since.
            _ = try await api.server.database.write { connection in
                try connection.execute(SQLStatement("UPDATE entry_history SET start_us = start_us - 5184000000000"))
            }
            for number in 1...3 { try api.server.write("new/\(number).mkv", [0]) }
            try await api.scan()
            let growth = try await figures(api, "growth?months=1")
            #expect(growth["file_growth_rate"] as? Double == 50)
            let month = try #require((growth["monthly_growth"] as? [[String: Any]])?.first)
            #expect(month["files_added"] as? Int == 3 && month["total_files"] as? Int == 9)
        }
    }

    @Test func `What is read is counted, once a minute for each reader`() async throws {
        try await with { api in
            let film = try await api.get("catalog-info/media/films/a.mkv").object()
            let id = try #require(film["id"] as? Int)
            #expect(film["accessed_at"] is NSNull)
            for range in ["bytes=0-9", "bytes=100-199", "bytes=5-"] {
                #expect(try await api.get("download/file/\(id)", headers: ["Range": range]).status == 206)
            }
            #expect(try await api.send(.head, "download/file/\(id)").status == 200)
            let other = try await api.token(ofNew: "bob", role: "user")
            #expect(try await api.get("download/file/\(id)", token: other).status == 200)
            let access = try await figures(api, "access?days=2")
            let numbers = ["period_days", "total_accesses", "recently_accessed", "never_accessed"]
            #expect(numbers.map { access[$0] as? Int } == [2, 2, 1, 5])
            #expect(access["access_frequency"] as? [Int] == [0, 2])
            #expect(access["popular_extensions"] as? [String] == [".mkv"])
            #expect(access["popular_directories"] as? [String] == ["media/films"])
            let top = try #require((access["top_files"] as? [[String: Any]])?.first)
            #expect(top["path"] as? String == "films/a.mkv" && top["accesses"] as? Int == 2)
            api.server.clock.advance(by: .seconds(60))
            _ = try await api.get("download/file/\(id)")
            #expect(try await figures(api, "access")["total_accesses"] as? Int == 3)
            #expect(try await api.get("catalog-info/media/films/a.mkv").object()["accessed_at"] is String)
            // A file that is gone is none that was never read.
            try FileManager.default.removeItem(atPath: api.server.tree + "/films/a.mkv")
            try await api.scan()
            let after = try await figures(api, "access")
            #expect(numbers.map { after[$0] as? Int } == [30, 0, 0, 5])
        }
    }

    @Test func `A forecast needs growth, and room that the storage tells`() async throws {
        try await with { api in
            let before = try #require(try await data(api, "forecast?smb_root=media") as? [[String: Any]])
            #expect(before.count == 1 && before[0]["full_at"] is NSNull && before[0]["bytes_per_day"] as? Int == 0)
            #expect(before[0]["free_bytes"] as? Int ?? 0 > 0)
            // As if the first scan had been forty days ago.
            _ = try await api.server.database.write { connection in
                let days = SQLStatement("UPDATE jobs SET finished_at_us = finished_at_us - 3456000000000")
                try connection.execute(days)
                try connection.execute(SQLStatement("UPDATE entry_history SET start_us = start_us - 3456000000000"))
            }
            try api.server.write("large", [UInt8](repeating: 0, count: 4_000_000))
            try await api.scan()
            let after = try #require(try await data(api, "forecast") as? [[String: Any]]).first
            #expect(after?["days_known"] as? Double ?? 0 > 39)
            #expect((99_000...103_000).contains(after?["bytes_per_day"] as? Int ?? 0))
        }
    }

    @Test func `A client that has the figures is not sent them again`() async throws {
        try await with { api in
            let first = try await api.get("stats/sizes")
            let tag = try #require(first.header("etag"))
            #expect(first.header("cache-control") == "private, max-age=0, must-revalidate")
            #expect(try await api.get("stats/sizes", headers: ["If-None-Match": tag]).status == 304)
            try api.server.write("more", [1])
            try await api.scan()
            #expect(try await api.get("stats/sizes", headers: ["If-None-Match": tag]).status == 200)
        }
    }

    @Test(arguments: [
        ("smb/none", 404, "Storage root not found"), ("filetypes?smb_root=none", 404, "Storage root not found"),
        ("sizes?smb_root=none", 404, "Storage root not found"), ("growth?smb_root=none", 404, "Storage root not found"),
        ("changes?since=yesterday", 400, "Invalid since: must be a time such as 2024-01-15T10:30:00Z"),
        ("changes", 400, "since is required: a time such as 2024-01-15T10:30:00Z"),
    ])
    func `What cannot be answered is refused in the shape of statistics`(
        path: String, status: Int, text: String
    ) async throws {
        try await CatalogAPI.with { api in
            let answer = try await api.get("stats/" + path)
            #expect(answer.status == status)
            let object = try answer.object()
            #expect(object["success"] as? Bool == false && object["error"] as? String == text)
        }
    }
}
