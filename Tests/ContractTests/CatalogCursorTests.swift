import CatalogTestSupport
import Foundation
import Testing

/// Pages that begin where the one before ended.
@Suite struct CatalogCursorTests {
    private static let orders = ["name", "size", "modified"].flatMap { field in
        ["asc", "desc"].map { "sort_by=\(field)&sort_order=\($0)" }
    }

    /// Names in one directory, page by page.
    private func walk(
        _ api: CatalogAPI, _ query: String, limit: Int, token: String? = nil,
        between: (Int) async throws -> Void = { _ in }
    ) async throws -> [String] {
        var names: [String] = []
        var cursor: String? = ""
        for page in 0..<100 {
            guard let from = cursor else { return names }
            let path = "catalog/media/d?\(query)&limit=\(limit)&cursor=\(from)"
            let answer = try await token == nil ? api.get(path) : api.get(path, token: token ?? "")
            try #require(answer.status == 200, "\(answer.text)")
            names += try answer.strings("name")
            cursor = try answer.object()["next_cursor"] as? String
            try await between(page)
        }
        Issue.record("the pages never ended")
        return names
    }

    private func withTree(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for name in ["b", "A", "ä", "Ж", "z.txt", "x y", "%", "_", "dir/in"] {
                // Few sizes, so that many entries share one.
                try api.server.write("d/\(name)", [UInt8](repeating: 0, count: name.utf8.count % 2))
            }
            try await api.addRoot()
            try await api.scan()
            try await body(api)
        }
    }

    @Test func `Pages of every order have each entry once`() async throws {
        try await withTree { api in
            for order in Self.orders {
                let all = try await api.get("catalog/media/d?\(order)").strings("name")
                #expect(all.count == 9)
                for limit in [1, 2, 4, 9, 10] { #expect(try await walk(api, order, limit: limit) == all, "\(order)") }
            }
        }
    }

    @Test func `What comes and goes before a page takes nothing from it`() async throws {
        try await withTree { api in
            let all = try await api.get("catalog/media/d").strings("name")
            let seen = try await walk(api, "sort_by=name", limit: 2) { page in
                guard page < 2 else { return }
                try FileManager.default.removeItem(atPath: api.server.tree + "/d/" + all[page])
                try await api.scan()
            }
            #expect(seen == all)
        }
    }

    @Test func `Who may see parts of a root gets pages of these`() async throws {
        try await withTree { api in
            let scope =
                #"[{"root":"media","path_prefix":"d/b"},{"root":"media","path_prefix":"d/dir"},{"root":"media","path_prefix":"d/z.txt"}]"#
            let role = try await api.post(
                "roles", #"{"name":"guest","permissions":["media.view"],"storage_scope":\#(scope)}"#)
            try #require(role.status == 201, "\(role.text)")
            let token = try await api.token(ofNew: "guest", role: "guest")
            for limit in 1...3 {
                #expect(try await walk(api, "sort_by=name", limit: limit, token: token) == ["b", "dir", "z.txt"])
            }
        }
    }

    @Test func `A cursor is taken for the order that it was made in`() async throws {
        try await withTree { api in
            let first = try await api.get("catalog/media/d?limit=2").object()
            let cursor = try #require(first["next_cursor"] as? String)
            for query in [
                "cursor=\(cursor)&sort_by=size", "cursor=\(cursor)&sort_order=desc", "cursor=!", "cursor=bg",
                "cursor=" + String(repeating: "A", count: 5_000),
            ] {
                let answer = try await api.get("catalog/media/d?" + query)
                #expect(answer.status == 400 && answer.text.contains("Invalid cursor"), "\(query)")
            }
        }
    }
}
