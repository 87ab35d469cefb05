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

    /// A server with the collection `/dav/` and the file `f`, which answers whatever changes it in one way.
    private func withRefusing(_ status: String, _ body: (WebDAVBackend) throws -> Void) throws {
        let server = try FakeServer { client in
            while let lines = client.request() {
                if lines[0].hasPrefix("PROPFIND"), lines[0].contains("/dav/ ") {
                    reply(client, multistatus(response("/dav/", isCollection: true)))
                } else if lines[0].hasPrefix("PROPFIND"), lines[0].contains("/dav/f ") {
                    reply(client, multistatus(response("/dav/f")))
                } else if lines[0].hasPrefix("PROPFIND") {
                    client.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                } else {
                    client.sendLast("HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    return
                }
            }
        }
        let url = try StorageURL(parsing: "http://127.0.0.1:\(server.port)/dav")
        let backend = try WebDAVBackend(StorageLocation(url: url))
        defer { backend.close() }
        try withExtendedLifetime(server) { try body(backend) }
    }

    @Test(arguments: [
        ("413 Content Too Large", CatalogError.Code.insufficientStorage),
        ("507 Insufficient Storage", .insufficientStorage), ("423 Locked", .conflict),
        ("403 Forbidden", .permissionDenied),
    ])
    func `Why a server takes no more of an upload is said`(status: String, code: CatalogError.Code) throws {
        try withRefusing(status) { backend in
            let error = #expect(throws: CatalogError.self) {
                let writer = try backend.openWriter(StoragePath(parsing: "new"), at: 0, expecting: 64 << 20)
                let piece = [UInt8](repeating: 1, count: 1 << 20)
                for _ in 0..<64 { try piece.withUnsafeBytes { try writer.write($0) } }
                try writer.finish()
            }
            #expect(error?.code == code, "\(error?.description ?? "")")
        }
    }

    @Test(arguments: ["405 Method Not Allowed", "501 Not Implemented"])
    func `A server that does not copy by itself leaves it to us`(status: String) throws {
        try withRefusing(status) { backend in
            let error = #expect(throws: CatalogError.self) {
                try backend.copy(StoragePath(parsing: "f"), to: StoragePath(parsing: "copy"), onWait: {})
            }
            #expect(error?.code == .unsupported, "\(error?.description ?? "")")
        }
    }

    @Test func `What a server has done in part is not done`() throws {
        let (file, new) = (try StoragePath(parsing: "f"), try StoragePath(parsing: "new"))
        try withRefusing("207 Multi-Status") { backend in
            let changes: [() throws -> Void] = [
                { try backend.rename(file, to: new, replacing: false) }, { try backend.remove(file) },
                { try backend.makeDirectory(new) }, { try backend.copy(file, to: new, onWait: {}) },
                { try backend.openWriter(new, at: 0, expecting: 0).finish() },
            ]
            for change in changes {
                let error = #expect(throws: CatalogError.self) { try change() }
                #expect(error?.code == .conflict, "\(String(describing: error))")
            }
        }
    }

    @Test func `A copy that the server makes can be stopped`() throws {
        let stopped = CatalogError(.cancelled, "Stopped")
        let server = try FakeServer { client in
            while let lines = client.request() {
                if lines[0].hasPrefix("COPY") {
                    // It is busy until the client has gone.
                    _ = client.line()
                    return
                }
                let isRoot = lines[0].contains("/dav/ ")
                if isRoot || lines[0].contains("/dav/f ") {
                    reply(client, multistatus(isRoot ? response("/dav/", isCollection: true) : response("/dav/f")))
                } else {
                    client.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                }
            }
        }
        let backend = try WebDAVBackend(
            StorageLocation(url: StorageURL(parsing: "http://127.0.0.1:\(server.port)/dav")))
        var waits = 0
        let error = withExtendedLifetime(server) {
            #expect(throws: CatalogError.self) {
                try backend.copy(StoragePath(parsing: "f"), to: StoragePath(parsing: "new")) {
                    waits += 1
                    if waits > 3 { throw stopped }
                }
            }
        }
        #expect(error?.code == .cancelled)
    }

    @Test func `A name that could lead upwards reaches no server`() throws {
        try withRefusing("201 Created") { backend in
            let (file, path) = (try StoragePath(parsing: "f"), try StoragePath(components: [Array(#"..\ben"#.utf8)]))
            for attempt in [
                { _ = try backend.stat(path) }, { try backend.makeDirectory(path) },
                { try backend.rename(file, to: path, replacing: false) },
            ] as [() throws -> Void] {
                let error = #expect(throws: CatalogError.self) { try attempt() }
                #expect(error?.code == .notFound, "\(String(describing: error))")
            }
        }
    }
}

private func reply(_ client: FakeServer.Client, _ body: String) {
    client.send("HTTP/1.1 207 Multi-Status\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
}

private func multistatus(_ responses: String) -> String {
    "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">\(responses)</D:multistatus>"
}

private func response(
    _ href: String, isCollection: Bool = false, size: String = "5", modified: String = "Thu, 26 Nov 2026 22:13:06 GMT"
) -> String {
    let type = isCollection ? "<D:resourcetype><D:collection/></D:resourcetype>" : "<D:resourcetype/>"
    return """
        <D:response><D:href>\(href)</D:href><D:propstat><D:prop>\(type)<D:getcontentlength>\(size)</D:getcontentlength>\
        <D:getlastmodified>\(modified)</D:getlastmodified></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>\
        </D:response>
        """
}
