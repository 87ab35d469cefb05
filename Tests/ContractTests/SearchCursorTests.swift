import CatalogTestSupport
import Foundation
import Testing

/// Pages of hits that begin where the one before ended.
@Suite struct SearchCursorTests {
    private static let fields = ["name", "size", "modified", "path", "created", "extension"]
    private static let orders = fields.flatMap { field in
        ["asc", "desc"].map { "sort_by=\(field)&sort_order=\($0)" }
    }

    /// Paths of hits, page by page.
    private func walk(
        _ api: CatalogAPI, _ query: String, limit: Int, token: String? = nil,
        between: (Int) async throws -> Void = { _ in }
    ) async throws -> [String] {
        var paths: [String] = []
        var cursor: String? = ""
        for page in 0..<200 {
            guard let from = cursor else { return paths }
            let answer = try await api.get("search?\(query)&limit=\(limit)&cursor=\(from)", token: token ?? api.admin)
            try #require(answer.status == 200, "\(answer.text)")
            paths += try answer.objects("files").map { "\($0["storage_root_name"] ?? "")/\($0["path"] ?? "")" }
            cursor = try answer.object()["next_cursor"] as? String
            try await between(page)
        }
        Issue.record("the pages never ended")
        return paths
    }

    /// Hits in many directories of one root, among other names; few sizes and times, so that many hits share one.
    private func withTree(
        _ search: TestSearch, _ body: @escaping @Sendable (CatalogAPI) async throws -> Void
    ) async throws {
        try await CatalogAPI.with(search: search) { api in
            for number in 0..<24 {
                let names = ["moon \(number).mkv", "Moon", "moon.TXT", "mööн moon ж", "a moon.tar.gz", "%moon_"]
                let path = "\(number % 5)/\(number % 2 == 0 ? "d/e" : "moonlit")/\(number)/\(names[number % 6])"
                try api.server.write(path, [UInt8](repeating: 0, count: number % 3))
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: Double(number % 4))],
                    ofItemAtPath: api.server.tree + "/" + path)
                try api.server.write("other/\(number)", [1])
            }
            try await api.addRoot(looksForDuplicates: false)
            try await api.scan()
            try await body(api)
        }
    }

    @Test(arguments: TestSearch.all) func `Pages of every order have each hit once`(search: TestSearch) async throws {
        try await withTree(search) { api in
            for order in Self.orders {
                let query = "query=moon&" + order
                let answer = try await api.get("search?" + query)
                let all = try answer.strings("path").map { "media/" + $0 }
                // The files, and the directories called moonlit.
                #expect(all.count == 29)
                #expect(try answer.object()["next_cursor"] == nil)
                for limit in [1, 4, 29, 30] { #expect(try await walk(api, query, limit: limit) == all, "\(order)") }
            }
        }
    }

    @Test(arguments: orders, TestSearch.all)
    func `What comes and goes between pages takes nothing from them and adds nothing twice`(
        order: String, search: TestSearch
    ) async throws {
        try await withTree(search) { api in
            let query = "query=moon&is_directory=false&" + order
            let before = try await walk(api, query, limit: 1_000)
            var gone: Set<String> = []
            let seen = try await walk(api, query, limit: 3) { page in
                guard page < 4 else { return }
                // One that was seen, one that is to come, and new ones at both ends.
                for place in [page * 3, before.count - 1 - page] {
                    gone.insert(before[place])
                    try FileManager.default.removeItem(
                        atPath: api.server.tree + before[place].dropFirst("media".count))
                }
                for name in ["0/aa moon", "zz/zz moon"] { try api.server.write("\(name) \(page).zzz", [1, 2, 3, 4]) }
                try await api.scan()
            }
            #expect(Set(seen).count == seen.count)
            let there = before.filter { !gone.contains($0) }
            #expect(there.filter { !seen.contains($0) } == [])
            // In the order that they had.
            #expect(seen.filter { before.contains($0) } == before.filter { seen.contains($0) })
        }
    }

    @Test(arguments: TestSearch.all) func `The pages of one question are about one reading of it`(search: TestSearch)
        async throws
    {
        try await CatalogAPI.with(search: search) { api in
            for number in 0..<6 { try api.server.write("red moon \(number)", [1]) }
            try await api.addRoot(looksForDuplicates: false)
            try await api.scan()
            // No name has the dot, so that it counts as a blank.
            let seen = try await walk(api, "query=red.moon", limit: 2) { page in
                guard page == 0 else { return }
                try api.server.write("a red.moon", [1])
                try await api.scan()
            }
            #expect(seen == (0..<6).map { "media/red moon \($0)" })
            #expect(try await walk(api, "query=red.moon", limit: 2) == ["media/a red.moon"])
        }
    }

    @Test(arguments: TestSearch.all)
    func `Who may see parts of a root gets pages of these, and filters hold on every page`(search: TestSearch)
        async throws
    {
        try await withTree(search) { api in
            let scope = #"[{"root":"media","path_prefix":"1"},{"root":"media","path_prefix":"3"}]"#
            let role = try await api.post(
                "roles", #"{"name":"guest","permissions":["media.view"],"storage_scope":\#(scope)}"#)
            try #require(role.status == 201, "\(role.text)")
            let token = try await api.token(ofNew: "guest", role: "guest")
            for query in ["query=moon&sort_by=size", "query=moon&path=1&max_size=1&sort_by=path"] {
                let all = try await api.get("search?" + query, token: token).strings("path").map { "media/" + $0 }
                #expect(all.count > 2 && all.allSatisfy { $0.hasPrefix("media/1") || $0.hasPrefix("media/3") })
                for limit in 1...3 { #expect(try await walk(api, query, limit: limit, token: token) == all) }
            }
        }
    }

    @Test(arguments: TestSearch.all)
    func `The total is that of all hits on every page, and Link leads from page to page`(search: TestSearch)
        async throws
    {
        try await withTree(search) { api in
            var paths: [String] = []
            let first = try await api.get("search?query=moon&limit=10").object()["next_cursor"] as? String
            var next: String? = "?query=moon&limit=10&offset=3&cursor=" + (try #require(first))
            while let address = next, paths.count < 100 {
                let answer = try await api.get("search" + address)
                #expect(try answer.object()["total"] as? Int == 29)
                paths += try answer.strings("path")
                next = answer.header("Link").map { String($0.dropFirst().prefix { $0 != ">" }) }
            }
            #expect(paths == Array(try await api.get("search?query=moon").strings("path").dropFirst(10)))
            // The same of listings.
            let listed = try await api.get("catalog/media?limit=1").object()["next_cursor"] as? String
            let page = try await api.get("catalog/media?limit=1&cursor=" + (try #require(listed)))
            let cursor = try #require(try page.object()["next_cursor"] as? String)
            #expect(page.header("Link") == "<?limit=1&cursor=\(cursor)>; rel=\"next\"")
        }
    }

    @Test(arguments: TestSearch.all) func `A cursor is taken for the order that it was made in`(search: TestSearch)
        async throws
    {
        try await withTree(search) { api in
            for field in Self.fields {
                let first = try await api.get("search?query=moon&limit=2&sort_by=\(field)").object()
                let cursor = try #require(first["next_cursor"] as? String)
                let other = field == "size" ? "name" : "size"
                for query in [
                    "cursor=\(cursor)&sort_by=\(other)", "cursor=\(cursor)&sort_by=\(field)&sort_order=desc",
                    "cursor=!&sort_by=\(field)", "cursor=bg&sort_by=\(field)", "cursor=\(cursor)AAAA&sort_by=size",
                    "cursor=" + String(repeating: "A", count: 20_000),
                ] {
                    let answer = try await api.get("search?query=moon&" + query)
                    #expect(answer.status == 400 && answer.text.contains("Invalid cursor"), "\(query)")
                }
            }
        }
    }
}
