import CatalogCore
import CatalogTestSupport
import Foundation
import Testing

/// Two tenants of one server: neither reads nor writes what is the other's.
@Suite struct CopyScopeContractTests {
    private func with(_ body: @escaping @Sendable (CatalogAPI, _ ann: String) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for name in ["ann/in/a.mkv", "ben/in/b.mkv"] { try api.server.write("media/" + name, Array(name.utf8)) }
            try api.server.write("other/x.mkv", [1])
            for name in ["media", "other"] {
                let root = #"{"name":"\#(name)","protocol":"local","path":"\#(api.server.tree)/\#(name)"}"#
                try #require(try await api.post("storage/roots", root).status == 201)
                try await api.scan(name)
            }
            let role =
                #"{"name":"ann","permissions":["media.*"],"storage_scope":[{"root":"media","path_prefix":"ann"}]}"#
            try #require(try await api.post("roles", role).status == 201)
            try await body(api, try await api.token(ofNew: "ann", role: "ann"))
        }
    }

    @Test func `A tenant copies and uploads within what is theirs`() async throws {
        try await with { api, ann in
            let copy = #"{"source_path":"media:ann/in/a.mkv","dest_path":"ann/out/a.mkv","storage_id":"media"}"#
            try #require(try await api.post("copy/storage", copy, token: ann).status == 200)
            #expect(api.content("media/ann/out/a.mkv") == Array("ann/in/a.mkv".utf8))
            let fields: [(String, [UInt8])] = [
                ("destination", Array("media:ann/up/".utf8)), ("file/u.mkv", [UInt8](repeating: 1, count: 9)),
            ]
            let sent = try await api.upload(fields, token: ann)
            #expect(sent.status == 200)
            #expect(try await api.get("catalog-info/media/ann/up/u.mkv", token: ann).object()["size"] as? Int == 9)
        }
    }

    @Test func `What is another's answers as if it were not there`() async throws {
        try await with { api, ann in
            for source in ["media:ben/in/b.mkv", "media:ben/in/none.mkv", "media:annex/x", "media:x"] {
                let copy = #"{"source_path":"\#(source)","dest_path":"ann/got.mkv","storage_id":"media"}"#
                let answer = try await api.post("copy/storage", copy, token: ann)
                #expect(answer.status == 404 && answer.text == #"{"error":"Source file not found"}"#, "\(source)")
            }
            for target in ["ben/in/b.mkv", "ben/new.mkv", "top.mkv", "annex/new.mkv"] {
                let copy =
                    #"{"source_path":"media:ann/in/a.mkv","dest_path":"\#(target)","storage_id":"media","overwrite":true}"#
                let answer = try await api.post("copy/storage", copy, token: ann)
                #expect(answer.status == 404 && answer.text == #"{"error":"Destination not found"}"#, "\(target)")
                let destination = ("destination", Array("media:\(target)".utf8))
                for fields in [[destination, ("file/x", [1])], [("file/x", [1]), destination]] {
                    let sent = try await api.upload(fields, token: ann)
                    #expect(sent.status == 404 && sent.text == #"{"error":"Destination not found"}"#, "\(target)")
                }
            }
            for root in ["other", "2", "none"] {
                let copy = #"{"source_path":"media:ann/in/a.mkv","dest_path":"x","storage_id":"\#(root)"}"#
                let answer = try await api.post("copy/storage", copy, token: ann)
                #expect(answer.status == 404 && answer.text == #"{"error":"Storage root not found"}"#, "\(root)")
                let from = #"{"source_path":"\#(root):x.mkv","dest_path":"ann/x","storage_id":"media"}"#
                #expect(try await api.post("copy/storage", from, token: ann).text == answer.text, "\(root)")
            }
            #expect(api.names("media") == ["ann", "ben"] && api.names("media/ann") == ["in"])
            #expect(api.names("media/ben/in") == ["b.mkv"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: api.server.transfer) == [])
        }
    }

    @Test func `The server's machine belongs to nobody's part of the catalog`() async throws {
        try await with { api, ann in
            let place = api.server.transfer
            try Data([1]).write(to: URL(fileURLWithPath: place + "/bens.mkv"))
            let out = #"{"source_path":"media:ann/in/a.mkv","destination_path":"\#(place)/a.mkv"}"#
            #expect(try await api.post("copy/local", out, token: ann).status == 403)
            let back = #"{"source_path":"\#(place)/bens.mkv","dest_path":"ann/b.mkv","storage_id":"media"}"#
            #expect(try await api.post("copy/storage", back, token: ann).status == 403)
            #expect(api.names("media/ann") == ["in"])
        }
    }

    @Test func `Jobs belong to who asked for them`() async throws {
        try await with { api, ann in
            let copy =
                #"{"source_path":"media:ann/in/a.mkv","dest_path":"ann/out/a.mkv","storage_id":"media","async":true}"#
            let job = try await api.post("copy/storage", copy, token: ann).object()["job_id"] as? Int ?? 0
            #expect(try await api.get("copy/jobs/\(job)", token: ann).status == 200)
            #expect(try await api.get("copy/jobs/\(job)", token: api.viewer).status == 404)
            #expect(try await api.waitForCopy(job)["status"] as? String == "completed")
        }
    }
}
