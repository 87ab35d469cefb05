import CatalogCore
import CatalogScanner
import CatalogStorage
import CatalogTestSupport
import Testing

/// A server whose numbers no sum could hold.
@Suite struct HostileSizeTests {
    /// So many files of the largest size that is believed in each of three directories.
    private func server(filesPerDirectory: Int) throws -> FakeServer {
        try FakeServer { client in
            while let lines = client.request() {
                let isShallow = lines.contains("Depth: 0")
                let place = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? "/"
                var responses = Self.response(place)
                if place == "/dav/", !isShallow { responses += (0..<3).map { Self.response("/dav/\($0)/") }.joined() }
                if place != "/dav/", !isShallow {
                    let files = (0..<filesPerDirectory).map { Self.response(place + "\($0)", Limits.fileBytes) }
                    responses += files.joined()
                }
                let body = "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">\(responses)</D:multistatus>"
                client.send("HTTP/1.1 207 Multi-Status\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
    }

    /// A collection when it has no size.
    private static func response(_ href: String, _ size: Int64? = nil) -> String {
        let type = size == nil ? "<D:resourcetype><D:collection/></D:resourcetype>" : "<D:resourcetype/>"
        return """
            <D:response><D:href>\(href)</D:href><D:propstat><D:prop>\(type)\
            <D:getcontentlength>\(size ?? 0)</D:getcontentlength></D:prop>\
            <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>
            """
    }

    private func scan(filesPerDirectory: Int) async throws -> (status: String, rows: Int, complaints: [String]) {
        let server = try server(filesPerDirectory: filesPerDirectory)
        let url = try StorageURL(parsing: "http://127.0.0.1:\(server.port)/dav")
        return try await FaultFixture.withNew(StorageLocation(url: url)) { nas in
            let scan = try await nas.scan(.full)
            withExtendedLifetime(server) {}
            return try await (scan.status, nas.rows().count, nas.complaints())
        }
    }

    @Test func `As much as there may be is taken`() async throws {
        let scan = try await scan(filesPerDirectory: 40)
        #expect(scan.status == "completed" && scan.rows == 4 + 120, "\(scan)")
    }

    @Test func `A directory that claims more than that is not believed`() async throws {
        let scan = try await scan(filesPerDirectory: 200)
        #expect(scan.status == "completed" && scan.rows == 4, "\(scan)")
        #expect(scan.complaints.count == 3 && scan.complaints.allSatisfy { $0.contains("128 PiB") }, "\(scan)")
    }

    @Test func `A storage that claims more than that is not believed`() async throws {
        let scan = try await scan(filesPerDirectory: 60)
        #expect(scan.status == "failed", "\(scan)")
    }
}
