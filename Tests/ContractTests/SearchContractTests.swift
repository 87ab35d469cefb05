import CatalogTestSupport
import Foundation
import Testing

/// Every filter and every order of the search.
@Suite struct SearchContractTests {
    /// Two roots with the same names in them; sizes, times and extensions stand in orders of their own.
    private func withRoots(
        _ search: TestSearch, _ body: @escaping @Sendable (CatalogAPI) async throws -> Void
    ) async throws {
        try await CatalogAPI.with(search: search) { api in
            let files = [("x/b moon.mkv", 30, 3.0), ("x/y/a moon.txt", 10, 1), ("xx/c moon.avi", 20, 2)]
            for (path, size, time) in files {
                try api.server.write("one/\(path)", Array(repeating: 1, count: size))
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: time)],
                    ofItemAtPath: api.server.tree + "/one/" + path)
            }
            try api.server.write("two/x/d moon.mkv", [1])
            for name in ["one", "two"] {
                let added = try await api.post(
                    "storage/roots", #"{"name":"\#(name)","protocol":"local","path":"\#(api.server.tree)/\#(name)"}"#)
                #expect(added.status == 201)
                try await api.scan(name)
            }
            try await body(api)
        }
    }

    /// The first letters of the hits.
    private func hits(_ query: String, _ api: CatalogAPI) async throws -> String {
        let answer = try await api.get("search?query=moon&\(query)")
        #expect(answer.status == 200, "\(query)")
        let names = try answer.strings("name")
        #expect(try answer.object()["count"] as? Int == names.count, "\(query)")
        return String(names.compactMap(\.first))
    }

    @Test(arguments: TestSearch.all) func `Each filter narrows the hits`(search: TestSearch) async throws {
        try await withRoots(search) { api in
            let filters = [
                ("", "abcd"), ("extension=mkv", "bd"), ("extension=.MKV", "bd"),
                ("extension=", "abcd"), ("mime_type=text/plain", "a"),
                ("mime_type=VIDEO/x-matroska", "bd"), ("min_size=20", "bc"),
                ("max_size=10", "ad"), ("min_size=10&max_size=20", "ac"), ("min_size=30&max_size=10", ""),
                ("max_size=99999999999999999999", "abcd"), ("min_size=99999999999999999999", ""),
                ("min_size=-99999999999999999999", "abcd"), ("smb_roots=two", "d"),
                ("smb_roots=two,%20ONE", "abcd"), ("smb_roots=none", ""), ("is_directory=true", ""),
                ("is_directory=0", "abcd"), ("smb_roots=one&extension=mkv&min_size=30", "b"),
            ]
            for (filter, expected) in filters {
                let found = try await hits(filter, api)
                #expect(found == expected, "\(filter)")
            }
        }
    }

    @Test(arguments: TestSearch.all) func `A path stands for what is at it and below it, in whole names`(
        search: TestSearch
    ) async throws {
        try await withRoots(search) { api in
            let filters = [
                ("x", "abd"), ("/x/", "abd"), ("x/y", "a"), ("one/x", "ab"),
                ("one", "abc"), ("xx", "c"), ("x/b%20moon.mkv", "b"), ("one/x/b%20moon.mkv", "b"),
                ("x/b", ""), ("none", ""), ("", "abcd"),
            ]
            for (path, expected) in filters {
                let found = try await hits("path=\(path)", api)
                #expect(found == expected, "\(path)")
            }
            let itself = try await api.get("search?query=y&path=x/y&is_directory=true")
            #expect(try itself.strings("path") == ["x/y"])
            #expect(try await api.get("search?query=moon&path=..").status == 400)
        }
    }

    @Test(arguments: TestSearch.all) func `Each order goes both ways`(search: TestSearch) async throws {
        try await withRoots(search) { api in
            let orders = [
                ("name", "abc"), ("size", "acb"), ("modified", "acb"), ("path", "bac"), ("extension", "cba"),
                ("nonsense", "abc"),
            ]
            for (field, expected) in orders {
                let query = "smb_roots=one&sort_by=\(field)"
                let (up, down) = (try await hits(query, api), try await hits(query + "&sort_order=desc", api))
                #expect(up == expected, "\(field)")
                #expect(down == String(expected.reversed()), "\(field)")
            }
            // All were first seen in one moment, so that their ids decide both ways.
            let created = try await hits("smb_roots=one&sort_by=created", api)
            let descending = try await hits("smb_roots=one&sort_by=created&sort_order=desc", api)
            #expect(created == descending)
            #expect(String(created.sorted()) == "abc")
        }
    }

    @Test(arguments: TestSearch.all) func `A page says where the next one is`(search: TestSearch) async throws {
        try await withRoots(search) { api in
            let first = try await api.get("search?query=moon&offset=0&sort_by=name&limit=3&x=%3E%3Cy")
            #expect(first.header("Link") == #"<?limit=3&offset=3&query=moon&sort_by=name&x=%3E%3Cy>; rel="next""#)
            #expect(try await api.get("search?limit=3&offset=3&query=moon").header("Link") == nil)
            #expect(try await api.get("search?query=moon&offset=9223372036854775807").header("Link") == nil)
            let listing = try await api.get("catalog/one?limit=1")
            #expect(listing.header("Link") == #"<?limit=1&offset=1>; rel="next""#)
            #expect(try await api.get("catalog/one?limit=1&offset=1").header("Link") == nil)
        }
    }

    @Test(arguments: TestSearch.all) func `A query over the limits is refused with the limit`(search: TestSearch)
        async throws
    {
        try await withRoots(search) { api in
            let words = (0..<17).map { "word\($0)" }.joined(separator: "%20")
            let many = try await api.get("search?query=\(words)")
            #expect(many.status == 400)
            #expect(try many.object()["error"] as? String == "Invalid search parameters")
            #expect(try many.object()["details"] as? String == "The query may have 16 different words")
            let long = try await api.get("search?query=\(String(repeating: "a", count: 2_049))")
            #expect(try long.object()["details"] as? String == "The query may have 2048 bytes")
            let repeated = Array(repeating: "moon", count: 40).joined(separator: "%20")
            #expect(try await api.get("search?query=\(repeated)").object()["total"] as? Int == 4)
        }
    }
}
