import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import Synchronization
import Testing

/// Copies between storages, and to and from the server's machine.
@Suite struct CopyContractTests {
    @Test func `A file is copied to another root, and is in the catalog when the answer comes`() async throws {
        try await CatalogAPI.withRoots { api in
            let answer = try await api.post(
                "copy/storage",
                #"{"source_path":"media:films/a film.mkv","dest_path":"/new/place/copy.mkv","storage_id":"other"}"#)
            #expect(answer.status == 200)
            #expect(
                answer.text
                    == #"{"message":"File copied to storage successfully","source":"media:films/a film.mkv","#
                    + #""destination":"/new/place/copy.mkv","storage_id":"other","size":1300000}"#)
            #expect(api.content("other/new/place/copy.mkv") == CopyContent.film)
            #expect(api.content("media/films/a film.mkv") == CopyContent.film)
            #expect(api.names("other/new/place") == ["copy.mkv"])
            let entry = try await api.get("catalog-info/other/new/place/copy.mkv").object()
            #expect(entry["size"] as? Int == 1_300_000)
            #expect(try await api.get("search?query=copy.mkv").object()["total"] as? Int == 1)
            #expect(try await api.get("catalog-info/other").object()["size"] as? Int == 1_300_003)
            let scan = try await api.scan("other").object()
            #expect(scan["files_added"] as? Int == 0 && scan["files_updated"] as? Int == 0, "\(scan)")
        }
    }

    @Test func `A file that is there stays, unless it may go`() async throws {
        try await CatalogAPI.withRoots { api in
            let body = { (more: String) in
                #"{"source_path":"media:films/a film.mkv","dest_path":"old.txt","storage_id":2\#(more)}"#
            }
            let refused = try await api.post("copy/storage", body(""))
            #expect(refused.status == 409 && refused.text == #"{"error":"Destination file already exists"}"#)
            #expect(api.content("other/old.txt") == Array("old".utf8))
            let id = try await api.get("catalog-info/other/old.txt").object()["id"] as? Int
            #expect(try await api.post("copy/storage", body(#","overwrite":true"#)).status == 200)
            #expect(api.content("other/old.txt") == CopyContent.film)
            let entry = try await api.get("catalog-info/other/old.txt").object()
            #expect(entry["id"] as? Int == id && entry["size"] as? Int == 1_300_000)
        }
    }

    @Test func `A directory gets the source's name, and a root may copy to itself`() async throws {
        try await CatalogAPI.withRoots { api in
            let answer = try await api.post(
                "copy/storage",
                #"{"source_path":"media:films/a film.mkv","dest_path":"again/","storage_id":"media"}"#)
            #expect(try answer.object()["destination"] as? String == "again/a film.mkv")
            #expect(api.content("media/again/a film.mkv") == CopyContent.film)
            let same = try await api.post(
                "copy/storage",
                #"{"source_path":"media:again/a film.mkv","dest_path":"again/","storage_id":"media","overwrite":true}"#)
            #expect(same.status == 409)
            #expect(api.content("media/again/a film.mkv") == CopyContent.film)
        }
    }

    @Test func `Files of this machine are copied from and to allowed directories`() async throws {
        try await CatalogAPI.withRoots { api in
            let place = api.server.transfer
            let out = try await api.post(
                "copy/local",
                #"{"source_path":"media:films/a film.mkv","destination_path":"\#(place)/deep/film.mkv"}"#)
            #expect(
                out.text
                    == #"{"message":"File copied to local filesystem successfully","source":"media:films/a film.mkv","#
                    + #""destination":"\#(place)/deep/film.mkv","size":1300000}"#)
            #expect(
                FileManager.default.contents(atPath: place + "/deep/film.mkv").map { Array($0) } == CopyContent.film)
            let back = try await api.post(
                "copy/storage",
                #"{"source_path":"\#(place)/deep/film.mkv","dest_path":"/b.mkv","storage_id":"other"}"#)
            #expect(try back.object()["source"] as? String == place + "/deep/film.mkv")
            #expect(api.content("other/b.mkv") == CopyContent.film)
        }
    }

    @Test func `Nothing leads out of the allowed directories`() async throws {
        try await CatalogAPI.withRoots { api in
            let (place, tree) = (api.server.transfer, api.server.tree)
            try FileManager.default.createSymbolicLink(atPath: place + "/link", withDestinationPath: tree)
            try FileManager.default.createSymbolicLink(
                atPath: place + "/file", withDestinationPath: tree + "/other/old.txt")
            for (path, status) in [
                (tree + "/out.mkv", 403), ("/etc/passwd", 403), (place + "x/out", 403), (place, 403),
                (place + "/../tree/out.mkv", 400), ("relative", 400), (place + "/link/out.mkv", 404),
                (place + "/.catalogizer-x", 400), (place + "/", 200),
            ] {
                let answer = try await api.post(
                    "copy/local", #"{"source_path":"media:films/a film.mkv","destination_path":"\#(path)"}"#)
                #expect(answer.status == status, "\(path): \(answer.text)")
            }
            try FileManager.default.createSymbolicLink(
                atPath: tree + "/media/films/short", withDestinationPath: "a film.mkv")
            let short = try await api.post(
                "copy/local", #"{"source_path":"media:films/short","destination_path":"\#(place)/short"}"#)
            #expect(short.status == 400 && short.text.contains("Source is a symbolic link"), "\(short.text)")
            for (path, status) in [
                ("/etc/passwd", 403), (place + "/link/other/old.txt", 404), (place + "/file", 400),
                (place + "/none", 404),
                (place + "/../tree/other/old.txt", 400),
            ] {
                let answer = try await api.post(
                    "copy/storage", #"{"source_path":"\#(path)","dest_path":"got","storage_id":"other"}"#)
                #expect(answer.status == status, "\(path): \(answer.text)")
            }
            #expect(api.names("other") == ["old.txt"])
            #expect(api.names("") == ["media", "other"])
        }
    }

    @Test func `Each end needs its right`() async throws {
        try await CatalogAPI.withRoots { api in
            let storage = #"{"source_path":"media:films/a film.mkv","dest_path":"c","storage_id":"other"}"#
            let local = #"{"source_path":"media:films/a film.mkv","destination_path":"\#(api.server.transfer)/c"}"#
            for (index, (permissions, first, second)) in [
                ("\"media.view\"", 403, 403), ("\"media.upload\"", 403, 403), ("\"media.download\"", 403, 403),
                ("\"media.upload\",\"media.download\"", 200, 403), ("\"media.manage\"", 409, 200),
            ].enumerated() {
                let role = #"{"name":"role\#(index)","permissions":[\#(permissions)]}"#
                try #require(try await api.post("roles", role).status == 201)
                let token = try await api.token(ofNew: "user\(index)", role: "role\(index)")
                #expect(try await api.post("copy/storage", storage, token: token).status == first, "\(permissions)")
                #expect(try await api.post("copy/local", local, token: token).status == second, "\(permissions)")
            }
        }
    }

    @Test func `Who copied what where stands in the audit trail`() async throws {
        try await CatalogAPI.withRoots { api in
            let body = #"{"source_path":"media:films/a film.mkv","dest_path":"c.mkv","storage_id":"other"}"#
            try #require(try await api.post("copy/storage", body).status == 200)
            let id = try await api.get("catalog-info/other/c.mkv").object()["id"] as? Int
            let events = try await api.get("audit?target_type=file").objects("events")
            let event = try #require(events.first)
            #expect(events.count == 1 && event["action"] as? String == "file.copied")
            #expect((event["author"] as? [String: Any])?["name"] as? String == "admin")
            let target = event["target"] as? [String: Any]
            #expect(target?["id"] as? Int == id && target?["name"] as? String == "other:c.mkv")
            #expect("\(event["changes"] ?? "")".contains("media:films/a film.mkv"))
        }
    }

    @Test func `A storage that fails on the way is left as it was, and the next attempt goes on`() async throws {
        try await CatalogAPI.withRoots { api in
            let body = #"{"source_path":"media:films/a film.mkv","dest_path":"c.mkv","storage_id":"other"}"#
            api.server.faults.leaveRoom(1 << 20, then: MemoryFaults.away)
            let cut = try await api.post("copy/storage", body)
            #expect(cut.status == 502 && cut.text == #"{"error":"Storage unavailable"}"#)
            #expect(api.names("other").count == 2 && api.names("other").contains("old.txt"))
            api.server.faults.leaveRoom(1_300_000 - 1 << 20 + 10)
            #expect(try await api.post("copy/storage", body).status == 200)
            #expect(api.content("other/c.mkv") == CopyContent.film)
            #expect(api.names("other") == ["c.mkv", "old.txt"])
        }
    }
}
