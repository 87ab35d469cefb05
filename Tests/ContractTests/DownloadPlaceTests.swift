import CatalogTestSupport
import Foundation
import Testing

/// Downloads from storages that are away, or that have another one in their place.
@Suite struct DownloadPlaceTests {
    private func withFile(_ body: @escaping @Sendable (CatalogAPI, String) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            try api.server.write("films/a.txt", Array("0123456789".utf8))
            try await api.addRoot()
            try await api.scan()
            try await body(api, "download/file/\(try await api.id(of: "films/a.txt"))")
        }
    }

    private let unavailable = #"{"error":"Storage unavailable"}"#

    @Test func `A disk that is not mounted is away, and its files are not gone`() async throws {
        try await withFile { api, file in
            let tree = api.server.tree
            try #require(rename(tree, tree + ".unmounted") == 0)
            let away = try await api.get(file)
            #expect(away.status == 502)
            #expect(away.text == unavailable)
            // What an unmounted disk leaves: the directory that it was mounted on.
            try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: false)
            let empty = try await api.get(file)
            #expect(empty.status == 502)
            #expect(empty.text == unavailable)
            #expect(try await api.get("catalog/media/films").strings("name") == ["a.txt"])
            try #require(rmdir(tree) == 0)
            try #require(rename(tree + ".unmounted", tree) == 0)
            #expect(try await api.get(file).text == "0123456789")
        }
    }

    @Test func `A file that is gone from the storage that was scanned is gone`() async throws {
        try await withFile { api, file in
            try FileManager.default.removeItem(atPath: api.server.tree + "/films")
            let gone = try await api.get(file)
            #expect(gone.status == 404)
            #expect(gone.text == #"{"error":"File not found"}"#)
        }
    }
}
