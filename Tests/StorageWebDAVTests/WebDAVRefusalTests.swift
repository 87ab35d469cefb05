import CatalogCore
import CatalogStorage
import CatalogTestSupport
import StorageWebDAV
import Testing

/// What a server may answer to changes, and what then must not count as done.
@Suite struct WebDAVRefusalTests {
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
