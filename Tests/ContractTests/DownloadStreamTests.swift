import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import Glibc
import HTTPTypes
import Logging
import Testing

/// Files that are too large for one piece, and what may happen while they are sent.
@Suite struct DownloadStreamTests {
    private func withFile(
        bytes: Int, _ body: @escaping @Sendable (CatalogAPI, String, [UInt8]) async throws -> Void
    ) async throws {
        try await CatalogAPI.with { api in
            // No two pieces are alike.
            let content = TestContent.noise(bytes)
            try api.server.write("film.bin", content)
            try await body(api, scanned(api), content)
        }
    }

    /// A file that no socket's buffers hold.
    private func withLargeFile(
        _ lines: LogLines = LogLines(), _ body: @escaping @Sendable (CatalogAPI, String) async throws -> Void
    ) async throws {
        try await CatalogAPI.with(logger: lines.logger) { api in
            try api.server.write("film.bin", [])
            try #require(truncate(api.server.tree + "/film.bin", largeBytes) == 0)
            try await body(api, scanned(api))
        }
    }

    private let largeBytes = 64 << 20

    /// - Returns: the address of the file.
    private func scanned(_ api: CatalogAPI) async throws -> String {
        try await api.addRoot()
        try await api.scan()
        return "/api/v1/download/file/\(try await api.id(of: "film.bin"))"
    }

    private func request(_ path: String, _ api: CatalogAPI, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.admin)\r\n\(fields)\r\n"
    }

    @Test(arguments: ["session", "link"])
    func `A download ends with the right to it`(kind: String) async throws {
        try await withLargeFile { api, path in
            let number = path.split(separator: "/").last ?? ""
            let link = try await api.post(
                "download/links", #"{"file_id":\#(number),"expires_in":60}"#, token: api.admin)
            let address = kind == "link" ? try #require(try link.object()["url"] as? String) : path
            let connection = try RawConnection(port: api.port)
            try await connection.send(request(address, api))
            var received = try await connection.receiveBytes().count
            // A link that is over lets a download go on that it began.
            api.server.clock.advance(by: .seconds(120))
            let owner = try await api.token(ofNew: "second", role: "admin")
            try #require(try await api.post("users/1/lock", token: owner).status == 200)
            // So long may pass until the server asks again.
            try await Task.sleep(for: .milliseconds(500))
            while true {
                let part = try await connection.receiveBytes().count
                if part == 0 { break }
                received += part
            }
            #expect(received < largeBytes)
        }
    }

    @Test(arguments: [(256 << 10) - 1, 256 << 10, (256 << 10) + 1, 1_000_003])
    func `Every byte of a large file arrives`(bytes: Int) async throws {
        try await withFile(bytes: bytes) { api, path, content in
            let connection = try RawConnection(port: api.port)
            try await connection.send(request(path, api, "Connection: close\r\n"))
            #expect(try await connection.receiveBody() == content)
            let part = try RawConnection(port: api.port)
            try await part.send(request(path, api, "Connection: close\r\nRange: bytes=1-\(bytes - 2)\r\n"))
            #expect(try await part.receiveBody() == Array(content[1..<(bytes - 1)]))
        }
    }

    @Test func `A file that becomes shorter while it is sent ends the connection early`() async throws {
        try await withLargeFile { api, path in
            let connection = try RawConnection(port: api.port, receiveBuffer: 4_096)
            try await connection.send(request(path, api))
            _ = try await connection.receive()
            try #require(truncate(api.server.tree + "/film.bin", 0) == 0)
            // The connection ends although nobody asked for that, so that the client sees that bytes are missing.
            #expect(try await connection.receiveBody().count < largeBytes)
        }
    }

    @Test func `A client that goes away leaves no file open`() async throws {
        try await withLargeFile { api, path in
            let file = api.server.tree + "/film.bin"
            do {
                var connections: [RawConnection] = []
                for _ in 0..<8 {
                    let connection = try RawConnection(port: api.port, receiveBuffer: 4_096)
                    try await connection.send(request(path, api))
                    _ = try await connection.receive()
                    connections.append(connection)
                }
                #expect(openDescriptors(of: file) > 0)
            }
            api.server.services.openFiles.closeAll()
            while openDescriptors(of: file) > 0 { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    @Test func `A user has so many large downloads at once and no more`() async throws {
        let lines = LogLines()
        try await withLargeFile(lines) { api, path in
            var connections = try await withThrowingTaskGroup(of: RawConnection.self) { group in
                for _ in 0..<Limits.downloadsPerUser {
                    group.addTask {
                        let connection = try RawConnection(port: api.port, receiveBuffer: 4_096)
                        try await connection.send(request(path, api))
                        #expect(try await connection.receive().hasPrefix("HTTP/1.1 200"))
                        return connection
                    }
                }
                return try await group.reduce(into: [RawConnection]()) { $0.append($1) }
            }
            let refused = try await api.get(path, headers: ["Range": "bytes=0-300000"])
            let log = lines.all.filter { $0.level >= .info }.suffix(20)
            try #require(refused.status == 429, "\(log.map { "\($0.message) \($0.metadata)" })")
            #expect(
                try refused.object()["error"] as? String
                    == "Too many downloads at once; at most 256 may run for one user")
            #expect(refused.header("Retry-After") != nil)
            #expect(try await api.get(path, headers: ["Range": "bytes=0-9"]).status == 206)
            #expect(try await api.send(.head, path).status == 200)
            connections.removeAll()
            while try await api.get(path, headers: ["Range": "bytes=0-300000"]).status == 429 {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// How many descriptors of this process are open on the file.
    private func openDescriptors(of path: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.filter { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)) == path
        }.count
    }
}

extension RawConnection {
    /// The bytes behind the head, until the server closes the connection.
    func receiveBody() async throws -> [UInt8] {
        var all: [UInt8] = []
        while case let part = try await receiveBytes(), !part.isEmpty { all += part }
        let end = Array("\r\n\r\n".utf8)
        // A head is soon over; where it was received before, megabytes would be searched for it.
        guard let head = all.indices.prefix(4_096).first(where: { all[$0...].starts(with: end) }) else { return all }
        return Array(all[(head + end.count)...])
    }
}
