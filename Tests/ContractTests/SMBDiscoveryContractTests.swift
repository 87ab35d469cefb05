import CatalogCore
import CatalogServer
import CatalogStorage
import CatalogTestSupport
import Foundation
import Glibc
import HTTPTypes
import StorageSMB
import Testing

/// SMB servers that are no storage roots, looked at through the API.
@Suite struct SMBDiscoveryContractTests {
    /// Runs `body` with the port of a real server, and with a directory of its own in the share `media`.
    private func with(
        _ networks: [String] = [], allowsGet: Bool = true, lines: LogLines? = nil,
        _ body: @escaping @Sendable (CatalogAPI, _ port: Int, ScratchDirectory, _ path: String) async throws -> Void
    ) async throws {
        let server = try await TestStorageServer.shared(.smb)
        let port = try #require(try StorageURL(parsing: server.url).port)
        let scratch = try ScratchDirectory(in: server.share)
        let path = String(scratch.path.dropFirst(server.share.count + 1))
        let discovery = SMBDiscoveryService(
            SMBDiscovery(networks: try AllowedNetworks(networks)), allowsGet: allowsGet)
        try await CatalogAPI.with(discovery: discovery, logger: lines?.logger ?? ShellFixture.quietLogger) {
            try await body($0, port, scratch, path)
        }
    }

    private static func body(_ host: String, _ port: Int, _ more: String = "") -> String {
        #"{"host":"\#(host)","port":\#(port),"username":"catalogizer","password":"catalogizer"\#(more)}"#
    }

    private static func array(_ answer: CatalogAPI.Answer) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [[String: Any]])
    }

    @Test func `The shares of a server are listed by name, hidden ones too`() async throws {
        try await with { api, port, _, _ in
            let answer = try await api.post("smb/discover", Self.body("127.0.0.1", port))
            #expect(answer.status == 200, "\(answer.text)")
            let shares = try Self.array(answer)
            #expect(shares.map { $0["share_name"] as? String } == ["guest", "IPC$", "media"])
            #expect(shares.map { $0["type"] as? String } == ["disk", "ipc", "disk"])
            #expect(shares.map { $0["hidden"] as? Bool } == [false, true, false])
            #expect(shares[1]["path"] as? String == #"\\127.0.0.1\IPC$"#)
            #expect((shares[1]["description"] as? String)?.hasPrefix("IPC Service") == true)
            #expect(shares.allSatisfy { $0["writable"] is NSNull && $0["host"] as? String == "127.0.0.1" })
        }
    }

    @Test func `A directory is browsed: directories first, then by name, with sizes and times`() async throws {
        try await with { api, port, scratch, path in
            try scratch.makeDirectory(["zoo"])
            try scratch.makeDirectory(["Ärger"])
            try scratch.writeFile(["b ü 🎬.mkv"], [1, 2, 3])
            try scratch.writeFile(["A.txt"], [])
            let time = [timeval(tv_sec: 1_705_314_600, tv_usec: 0), timeval(tv_sec: 1_705_314_600, tv_usec: 0)]
            try #require(utimes(scratch.native(["A.txt"]), time) == 0)
            let answer = try await api.post(
                "smb/browse", Self.body("127.0.0.1", port, #","share":"media","path":"/\#(path)/""#))
            let entries = try Self.array(answer)
            #expect(entries.map { $0["name"] as? String } == ["zoo", "Ärger", "A.txt", "b ü 🎬.mkv"])
            #expect(entries.map { $0["is_directory"] as? Bool } == [true, true, false, false])
            #expect(entries[0]["size"] is NSNull && entries[2]["size"] as? Int == 0 && entries[3]["size"] as? Int == 3)
            #expect(entries[3]["path"] as? String == "\(path)/b ü 🎬.mkv")
            #expect(entries[2]["modified"] as? String == "2024-01-15 10:30:00")
            #expect(
                answer.text.contains(
                    #"{"name":"A.txt","path":"\#(path)/A.txt","is_directory":false,"size":0,"modified":"2024-01-15 10:30:00"}"#
                ))
        }
    }

    @Test func `A guest sees what is for guests`() async throws {
        try await with { api, port, scratch, path in
            try scratch.writeFile(["file"], [1])
            let guest = #"{"host":"127.0.0.1","port":\#(port),"username":"","share":"guest","path":"\#(path)"}"#
            #expect(try Self.array(try await api.post("smb/browse", guest)).map { $0["name"] as? String } == ["file"])
            let refused = try await api.post(
                "smb/test", #"{"host":"127.0.0.1","port":\#(port),"username":"","share":"media"}"#
            ).object()
            #expect(refused["success"] as? Bool == false && refused["connection"] as? Bool == false)
            #expect(
                refused["error"] as? String
                    == #"\\127.0.0.1\media lets no guests in; give a username and a password"#)
        }
    }

    @Test func `What listens and is no SMB server is called that`() async throws {
        try await with { api, _, _, _ in
            let answer = try await api.post("smb/discover", Self.body("127.0.0.1", api.port))
            #expect(answer.status == 502)
            #expect(answer.text.contains("does not speak SMB 2 or 3 there; is it the right port?"), "\(answer.text)")
            let unknown = try await api.post("smb/discover", Self.body("no.such.host.invalid", 445))
            #expect(unknown.status == 502)
            #expect(
                unknown.text
                    == #"{"error":"The name no.such.host.invalid cannot be resolved; check it, or use an address"}"#)
        }
    }

    // MARK: Networks

    @Test(arguments: [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "::ffff:127.0.0.1", "[::ffff:7f00:1]", "::1",
        "0.0.0.0", "::",
    ])
    func `A server outside of the allowed networks is refused by every endpoint`(host: String) async throws {
        try await with(["10.0.0.0/8", "fd00::/8"]) { api, _, _, _ in
            let listener = try TestListener()
            let body = Self.body(host, listener.port, #","share":"media""#)
            let query = "?host=\(host)&port=\(listener.port)&username=u&password=p&share=media"
            let answers = [
                try await api.post("smb/discover", body), try await api.post("smb/test", body),
                try await api.post("smb/browse", body), try await api.get("smb/discover" + query),
                try await api.get("smb/test" + query),
            ]
            for answer in answers {
                #expect(answer.status == 403)
                #expect(
                    answer.text.contains("outside of the networks that the setting smb.allowed_networks permits"),
                    "\(answer.text)")
            }
            #expect(listener.connections == 0)
        }
    }

    @Test func `A server inside of them is asked, however its address is written`() async throws {
        try await with(["127.0.0.0/8"]) { api, port, _, _ in
            for host in ["127.0.0.1", "127.1", "2130706433", "::ffff:127.0.0.1"] {
                let answer = try await api.post("smb/test", Self.body(host, port, #","share":"media""#))
                #expect(try answer.object()["success"] as? Bool == true, "\(host): \(answer.text)")
            }
            let other = try await api.post("smb/discover", Self.body("::1", port))
            #expect(other.status == 403)
        }
    }

    // MARK: Limits

    @Test func `Only some servers are looked at at once`() async throws {
        try await with { api, _, _, _ in
            // It says nothing, so whoever asks it waits.
            let silent = try TestListener()
            let body = Self.body("127.0.0.1", silent.port)
            var waiting: [RawConnection] = []
            for _ in 0..<Limits.discoveriesAtOnce {
                let connection = try RawConnection(port: api.port)
                try await connection.send(
                    "POST /api/v1/smb/discover HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.admin)\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                waiting.append(connection)
            }
            // Each knocks, and then has its helper connect.
            while silent.connections < 2 * Limits.discoveriesAtOnce { try await Task.sleep(for: .milliseconds(10)) }
            let refused = try await api.post("smb/discover", body)
            #expect(refused.status == 503)
            #expect(refused.text == #"{"error":"The server is busy"}"#)
            #expect(refused.header("Retry-After") == "\(Limits.retryAfterSeconds)")
            silent.close()
            for connection in waiting {
                let answer = try await connection.receiveAll { $0.hasSuffix("}") }
                #expect(answer.hasPrefix("HTTP/1.1 502 "), "\(answer)")
            }
        }
    }

    @Test(arguments: [
        (#""host":"\#(String(repeating: "a", count: 254))""#, "host must be a name or an address, without a port"),
        (#""host":"a b""#, "host must be a name or an address, without a port"),
        (#""host":"h/media""#, "host must be a name or an address, without a port"),
        (#""host":"h%25""#, "host must be a name or an address, without a port"),
        (#""host":"u:p@h""#, "host must be a name or an address, without a port"),
        (
            #""host":"h","username":"\#(String(repeating: "u", count: 1_025))""#,
            "username is too long or contains control characters"
        ),
        (#""host":"h","username":"a\nb""#, "username is too long or contains control characters"),
        (
            #""host":"h","domain":"\#(String(repeating: "d", count: 1_025))""#,
            "domain is too long or contains control characters"
        ),
        (#""host":"h","password":"\#(String(repeating: "p", count: 2_049))""#, "password is too long"),
        (
            #""host":"h","share":"\#(String(repeating: "s", count: 321))""#,
            "share must be the name of a share, without a path"
        ),
        (#""host":"h","share":"a\\b""#, "share must be the name of a share, without a path"),
        (#""host":"h","share":"..""#, "share must be the name of a share, without a path"),
        (#""host":"h","port":65536"#, "port must be a number from 1 to 65535"),
    ])
    func `What makes no sense is refused by name`(members: String, text: String) async throws {
        try await CatalogAPI.with { api in
            var all = members
            for (name, value) in [("username", "u"), ("password", "p"), ("share", "s")]
            where !members.contains("\"\(name)\"") {
                all += #","\#(name)":"\#(value)""#
            }
            let answer = try await api.post("smb/browse", "{\(all)}")
            #expect(answer.status == 400)
            #expect(answer.text == #"{"error":"\#(text)"}"#)
        }
    }

    // MARK: Secrets

    @Test(arguments: [true, false])
    func `A password in a query string is in no line of the log, whatever the answer`(allowsGet: Bool) async throws {
        let lines = LogLines()
        try await with(["127.0.0.0/8"], allowsGet: allowsGet, lines: lines) { api, port, _, _ in
            let right = "host=127.0.0.1&port=\(port)&username=hunter1&password=hunter2&domain=hunter3&share=media"
            let paths = [
                "smb/discover?\(right)", "smb/test?\(right)", "smb/discover/?\(right)", "smb/discovr?\(right)",
                "SMB//discover?\(right)", "smb/discover?host=127.0.0.1&port=1&username=hunter1&password=hunter2",
                "smb/discover?host=10.0.0.1&username=hunter1&passwd=hunter2", "smb/test?%zz&p=hunter2",
                "smb/discover?host=127.0.0.1&port=\(port)&username=catalogizer&password=hunter2",
            ]
            for path in paths {
                _ = try await api.get(path)
                _ = try await api.get(path, token: "none")
                _ = try await api.send(.head, path)
                _ = try await api.send(.put, path)
                _ = try await api.post(path, #"{"host":"127.0.0.1","port":1,"username":"u","password":"hunter2"}"#)
            }
        }
        #expect(lines.requests.filter { $0.metadata["path"]?.hasSuffix("?***") == true }.count == 45)
        #expect(lines.requests.contains { $0.metadata["path"] == "/api/v1/smb/discover?***" })
        #expect(!lines.all.contains { "\($0)".contains("hunter") })
    }

    @Test func `The forms with a query string can be turned off`() async throws {
        try await with(allowsGet: false) { api, port, _, _ in
            let query = "?host=127.0.0.1&port=\(port)&username=&password="
            for path in ["smb/discover", "smb/test"] {
                let answer = try await api.get(path + query)
                #expect(answer.status == 405)
                #expect(answer.text == #"{"error":"Method not allowed"}"#)
                #expect(answer.header("Allow") == "OPTIONS, POST")
            }
            #expect(try await api.post("smb/discover", Self.body("127.0.0.1", port)).status == 200)
        }
    }

    @Test func `A look leaves no trace in the audit trail`() async throws {
        try await with { api, port, _, _ in
            let before = try await api.get("audit").text
            _ = try await api.post("smb/test", Self.body("127.0.0.1", port, #","share":"media""#))
            #expect(try await api.get("audit").text == before)
        }
    }
}
