import CatalogDatabase
import CatalogJobs
import CatalogServer
import CatalogTestSupport
import Foundation
import Testing

/// Statistics equal what is in the catalog, and show nobody more than that.
@Suite struct StatisticsContractTests {
    private static let files = [
        "films/old/1950/a.mkv": 700, "films/old/b.mkv": 20, "films/new/c.mkv": 300, "music/d.flac": 5,
        "music/album/e.flac": 9,
        "top.txt": 100_000,
    ]

    private func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for (path, size) in Self.files { try api.server.write(path, [UInt8](repeating: 0, count: size)) }
            try await api.addRoot()
            try await api.scan()
            try await body(api)
        }
    }

    private func directories(_ api: CatalogAPI, _ more: String = "", token: String? = nil) async throws -> [String] {
        let path = "stats/directories/by-size?smb_root=media" + more
        let answer = try await token == nil ? api.get(path) : api.get(path, token: token ?? "")
        let rows = try answer.objects("directories")
        #expect(try answer.object()["count"] as? Int == rows.count)
        return rows.map { row in
            let members = ["path", "total_size", "file_count", "directory_count"].map { "\(row[$0] ?? "")" }
            return members.joined(separator: " ")
        }
    }

    @Test func `Directories stand by the size of all that is below them, at every depth`() async throws {
        try await with { api in
            let all = [
                "/films 1020 3 3", "/films/old 720 2 1", "/films/old/1950 700 1 0", "/films/new 300 1 0",
                "/music 14 2 1",
                "/music/album 9 1 0",
            ]
            #expect(try await directories(api) == all)
            for limit in 1...5 { #expect(try await directories(api, "&limit=\(limit)") == Array(all.prefix(limit))) }
            let first = try await api.get("stats/directories/by-size?smb_root=media", token: api.viewer)
                .objects("directories").first
            #expect(first?["name"] as? String == "films" && first?["storage_root_name"] as? String == "media")
            #expect((first?["modified_at"] as? String)?.hasSuffix("Z") == true)
        }
    }

    @Test func `Each stands there once, also while a scan has not summed up what is above it`() async throws {
        try await with { api in
            _ = try await api.server.database.write { connection in
                try connection.execute(SQLStatement("UPDATE directories SET total_bytes = 15 WHERE total_bytes = 1020"))
            }
            let paths = try await directories(api).map { $0.prefix { $0 != " " } }
            #expect(paths == ["/films", "/films/old", "/films/old/1950", "/films/new", "/music", "/music/album"])
        }
    }

    @Test func `While a scan may change a root its directories are added up for each answer`() async throws {
        try await with { api in
            let all = try await directories(api)
            let top = try await directories(api, "&limit=2")
            let jobs = JobStore(database: api.server.database)
            _ = try await api.server.database.write { connection in
                try connection.execute(SQLStatement("UPDATE directories SET total_bytes = 0, total_files = 7"))
                let roots = try connection.rows(SQLStatement("SELECT id FROM storage_roots")) { $0.integer(0) }
                let id = try #require(roots.first)
                var scan = NewJob(kind: "scan", payload: "{}", uniqueKey: "scan:\(id)", rootID: id)
                scan.delaySeconds = 3_600
                return try jobs.push(scan, on: connection)
            }
            #expect(try await directories(api) == all)
            #expect(try await directories(api, "&limit=2") == top)
            let scope = #"[{"root":"media","path_prefix":"films/old"}]"#
            let role = try await api.post(
                "roles", #"{"name":"guest","permissions":["media.view"],"storage_scope":\#(scope)}"#)
            try #require(role.status == 201, "\(role.text)")
            let token = try await api.token(ofNew: "guest", role: "guest")
            #expect(try await directories(api, token: token) == ["/films/old 720 2 1", "/films/old/1950 700 1 0"])
        }
    }

    @Test func `Of directories of one size the same come first, however many are asked for`() async throws {
        try await CatalogAPI.with { api in
            for name in ["b", "d", "a", "c", "e"] { try api.server.write("\(name)/file", [1, 2, 3]) }
            try await api.addRoot()
            try await api.scan()
            let all = try await directories(api)
            #expect(all.count == 5)
            for limit in 1...5 { #expect(try await directories(api, "&limit=\(limit)") == Array(all.prefix(limit))) }
        }
    }

    @Test func `They are those of the catalog's rows, whatever the tree looks like`() async throws {
        try await CatalogAPI.with { api in
            var generator = SplitMix(state: 11)
            var sizes: [String: Int] = [:]
            for number in 0..<200 {
                // Few names and sizes, so that many directories share both.
                let depth = Int.random(in: 1...5, using: &generator)
                let names = (0..<depth).map { _ in "d\(Int.random(in: 0...2, using: &generator))" }
                let size = Int.random(in: 0...2, using: &generator)
                try api.server.write(names.joined(separator: "/") + "/f\(number)", [UInt8](repeating: 0, count: size))
                for count in 1...depth { sizes["/" + names.prefix(count).joined(separator: "/"), default: 0] += size }
            }
            try await api.addRoot()
            try await api.scan()
            for limit in [1, 10, 50, 500] {
                let path = "stats/directories/by-size?smb_root=media&limit=\(limit)"
                let rows = try await api.get(path).objects("directories")
                let shown = rows.map { $0["total_size"] as? Int ?? -1 }
                #expect(shown == Array(sizes.values.sorted(by: >).prefix(limit)))
                #expect(rows.allSatisfy { sizes[$0["path"] as? String ?? ""] == $0["total_size"] as? Int })
                #expect(Set(rows.map { $0["path"] as? String }).count == rows.count)
            }
        }
    }

    @Test func `Who may see parts of a root gets the directories in them`() async throws {
        try await with { api in
            let scope = #"[{"root":"media","path_prefix":"films/old"},{"root":"media","path_prefix":"films/old/1950"}]"#
            let role = try await api.post(
                "roles", #"{"name":"guest","permissions":["media.view"],"storage_scope":\#(scope)}"#)
            try #require(role.status == 201, "\(role.text)")
            let token = try await api.token(ofNew: "guest", role: "guest")
            #expect(try await directories(api, token: token) == ["/films/old 720 2 1", "/films/old/1950 700 1 0"])
            // What scans found is about the whole root.
            let scans = try await api.get("stats/scans", token: token).object()["data"] as? [String: Any]
            #expect(scans?["total_count"] as? Int == 0 && (scans?["scans"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func `The history of scans has every one of them, the newest first`() async throws {
        try await with { api in
            try api.server.write("new.txt", [1])
            try await api.scan()
            try await api.scan(path: "films")
            let history = { (more: String) async throws -> (ids: [Int], total: Int, scans: [[String: Any]]) in
                let answer = try await api.get("stats/scans" + more, token: api.viewer).object()
                #expect(answer["success"] as? Bool == true)
                let data = try #require(answer["data"] as? [String: Any])
                let scans = try #require(data["scans"] as? [[String: Any]])
                return (scans.compactMap { $0["id"] as? Int }, data["total_count"] as? Int ?? 0, scans)
            }
            let all = try await history("")
            #expect(all.ids == all.ids.sorted(by: >) && all.ids.count == 3 && all.total == 3)
            #expect(all.scans.map { $0["files_added"] as? Int } == [0, 1, 12])
            #expect(all.scans[0]["path"] as? String == "films" && all.scans[1]["path"] is NSNull)
            #expect(
                all.scans.allSatisfy {
                    $0["status"] as? String == "completed" && $0["smb_root_name"] as? String == "media"
                })
            let second = try await history("?smb_root=media&limit=1&offset=1")
            #expect(second.ids == [all.ids[1]] && second.total == 3)
        }
    }
}
