import CatalogTestSupport
import Foundation
import Testing

/// Browsing and searching, with the names that people and attackers give to files.
@Suite struct CatalogContractTests {
    private func withTree(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for (name, size) in [("a.mkv", 3), ("b.txt", 1), ("c.txt", 2)] {
                try api.server.write("films/\(name)", Array(repeating: 1, count: size))
            }
            try await api.addRoot()
            try await api.scan()
            try await body(api)
        }
    }

    @Test func `A listing has the documented keys`() async throws {
        try await withTree { api in
            #expect(try await api.get("catalog").text == #"{"roots":["media"]}"#)
            let listing = try await api.get("catalog/media/films", token: api.viewer)
            #expect(listing.status == 200)
            let body = try listing.object()
            #expect(Set(body.keys) == ["files", "count", "total", "limit", "offset"])
            #expect(body["count"] as? Int == 3)
            let file = try #require(try listing.objects("files").first)
            #expect(
                Set(file.keys) == [
                    "id", "storage_root_id", "storage_root_name", "path", "name", "size", "is_directory", "mime_type",
                    "created_at", "modified_at",
                ])
            #expect(file["path"] as? String == "films/a.mkv")
            #expect(file["storage_root_name"] as? String == "media")
        }
    }

    @Test(arguments: [
        ("sort_by=size", ["b.txt", "c.txt", "a.mkv"]), ("sort_by=size&sort_order=desc", ["a.mkv", "c.txt", "b.txt"]),
        ("sort_by=nonsense&sort_order=nonsense", ["a.mkv", "b.txt", "c.txt"]), ("limit=1&offset=1", ["b.txt"]),
        ("limit=x&offset=-1", ["a.mkv", "b.txt", "c.txt"]), ("offset=99", []),
    ])
    func `Paging and sorting out of range fall back`(query: String, names: [String]) async throws {
        try await withTree { api in
            let listing = try await api.get("catalog/media/films?\(query)")
            #expect(listing.status == 200)
            #expect(try listing.strings("name") == names)
        }
    }

    /// One statement follows eight names; longer paths take several.
    @Test(arguments: [0, 1, 7, 8, 9, 16, 17, 30])
    func `A directory is listed however deep it lies`(depth: Int) async throws {
        try await CatalogAPI.with { api in
            let place = (0..<depth).map { "/d\($0)" }.joined()
            try api.server.write("films\(place)/a.mkv", [1, 1])
            try api.server.write("films\(place)/B.txt", [1])
            try await api.addRoot()
            try await api.scan()
            let listing = try await api.get("catalog/media/films\(place)?sort_by=size&limit=1&offset=1")
            #expect(try listing.strings("path") == ["films\(place)/a.mkv"])
            #expect(try listing.object()["total"] as? Int == 2)
            let missing = try await api.get("catalog/media/films\(place)/none")
            #expect(missing.status == 404)
            #expect(missing.text == #"{"error":"Path not found"}"#)
            let file = try await api.get("catalog/media/films\(place)/a.mkv")
            #expect(file.text == #"{"error":"Path is not a directory"}"#)
        }
    }

    @Test(arguments: [
        ("catalog-info/", 400, "Path is required"), ("catalog-info/media/none", 404, "File not found"),
        ("catalog-info/9999", 404, "File not found"),
        ("catalog-info/media/%zz", 400, "Invalid path"), ("catalog/media/films/b.txt", 400, "Path is not a directory"),
        ("search", 400, "Search query is required"), ("search?query=%20", 400, "Search query is required"),
    ])
    func `Mistakes are answered with the documented text`(path: String, status: Int, text: String) async throws {
        try await withTree { api in
            let answer = try await api.get(path)
            #expect(answer.status == status)
            #expect(answer.text == #"{"error":"\#(text)"}"#)
        }
    }

    @Test(arguments: ["../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "%252e%252e/%252e%252e/etc/passwd", "films/%00"])
    func `No path leads out of a root`(path: String) async throws {
        try await withTree { api in
            for endpoint in ["catalog", "catalog-info"] {
                let answer = try await api.get("\(endpoint)/media/\(path)")
                #expect([400, 404].contains(answer.status), "\(endpoint): \(answer.status)")
                #expect(!answer.text.contains("root:"))
            }
        }
    }

    @Test func `Searching finds by words and filters`() async throws {
        try await withTree { api in
            let hits = try await api.get("search?query=TXT&sort_by=size&sort_order=desc&limit=1", token: api.viewer)
            #expect(hits.status == 200)
            #expect(Set(try hits.object().keys) == ["files", "total", "count", "limit", "offset", "next_cursor"])
            #expect(try hits.strings("name") == ["c.txt"])
            #expect(try hits.object()["total"] as? Int == 2)
            #expect(try await api.get("search?query=a&extension=mkv").strings("name") == ["a.mkv"])
            #expect(try await api.get("search?query=txt&min_size=2").strings("name") == ["c.txt"])
            #expect(try await api.get("search?query=films&is_directory=true").strings("name") == ["films"])
            let wrong = try await api.get("search?query=a&min_size=x")
            #expect(wrong.status == 400)
            #expect(try wrong.object()["error"] as? String == "Invalid search parameters")
        }
    }
}
