import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Archives of several things that were chosen, and of what a scope shows.
@Suite struct ArchiveListContractTests {
    /// Two roots with the same in them, and one file that only the second has.
    private func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for root in ["media", "other"] {
                for path in ["films/a.txt", "films/sub/b.txt", "music/a.txt"] {
                    try api.server.write("\(root)/\(path)", Array("\(root)/\(path)".utf8))
                }
            }
            try api.server.write("other/only/here.txt", [1])
            try FileManager.default.createSymbolicLink(
                atPath: api.server.tree + "/media/link", withDestinationPath: "films/a.txt")
            for name in ["media", "other"] {
                let body = #"{"name":"\#(name)","protocol":"local","path":"\#(api.server.tree)/\#(name)"}"#
                try #require(try await api.post("storage/roots", body).status == 201)
                try await api.scan(name)
            }
            try await body(api)
        }
    }

    private func names(_ api: CatalogAPI, _ body: String, token: String? = nil) async throws -> [String] {
        let answer = try await api.post("download/archive", body, token: token)
        try #require(answer.status == 200, "\(answer.text)")
        return try await ArchiveContractTests.names(answer)
    }

    @Test func `Files and directories stand side by side under their own names`() async throws {
        try await with { api in
            let body = #"{"paths":["films/a.txt","music","films/sub/b.txt"],"smb_root":"media"}"#
            #expect(try await names(api, body) == ["a.txt", "b.txt", "music/", "music/a.txt"])
            let answer = try await api.post("download/archive", body)
            // 10:30 of 15 January 2024 is the time of the server's clock.
            #expect(answer.header("Content-Disposition") == #"attachment; filename="archive_1705314600.zip""#)
            #expect(answer.header("Content-Type") == "application/zip")
        }
    }

    @Test func `What is named twice, or lies in what is named, is there once, in whatever order`() async throws {
        try await with { api in
            let lists = [
                #""films/sub/b.txt","films","films/","films/a.txt","films""#, #""films""#,
                #""films/sub","films/sub/b.txt","films""#,
            ]
            var tags: Set<String> = []
            for list in lists {
                let body = "{\"paths\":[\(list)],\"smb_root\":\"media\"}"
                #expect(try await names(api, body) == ["films/", "films/a.txt", "films/sub/", "films/sub/b.txt"])
                tags.insert(try #require(try await api.post("download/archive", body).header("ETag")))
            }
            #expect(tags.count == 1)
        }
    }

    @Test func `A path is found by the name of its root, or where it is the only one`() async throws {
        try await with { api in
            #expect(
                try await names(api, #"{"paths":["media/films/a.txt","other/music/a.txt","only/here.txt"]}"#)
                    == ["a.txt", "a (2).txt", "here.txt"])
            let unclear = try await api.post("download/archive", #"{"paths":["films/a.txt"]}"#)
            #expect(unclear.status == 400)
            #expect(
                unclear.text
                    == #"{"error":"The path is in several storage roots; name one in smb_root","#
                    + #""path":"films/a.txt","storage_roots":["media","other"]}"#)
            let id = try await api.id(of: "films")
            #expect(
                try await names(api, #"{"file_ids":[\#(id)],"paths":["only"]}"#)
                    == ["films/", "films/a.txt", "films/sub/", "films/sub/b.txt", "only/", "only/here.txt"])
        }
    }

    @Test func `What is not there is named`() async throws {
        try await with { api in
            let some = try await api.post(
                "download/archive",
                #"{"paths":["films/a.txt","films/x","y"],"file_ids":[999],"smb_root":"media"}"#)
            #expect(some.status == 404)
            #expect(some.text == #"{"error":"File not found","missing":["films/x","y","999"],"missing_count":3}"#)
            let link = try await api.post("download/archive", #"{"paths":["link"],"smb_root":"media"}"#)
            #expect(link.status == 400)
            #expect(link.text == #"{"error":"A symbolic link cannot be put into an archive","path":"link"}"#)
        }
    }

    @Test func `Ranges work for lists as for directories`() async throws {
        try await with { api in
            let body = #"{"paths":["films"],"smb_root":"media","format":"tar"}"#
            let whole = try await api.post("download/archive", body)
            let etag = try #require(whole.header("ETag"))
            let part = try await api.send(
                .post, "download/archive", body, headers: ["Range": "bytes=700-", "If-Range": etag])
            #expect(part.status == 206)
            #expect(part.bytes == Array(whole.bytes[700...]))
            #expect(part.header("Content-Range") == "bytes 700-\(whole.bytes.count - 1)/\(whole.bytes.count)")
            let known = try await api.send(.post, "download/archive", body, headers: ["If-None-Match": etag])
            #expect(known.status == 412)
        }
    }

    @Test func `A scope shows what is in it and nothing else`() async throws {
        try await with { api in
            let role = #"""
                {"name":"guest","permissions":["media.*"],"storage_scope":[{"root":"media","path_prefix":"films/sub"}]}
                """#
            try #require(try await api.post("roles", role).status == 201)
            let token = try await api.token(ofNew: "guest", role: "guest")
            let answer = try await api.get("download/directory/media", token: token)
            #expect(
                try await ArchiveContractTests.names(answer)
                    == ["media/", "media/films/", "media/films/sub/", "media/films/sub/b.txt"])
            #expect(try await api.get("download/directory/media/music", token: token).status == 404)
            #expect(try await api.get("download/directory/other", token: token).status == 404)
            #expect(
                try await names(api, #"{"paths":["films"]}"#, token: token)
                    == ["films/", "films/sub/", "films/sub/b.txt"])
            let hidden = try await api.post(
                "download/archive", #"{"paths":["films/a.txt"],"smb_root":"media"}"#, token: token)
            #expect(hidden.status == 404)
            let elsewhere = try await api.post(
                "download/archive", #"{"paths":["only"],"smb_root":"other"}"#, token: token)
            #expect(elsewhere.text == #"{"error":"Storage root not found"}"#)
        }
    }
}
