import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import StorageWebDAV
import Synchronization
import Testing

/// What a server may say, and what then must not happen.
@Suite struct WebDAVHostilityTests {
    /// A server that answers each PROPFIND of depth 1 with `body`, and any other with the root alone.
    ///
    /// - Parameter timeout: in seconds; long, where nobody waits for its end, since a busy machine may pause itself.
    private func backend(
        timeout: Int = 60, _ body: @escaping @Sendable (FakeServer.Client) -> Void
    ) throws -> (server: FakeServer, backend: WebDAVBackend) {
        let server = try FakeServer { client in
            while let lines = client.request() {
                guard !lines.contains("Depth: 0") else {
                    reply(client, multistatus(response("/dav/", isCollection: true)))
                    continue
                }
                body(client)
            }
        }
        let url = try StorageURL(parsing: "http://127.0.0.1:\(server.port)/dav")
        let options = StorageOptions(["timeout": "\(timeout)"])
        return (server, try WebDAVBackend(StorageLocation(url: url, options: options)))
    }

    private func list(_ backend: WebDAVBackend) throws -> DirectoryListing {
        var listing = DirectoryListing()
        try backend.list(NativePath(), into: &listing)
        listing.sortByName()
        return listing
    }

    @Test(arguments: [
        // Entities that grow, and one that reaches out: no document type is read at all.
        """
        <?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">\
        <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><D:multistatus xmlns:D="DAV:"><D:response>\
        <D:href>/dav/&c;</D:href></D:response></D:multistatus>
        """,
        """
        <?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><D:multistatus xmlns:D="DAV:"></D:multistatus>
        """,
        "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/dav/a</D:href>",
        "<html><body>Log in</body>", "", "\u{0}\u{1}\u{2}",
        "<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>" + String(repeating: "x", count: 100_000),
        String(repeating: "<a>", count: 100_000),
    ])
    func `What is no listing is an error`(body: String) throws {
        let (server, backend) = try backend { reply($0, body) }
        let error = withExtendedLifetime(server) { #expect(throws: CatalogError.self) { try list(backend) } }
        #expect(error?.code == .dataLoss, "\(error?.description ?? "")")
    }

    @Test func `A hundred thousand entries are listed`() throws {
        let (server, backend) = try backend { client in
            let entries = (0..<100_000).map { response("/dav/file%20\($0)", size: "\($0)") }.joined()
            reply(client, multistatus(response("/dav/", isCollection: true) + entries))
        }
        let listing = try withExtendedLifetime(server) { try list(backend) }
        #expect(listing.entries.count == 100_000 && listing.failures.isEmpty)
    }

    @Test(arguments: [
        "http://other.example/dav/file", "/elsewhere/file", "/dav/../file", "/dav/..", "/dav/a%2Fb", "/dav/%00",
        "/dav/a/b",
        "relative", "", "/dav%", "/dav/%4", "ftp://127.0.0.1/dav/file", "/davfile", "//dav/file",
    ])
    func `An address that names nothing in the directory is a failure, and no entry`(href: String) throws {
        let (server, backend) = try backend { client in
            reply(client, multistatus(response("/dav/", isCollection: true) + response(href) + response("/dav/good")))
        }
        let listing = try withExtendedLifetime(server) { try list(backend) }
        #expect(listing.entries.map { listing.name(of: $0) } == [Array("good".utf8)])
        #expect(listing.failures.map(\.isNamed) == [false])
    }

    @Test func `Whole URLs of the server itself are addresses too, and times that make no sense are unknown`() throws {
        let (server, backend) = try backend { client in
            let modified = "Thu, 99 Foo 2026 99:99:99 GMT"
            reply(
                client,
                multistatus(
                    response("http://127.0.0.1:\(client.port)/dav/", isCollection: true)
                        + response("http://127.0.0.1:\(client.port)/dav/a", modified: modified)
                        + response("/dav/b", modified: modified)
                        + response("http://127.0.0.1:1/dav/of-another-port")))
        }
        let listing = try withExtendedLifetime(server) { try list(backend) }
        #expect(listing.entries.map { listing.name(of: $0) } == ["a", "b"].map { Array($0.utf8) })
        #expect(listing.entries.map(\.sizeBytes) == [5, 5] && listing.entries.map(\.modifiedNS) == [0, 0])
        #expect(listing.failures.count == 1)
    }

    @Test(arguments: ["-5", "", "5 bytes", "99999999999999999999", "9223372036854775807"])
    func `A file whose size cannot be believed is no empty one`(size: String) throws {
        let (server, backend) = try backend { client in
            reply(
                client,
                multistatus(
                    response("/dav/", isCollection: true) + response("/dav/good") + response("/dav/bad", size: size)))
        }
        try withExtendedLifetime(server) {
            let listing = try list(backend)
            #expect(listing.entries.map { listing.name(of: $0) } == [Array("good".utf8)])
            #expect(listing.failures.map(\.name) == [Array("bad".utf8)])
        }
    }

    @Test func `A server that drips is given up`() throws {
        let (server, backend) = try backend(timeout: 1) { client in
            guard client.send("HTTP/1.1 207 Multi-Status\r\nContent-Length: 1000000\r\n\r\n") else { return }
            while client.send("<") { usleep(200_000) }
        }
        let error = withExtendedLifetime(server) { #expect(throws: CatalogError.self) { try list(backend) } }
        #expect(error?.code == .storageUnavailable, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("301 Moved Permanently", "Location: http://other.example/dav/\r\n", "sends us to another address"),
        ("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "lets nobody in without a name"),
        ("404 Not Found", "", "has no collection /dav/"), ("405 Method Not Allowed", "", "does not speak WebDAV"),
        ("200 OK", "", "does not speak WebDAV"), ("500 Oops", "", "HTTP status 500"),
    ])
    func `A root that cannot be used is explained`(status: String, header: String, text: String) throws {
        let server = try FakeServer { client in
            while client.request() != nil { client.send("HTTP/1.1 \(status)\r\n\(header)Content-Length: 0\r\n\r\n") }
        }
        let url = try StorageURL(parsing: "http://127.0.0.1:\(server.port)/dav")
        let backend = try WebDAVBackend(StorageLocation(url: url))
        let error = withExtendedLifetime(server) { #expect(throws: CatalogError.self) { try backend.probe() } }
        #expect(
            error?.code == .storageUnavailable && error?.message.contains(text) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        ("206 Partial Content", "Content-Range: bytes 5-8/10\r\n", "5678", "5678"),
        ("200 OK", "", "0123456789", "5678"),
        ("206 Partial Content", "Content-Range: bytes 0-3/10\r\n", "0123", nil),
        ("206 Partial Content", "", "0123", nil),
        ("206 Partial Content", "Content-Range: bytes 5-8/*\r\n", "5678", "5678"),
        // Another file than the one that was opened.
        ("206 Partial Content", "Content-Range: bytes 5-8/11\r\n", "5678", nil), ("200 OK", "", "0123456789a", nil),
        ("404 Not Found", "", "nothing", nil), ("500 Oops", "", "error", nil),
    ])
    func `A part of a file is what was asked for, or an error`(
        status: String, header: String, body: String, expected: String?
    ) throws {
        let server = try FakeServer { client in
            while let lines = client.request() {
                if lines[0].hasPrefix("PROPFIND") {
                    let isRoot = lines[0].contains("/dav/ ")
                    reply(
                        client,
                        multistatus(isRoot ? response("/dav/", isCollection: true) : response("/dav/f", size: "10")))
                } else {
                    client.send("HTTP/1.1 \(status)\r\n\(header)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                }
            }
        }
        let url = try StorageURL(parsing: "http://127.0.0.1:\(server.port)/dav")
        let backend = try WebDAVBackend(StorageLocation(url: url))
        let reader = try backend.openReader(StoragePath(parsing: "f"))
        var buffer = [UInt8](repeating: 0, count: 4)
        let count = withExtendedLifetime(server) {
            try? buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 5) }
        }
        #expect(count.map { String(decoding: buffer[..<$0], as: UTF8.self) } == expected)
    }

    @Test func `A part that was announced is asked for once, whoever else reads from it`() throws {
        let content = TestContent.noise(300_000)
        let asked = Mutex<[String]>([])
        let server = try FakeServer { client in
            while let lines = client.request() {
                guard let range = lines.first(where: { $0.lowercased().hasPrefix("range:") }) else {
                    let isRoot = lines[0].contains("/dav/ ")
                    let file = response("/dav/f", size: "300000")
                    reply(client, multistatus(isRoot ? response("/dav/", isCollection: true) : file))
                    continue
                }
                asked.withLock { $0.append(range) }
                let ends = range.split { !$0.isNumber }.compactMap { Int($0) }
                let (first, last) = (ends[0], ends.count > 1 ? ends[1] : content.count - 1)
                client.send(
                    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes \(first)-\(last)/\(content.count)\r\n"
                        + "Content-Length: \(last - first + 1)\r\n\r\n")
                client.send(bytes: content[first...last])
            }
        }
        let url = try StorageURL(parsing: "http://127.0.0.1:\(server.port)/dav")
        let reader = try WebDAVBackend(StorageLocation(url: url)).openReader(StoragePath(parsing: "f"))
        let read = { (offset: Int, count: Int) in
            var buffer = [UInt8](repeating: 0, count: count)
            let got = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: Int64(offset)) }
            #expect(Array(buffer[..<got]) == Array(content[offset..<(offset + count)]), "\(offset) \(count)")
        }
        try withExtendedLifetime(server) {
            reader.announce(1_000..<101_000)
            for (offset, count) in [(1_000, 16_000), (17_000, 64_000), (81_000, 20_000)] { try read(offset, count) }
            #expect(asked.withLock { $0 } == ["Range: bytes=1000-100999"])
            // Another client goes on where the first one stands, and further.
            reader.announce(200_000..<220_000)
            try read(200_000, 10_000)
            reader.announce(210_000..<290_000)
            try read(210_000, 80_000)
            try read(5, 100)
            #expect(asked.withLock { $0.last } == "Range: bytes=5-104")
        }
    }
}
