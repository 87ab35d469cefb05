import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Storage roots on other machines, over real servers.
@Suite struct RemoteRootContractTests {
    private func with(
        _ kind: TestStorageServer.Kind = .nfs,
        _ body: @escaping @Sendable (CatalogAPI, ScratchDirectory, _ url: String) async throws -> Void
    ) async throws {
        let server = try await TestStorageServer.shared(kind)
        let scratch = try ScratchDirectory(in: server.share)
        let url = server.url + scratch.path.dropFirst(server.share.count)
        try await CatalogAPI.with { try await body($0, scratch, url) }
    }

    /// What a request says about a root at this URL.
    private static func body(
        _ kind: TestStorageServer.Kind, _ url: String, _ more: String = #","timeout":300"#
    ) -> String {
        let login = kind == .nfs ? "" : #","username":"catalogizer","password":"catalogizer""#
        return #"{"name":"nas","protocol":"\#(kind.rawValue)","url":"\#(url)"\#(login)\#(more)}"#
    }

    @Test(arguments: [TestStorageServer.Kind.nfs, .smb])
    func `A remote root is added, scanned, browsed and downloaded from as a local one`(
        kind: TestStorageServer.Kind
    ) async throws {
        try await with(kind) { api, scratch, url in
            try scratch.makeDirectory(["films"])
            try scratch.writeFile(["films", "a film.mkv"], Array("0123456789".utf8))
            let other = kind == .nfs ? "b\n\u{1}" : "b ü 🎬"
            try scratch.writeFile([other], [1, 2, 3])
            let made = try await api.post("storage/roots", Self.body(kind, url))
            #expect(made.status == 201, "\(made.text)")
            let root = try made.object()
            #expect(root["status"] as? String == "online")
            #expect(root["path"] as? String == url)
            #expect(root["host"] as? String == "127.0.0.1")
            #expect(root["protocol"] as? String == kind.rawValue)
            #expect(root["free_bytes"] == nil)
            let scan = try await api.scan("nas")
            #expect(try scan.object()["status"] as? String == "completed", "\(scan.text)")
            #expect(try await api.get("catalog/nas").strings("name").sorted() == [other, "films"])
            let id = try #require(
                try await api.get("search?query=film&is_directory=0").objects("files").first?["id"] as? Int)
            let file = try await api.get("download/file/\(id)")
            #expect(file.status == 200 && file.text == "0123456789")
            let part = try await api.get("download/file/\(id)", headers: ["Range": "bytes=3-5"])
            #expect(part.status == 206 && part.text == "345")
            try scratch.remove(["films", "a film.mkv"])
            try await api.scan("nas")
            #expect(try await api.get("search?query=film&is_directory=0").object()["total"] as? Int == 0)
        }
    }

    @Test func `Host, port and path say the same as the URL`() async throws {
        try await with { api, _, url in
            let parts = url.dropFirst("nfs://127.0.0.1:".count).split(separator: "/", maxSplits: 1)
            let body = #"""
                {"name":"nas","protocol":"nfs","host":"127.0.0.1","port":\#(parts[0]),"path":"/\#(parts[1])","version":4,
                "options":{"uid":0}}
                """#
            let root = try await api.post("storage/roots", body).object()
            #expect(root["url"] as? String == url)
            #expect(root["options"] as? [String: String] == ["uid": "0", "version": "4"])
            // Another option, and the rest stays.
            let changed = try await api.send(.put, "storage/roots/nas", #"{"version":3}"#).object()
            #expect(changed["url"] as? String == url)
            #expect(changed["options"] as? [String: String] == ["uid": "0", "version": "3"])
            let without = try await api.send(.put, "storage/roots/nas", #"{"version":null}"#).object()
            #expect(without["options"] as? [String: String] == ["uid": "0"])
            let others = try await api.send(.put, "storage/roots/nas", #"{"options":{"gid":5},"timeout":7}"#).object()
            #expect(others["options"] as? [String: String] == ["gid": "5", "timeout": "7"])
        }
    }

    @Test func `Adding a root that there is changes what is said and nothing else`() async throws {
        try await CatalogAPI.with { api in
            let root = #""name":"nas","protocol":"ftp","host":"127.0.0.1","port":1,"path":"/media""#
            let first = try await api.post(
                "storage/roots",
                "{\(root)" + #","username":"ada","password":"secret","tls":"explicit","enabled":false,"max_depth":3}"#)
            try #require(first.status == 201, "\(first.text)")
            let again = try await api.post("storage/roots", "{\(root)" + #","timeout":20}"#)
            try #require(again.status == 200, "\(again.text)")
            let shown = try again.object()
            #expect(shown["has_password"] as? Bool == true && shown["username"] as? String == "ada")
            #expect(shown["options"] as? [String: String] == ["tls": "explicit", "timeout": "20"])
            #expect(shown["enabled"] as? Bool == false && shown["max_depth"] as? Int == 3)
            let elsewhere = #"{"name":"nas","protocol":"ftp","host":"127.0.0.2","path":"/media"}"#
            let refused = try await api.post("storage/roots", elsewhere)
            #expect(refused.status == 400 && refused.text.contains("password must be given again"), "\(refused.text)")
            // In the clear, or to anybody who says that he is the server.
            for weaker in [#"{"tls":"none"}"#, #"{"tls_verify":false}"#, #"{"options":{}}"#] {
                let answer = try await api.send(.put, "storage/roots/nas", weaker)
                #expect(answer.status == 400 && answer.text.contains("password must be given again"), "\(weaker)")
                #expect(try await api.get("storage/roots/nas").object()["has_password"] as? Bool == true)
            }
            for other in [#"{"tls":"implicit"}"#, #"{"tls_verify":true}"#, #"{"tls":"none","password":"secret"}"#] {
                #expect(try await api.send(.put, "storage/roots/nas", other).status == 200, "\(other)")
            }
            let safe = #"{"name":"safe","protocol":"ftp","url":"ftps://127.0.0.1:1/m","username":"a","password":"b"}"#
            try #require(try await api.post("storage/roots", safe).status == 201)
            #expect(try await api.send(.put, "storage/roots/safe", #"{"tls":"none"}"#).status == 400)
            #expect(try await api.send(.put, "storage/roots/safe", #"{"tls":"explicit"}"#).status == 200)
            let other = try await api.post("storage/roots", #"{"name":"nas","protocol":"local","path":"/tmp"}"#)
            #expect(other.status == 409, "\(other.text)")
        }
    }

    @Test(arguments: ["<html>Welcome</html>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>", "<D:multistatus"])
    func `A storage whose answers cannot be read is one that is away`(answer: String) async throws {
        let server = try FakeServer { client in
            while client.request() != nil {
                client.send(
                    "HTTP/1.1 207 Multi-Status\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)")
            }
        }
        try await CatalogAPI.with { api in
            let made = try await api.post(
                "storage/roots", #"{"name":"nas","protocol":"webdav","url":"http://127.0.0.1:\#(server.port)/dav"}"#)
            try #require(made.status == 201, "\(made.text)")
            let listing = try await api.get("storage/list/?storage_id=nas")
            #expect(listing.status == 502 && listing.text.contains("Storage unavailable"), "\(listing.text)")
        }
        withExtendedLifetime(server) {}
    }

    @Test(arguments: [
        (#""host":"h","path":"/e","version":5"#, "Invalid version: must be a whole number from 3 to 4"),
        (#""path":"/e""#, "host is required"),
        (#""host":"a b","path":"/e""#, "Invalid storage URL: the host is no name or address"),
        (
            #""host":"h","path":"/e","options":{"password":"p"}"#,
            "Unknown option password. Options of the protocol nfs: version, mount_port, uid, gid, connections, timeout"
        ),
        (#""host":"h","port":70000,"path":"/e""#, "port must be a number from 1 to 65535"),
        (#""url":"smb://h/e""#, "The URL is none of the protocol nfs"),
        (#""host":"h","path":"/a/../b""#, "Invalid storage URL: write the path without .."),
        (
            #""url":"nfs://user:secret@h/e""#,
            "Invalid storage URL: a password does not belong into it; hand it in apart"
        ),
        (
            #""host":"h","path":"/e","username":"u","password":"p""#,
            "NFS knows no passwords: the server lets machines in; leave username and password out"
        ),
    ])
    func `What makes no sense is refused by name`(members: String, text: String) async throws {
        try await CatalogAPI.with { api in
            let answer = try await api.post("storage/roots", #"{"name":"nas","protocol":"nfs",\#(members)}"#)
            #expect(answer.status == 400)
            #expect(answer.text == #"{"error":"\#(text)"}"#)
        }
    }

    @Test(arguments: [TestStorageServer.Kind.nfs, .smb])
    func `A server that is away costs no row, and is found again`(kind: TestStorageServer.Kind) async throws {
        try await TestStorageServer.with(kind) { server in
            let scratch = try ScratchDirectory(in: server.share)
            try scratch.writeFile(["film"], Array("content".utf8))
            let body = Self.body(kind, server.url(of: scratch.path))
            try await CatalogAPI.with { api in
                try #require(try await api.post("storage/roots", body).status == 201)
                try await api.scan("nas")
                let id = try #require(try await api.get("search?query=film").objects("files").first?["id"] as? Int)
                try await server.make("kill")
                let failed = try await api.scan("nas").object()
                #expect(failed["status"] as? String == "failed")
                let away = try await api.get("download/file/\(id)")
                #expect(away.status == 502 && away.text == #"{"error":"Storage unavailable"}"#)
                #expect(try await api.get("catalog/nas").strings("name") == ["film"])
                #expect(try await api.get("storage/list/?storage_id=nas").status == 502)
                #expect(try await api.get("storage/roots/nas").object()["circuit"] as? String == "open")
                #expect(try await api.get("/metrics").text.contains(#"catalogizer_storage_circuit_open{root="nas"} 1"#))
                let test = try await api.post("storage/roots/nas/test").object()
                #expect(test["success"] as? Bool == false)
                #expect((test["message"] as? String)?.contains("service on, at this port?") == true, "\(test)")
                try await server.make("start")
                let deadline = ContinuousClock.now + Patience.limit
                while try await api.get("download/file/\(id)").status != 200, ContinuousClock.now < deadline {
                    try await Task.sleep(for: .milliseconds(100))
                }
                #expect(try await api.get("download/file/\(id)").text == "content")
                #expect(try await api.get("storage/list/?storage_id=nas").strings("name") == ["film"])
                #expect(try await api.get("storage/roots/nas").object()["circuit"] as? String == "closed")
                #expect(try await api.scan("nas").object()["status"] as? String == "completed")
            }
        }
    }

    @Test(arguments: [TestStorageServer.Kind.nfs, .smb])
    func `A server that answers nothing is given up in time, and is found again`(
        kind: TestStorageServer.Kind
    ) async throws {
        try await TestStorageServer.with(kind) { server in
            let scratch = try ScratchDirectory(in: server.share)
            for name in ["film", "other"] { try scratch.writeFile([name], Array("content".utf8)) }
            let body = Self.body(kind, server.url(of: scratch.path), #","timeout":8"#)
            try await CatalogAPI.with { api in
                try #require(try await api.post("storage/roots", body).status == 201)
                // A busy machine may miss the time-out.
                let end = ContinuousClock.now + Patience.limit
                while try await api.scan("nas").object()["status"] as? String != "completed" {
                    try #require(ContinuousClock.now < end)
                }
                try await server.make("freeze")
                let list = try await api.get("storage/list/?storage_id=nas")
                #expect(list.status == 502, "\(list.status): \(list.text)")
                #expect(try await api.scan("nas").object()["status"] as? String == "failed")
                #expect(try await api.get("catalog/nas").object()["total"] as? Int == 2)
                try await server.make("thaw")
                let deadline = ContinuousClock.now + Patience.limit
                while try await api.scan("nas").object()["status"] as? String != "completed" {
                    try #require(ContinuousClock.now < deadline)
                }
                #expect(try await api.get("storage/list/?storage_id=nas").status == 200)
                #expect(try await api.get("catalog/nas").object()["total"] as? Int == 2)
            }
        }
    }

    @Test func `A password is sealed, used, and never shown`() async throws {
        try await with(.smb) { api, scratch, url in
            try scratch.writeFile(["film"], [1])
            let made = try await api.post("storage/roots", Self.body(.smb, url))
            #expect(try made.object()["has_password"] as? Bool == true)
            #expect(try made.object()["username"] as? String == "catalogizer")
            #expect(!made.text.contains("password\":\"catalogizer"))
            let stored = try await api.server.database.read { connection in
                try connection.rows(SQLStatement("SELECT password_sealed, url FROM storage_roots"), []) {
                    String(decoding: $0.bytes(0), as: UTF8.self) + $0.text(1)
                }
            }
            #expect(stored.count == 1 && !stored[0].contains("catalogizer\0") && stored[0].hasSuffix(url))
            // What is not mentioned stays, the password too.
            #expect(try await api.send(.put, "storage/roots/nas", #"{"max_depth":5}"#).status == 200)
            #expect(try await api.post("storage/roots/nas/test").object()["success"] as? Bool == true)
            let moved = try await api.send(.put, "storage/roots/nas", #"{"host":"elsewhere"}"#)
            #expect(moved.text == #"{"error":"password must be given again when the server changes"}"#)
            #expect(try await api.send(.put, "storage/roots/nas", #"{"password":"another"}"#).status == 200)
            let test = try await api.post("storage/roots/nas/test").object()
            #expect((test["message"] as? String)?.contains("refuses catalogizer") == true, "\(test)")
            let audit = try await api.get("audit?action=storage_root.").text
            #expect(audit.contains(#"{"field":"password","from":null,"to":null}"#) && !audit.contains("another"))
            #expect(
                try await api.send(.put, "storage/roots/nas", #"{"password":null}"#).object()["has_password"] as? Bool
                    == false)
        }
    }
}
