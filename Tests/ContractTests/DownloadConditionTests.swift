import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Downloads that ask for less than the whole file: conditions, HEAD, and what is shown instead of saved.
@Suite struct DownloadConditionTests {
    private func withFile(
        _ name: String = "film.txt", _ content: String = "0123456789", modified: Date? = nil,
        _ body: @escaping @Sendable (CatalogAPI, String) async throws -> Void
    ) async throws {
        try await CatalogAPI.with { api in
            try api.server.write(name, Array(content.utf8))
            if let modified {
                try FileManager.default.setAttributes(
                    [.modificationDate: modified], ofItemAtPath: api.server.tree + "/" + name)
            }
            try await api.addRoot()
            try await api.scan()
            let path = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            try await body(api, "download/file/\(try await api.id(of: path))")
        }
    }

    @Test func `Shown instead of saved, a file has its own media type`() async throws {
        try await withFile { api, file in
            for value in ["1", "true"] {
                let shown = try await api.get(file + "?inline=" + value)
                #expect(shown.header("Content-Type") == "text/plain")
                #expect(shown.header("Content-Disposition") == #"inline; filename="film.txt""#)
                #expect(shown.header("Content-Security-Policy") == "sandbox")
                #expect(shown.header("X-Content-Type-Options") == "nosniff")
                #expect(shown.text == "0123456789")
            }
            #expect(try await api.get(file + "?inline=0").header("Content-Type") == "application/octet-stream")
            #expect(try await api.get(file + "?inline=x").status == 400)
        }
    }

    @Test func `A range may hang on the time of change`() async throws {
        let old = Date(timeIntervalSince1970: 784_111_777)
        try await withFile(modified: old) { api, file in
            let modified = "Sun, 06 Nov 1994 08:49:37 GMT"
            #expect(try await api.get(file).header("Last-Modified") == modified)
            let same = try await api.get(file, headers: ["If-Range": modified, "Range": "bytes=1-2"])
            #expect(same.status == 206)
            #expect(same.text == "12")
            let other = "Sun, 06 Nov 1994 08:49:36 GMT"
            let changed = try await api.get(file, headers: ["If-Range": other, "Range": "bytes=1-2"])
            #expect(changed.status == 200)
            #expect(changed.text == "0123456789")
            for obsolete in ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
                #expect(try await api.get(file, headers: ["If-Modified-Since": obsolete]).status == 304)
                #expect(try await api.get(file, headers: ["If-Unmodified-Since": obsolete]).status == 200)
            }
        }
    }

    @Test func `A change that is still to come is shown as one of now`() async throws {
        try await withFile(modified: Date(timeIntervalSince1970: 4_000_000_000)) { api, file in
            let answer = try await api.get(file)
            #expect(answer.header("Last-Modified") == "Mon, 15 Jan 2024 10:30:00 GMT")
        }
    }

    @Test func `A question about the head has no ranges, and conditions as any other`() async throws {
        try await withFile { api, file in
            let etag = try #require(try await api.get(file).header("ETag"))
            let head = try await api.send(.head, file, headers: ["Range": "bytes=2-4"])
            #expect(head.status == 200)
            #expect(head.header("Content-Length") == "10")
            #expect(head.header("Content-Range") == nil)
            #expect(try await api.send(.head, file, headers: ["Range": "bytes=10-"]).status == 200)
            #expect(try await api.send(.head, file, headers: ["If-None-Match": etag]).status == 304)
            #expect(try await api.send(.head, file, headers: ["If-Match": "\"other\""]).status == 412)
        }
    }

    @Test func `A file of no bytes is sent as such`() async throws {
        try await withFile("empty", "") { api, file in
            let answer = try await api.get(file)
            #expect(answer.status == 200)
            #expect(answer.text.isEmpty)
            #expect(answer.header("Content-Length") == "0")
            let range = try await api.get(file, headers: ["Range": "bytes=0-0"])
            #expect(range.status == 416)
            #expect(range.header("Content-Range") == "bytes */0")
        }
    }

    @Test(arguments: [
        ("movie.mkv", #"attachment; filename="movie.mkv""#),
        ("100%41.mkv", #"attachment; filename="100_41.mkv"; filename*=UTF-8''100%2541.mkv"#),
    ])
    func `A name that clients may read in two ways comes in both forms`(name: String, shown: String) async throws {
        try await withFile(name) { api, file in
            let answer = try await api.get(file)
            #expect(answer.header("Content-Disposition") == shown)
        }
    }
}
