import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Files over HTTP: whole, in parts, by condition, and by signed link.
@Suite struct DownloadContractTests {
    private func withFile(_ body: @escaping @Sendable (CatalogAPI, String) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            try api.server.write("films/ä \"x\".txt", Array("0123456789".utf8))
            try await api.addRoot()
            try await api.scan()
            let id = try await api.id(of: "films/%C3%A4%20%22x%22.txt")
            try await body(api, "download/file/\(id)")
        }
    }

    @Test func `A file arrives whole, with a name for every client`() async throws {
        try await withFile { api, file in
            let answer = try await api.get(file)
            #expect(answer.status == 200)
            #expect(answer.text == "0123456789")
            #expect(answer.header("Content-Type") == "application/octet-stream")
            #expect(answer.header("Content-Length") == "10")
            #expect(answer.header("Accept-Ranges") == "bytes")
            #expect(
                answer.header("Content-Disposition")
                    == #"attachment; filename="_ _x_.txt"; filename*=UTF-8''%C3%A4%20%22x%22.txt"#)
            let head = try await api.send(.head, file)
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
            #expect(head.header("Content-Length") == "10")
        }
    }

    @Test(arguments: [
        ("bytes=2-4", "234", "bytes 2-4/10"), ("bytes=-3", "789", "bytes 7-9/10"), ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ])
    func `A range is answered with that part`(range: String, text: String, shown: String) async throws {
        try await withFile { api, file in
            let answer = try await api.get(file, headers: ["Range": range])
            #expect(answer.status == 206)
            #expect(answer.text == text)
            #expect(answer.header("Content-Range") == shown)
        }
    }

    @Test func `A range behind the end is 416 with the length, and several ranges are the whole file`() async throws {
        try await withFile { api, file in
            let behind = try await api.get(file, headers: ["Range": "bytes=10-"])
            #expect(behind.status == 416)
            #expect(behind.header("Content-Range") == "bytes */10")
            let several = try await api.get(file, headers: ["Range": "bytes=0-1,4-5"])
            #expect(several.status == 200)
            #expect(several.text == "0123456789")
        }
    }

    @Test func `Conditions spare what the client has`() async throws {
        try await withFile { api, file in
            let etag = try #require(try await api.get(file).header("ETag"))
            let same = try await api.get(file, headers: ["If-None-Match": etag])
            #expect(same.status == 304)
            #expect(same.text.isEmpty)
            #expect(try await api.get(file, headers: ["If-None-Match": "\"other\""]).status == 200)
            #expect(try await api.get(file, headers: ["If-Range": etag, "Range": "bytes=0-0"]).status == 206)
            let changed = try await api.get(file, headers: ["If-Range": "\"other\"", "Range": "bytes=0-0"])
            #expect(changed.status == 200)
            #expect(changed.text == "0123456789")
        }
    }

    @Test func `What cannot be downloaded says why`() async throws {
        try await withFile { api, file in
            for id in ["x", "-1", "0", "1.5", "99999999999999999999"] {
                let answer = try await api.get("download/file/\(id)")
                #expect(answer.status == 400, "\(id)")
                #expect(answer.text == #"{"error":"Invalid file ID"}"#, "\(id)")
            }
            let unknown = try await api.get("download/file/9223372036854775807")
            #expect(unknown.status == 404)
            #expect(unknown.text == #"{"error":"File not found"}"#)
            let directory = try await api.get("download/file/\(try await api.id(of: "films"))")
            #expect(directory.status == 400)
            #expect(directory.text == #"{"error":"Cannot download directory as single file"}"#)
            #expect(try await api.get(file, token: api.viewer).status == 403)
            #expect(try await api.get(file, token: "").text == #"{"error":"Authentication required"}"#)
        }
    }

    @Test func `Download links are made, listed, used and ended by their owner`() async throws {
        try await withFile { api, file in
            let id = file.split(separator: "/").last ?? ""
            let created = try await api.post("download/links", #"{"file_id":\#(id),"expires_in":60}"#)
            #expect(created.status == 201)
            let url = try #require(try created.object()["url"] as? String)
            #expect(url.hasPrefix("/api/v1/download/link/"))
            #expect(try created.object()["expires_at"] as? String == "2024-01-15T10:31:00Z")
            #expect(try await api.get(url, token: "").text == "0123456789")
            let listed = try await api.get("download/links")
            #expect(try listed.object()["count"] as? Int == 1)
            #expect(!listed.text.contains("url"))
            #expect(try await api.send(.delete, "download/links/1").status == 204)
            #expect(try await api.get(url, token: "").status == 401)
            let again = try await api.send(.delete, "download/links/1")
            #expect(again.status == 404)
            #expect(again.text == #"{"error":"Download link not found"}"#)
            #expect(try await api.send(.delete, "download/links/x").text == #"{"error":"Invalid link ID"}"#)
        }
    }

    @Test func `A symbolic link leads nobody out of what they may see`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("private/file", Array("secret".utf8))
            for name in ["link", "swapped"] { try api.server.write("films/" + name, Array("a film".utf8)) }
            let films = api.server.tree + "/films"
            try FileManager.default.removeItem(atPath: films + "/link")
            try FileManager.default.createSymbolicLink(
                atPath: films + "/link", withDestinationPath: "../private/file")
            try await api.addRoot()
            try await api.scan()
            let scope = #"[{"root":"media","path_prefix":"films"}]"#
            let permissions = #"["media.view","media.download"]"#
            let role = #"{"name":"guest","permissions":\#(permissions),"storage_scope":\#(scope)}"#
            try #require(try await api.post("roles", role).status == 201)
            let guest = try await api.token(ofNew: "guest", role: "guest")
            let link = "download/file/\(try await api.id(of: "films/link"))"
            let swapped = "download/file/\(try await api.id(of: "films/swapped"))"
            #expect(try await api.get(link).text == "secret")
            let refused = try await api.get(link, token: guest)
            #expect(refused.status == 404 && refused.text == #"{"error":"File not found"}"#)
            #expect(try await api.get(swapped, token: guest).text == "a film")
            // No scan has seen that it is a link now.
            api.server.services.openFiles.closeAll()
            try FileManager.default.removeItem(atPath: films + "/swapped")
            try FileManager.default.createSymbolicLink(
                atPath: films + "/swapped", withDestinationPath: "../private/file")
            #expect(try await api.get(swapped, token: guest).status == 404)
        }
    }

    @Test func `A link to nothing is not made`() async throws {
        try await withFile { api, _ in
            let missing = try await api.post("download/links", #"{"file_id":9999}"#)
            #expect(missing.status == 404)
            #expect(missing.text == #"{"error":"File not found"}"#)
            #expect(try await api.post("download/links", #"{"file_id":0}"#).text == #"{"error":"Invalid file ID"}"#)
            #expect(try await api.post("download/links", "{").text == #"{"error":"Invalid request format"}"#)
        }
    }

    @Test func `A file that is written, replaced or removed between two downloads is never shown as it was`()
        async throws
    {
        try await withFile { api, file in
            let path = api.server.tree + "/films/ä \"x\".txt"
            let first = try await api.get(file)
            try Data("written anew".utf8).write(to: URL(fileURLWithPath: path))
            let written = try await api.get(file)
            #expect(written.text == "written anew")
            #expect(written.header("ETag") != first.header("ETag"))
            try Data("another file".utf8).write(to: URL(fileURLWithPath: path + ".new"))
            try #require(rename(path + ".new", path) == 0)
            #expect(try await api.get(file).text == "another file")
            try #require(unlink(path) == 0)
            let gone = try await api.get(file)
            #expect(gone.status == 404)
            #expect(gone.text == #"{"error":"File not found"}"#)
            // The catalog follows without anybody asking for a scan.
            let deadline = ContinuousClock.now + Patience.limit
            while try await !api.get("catalog/media/films").objects("files").isEmpty {
                try #require(ContinuousClock.now < deadline, "the file is still in the catalog")
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    @Test func `A file of a storage root that was deleted is gone at once`() async throws {
        try await withFile { api, file in
            #expect(try await api.get(file).status == 200)
            #expect(try await api.send(.delete, "storage/roots/1").status == 204)
            let gone = try await api.get(file)
            #expect(gone.status == 404)
            #expect(gone.text == #"{"error":"File not found"}"#)
        }
    }

    @Test func `Conditions about the time and about the very file are kept`() async throws {
        try await withFile { api, file in
            let first = try await api.get(file)
            let etag = try #require(first.header("ETag"))
            let modified = try #require(first.header("Last-Modified"))
            let long = "Fri, 01 Jan 2100 00:00:00 GMT"
            let past = "Sun, 06 Nov 1994 08:49:37 GMT"
            for (name, value, status) in [
                ("If-Modified-Since", modified, 304), ("If-Modified-Since", long, 304),
                ("If-Modified-Since", past, 200),
                ("If-Modified-Since", "yesterday", 200), ("If-Match", etag, 200), ("If-Match", "*", 200),
                ("If-Match", "\"other\"", 412), ("If-Match", "W/" + etag, 412), ("If-Unmodified-Since", modified, 200),
                ("If-Unmodified-Since", past, 412),
            ] {
                let answer = try await api.get(file, headers: [name: value])
                #expect(answer.status == status, "\(name): \(value)")
                if status == 412 { #expect(answer.text == #"{"error":"Precondition failed"}"#) }
                if status == 304 { #expect(answer.header("Cache-Control") == first.header("Cache-Control")) }
            }
        }
    }
}
