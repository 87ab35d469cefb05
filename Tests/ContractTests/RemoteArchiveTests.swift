import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Archives of what lies on other machines, over real servers.
@Suite struct RemoteArchiveTests {
    private static let kinds: [TestStorageServer.Kind] = [.smb, .nfs, .ftp, .webdav]

    /// Adds the storage root `nas` at a URL and scans it.
    private static func add(
        _ kind: TestStorageServer.Kind, _ url: String, _ more: String, _ api: CatalogAPI
    ) async throws {
        let login = kind == .nfs ? "" : #","username":"catalogizer","password":"catalogizer""#
        let body =
            #"{"name":"nas","protocol":"\#(kind.rawValue)","url":"\#(url)","enable_duplicate_detection":false\#(more)\#(login)}"#
        let made = try await api.post("storage/roots", body)
        try #require(made.status == 201, "\(made.text)")
        // Where the time-out is short a busy machine may miss it.
        let deadline = ContinuousClock.now + Patience.limit
        while true {
            let scan = try await api.scan("nas")
            if try scan.object()["status"] as? String == "completed" { return }
            try #require(ContinuousClock.now < deadline, "\(scan.text)")
        }
    }

    /// A directory of all sorts of files on a server, as the root `nas`.
    private func with(
        _ kind: TestStorageServer.Kind,
        _ body: @escaping @Sendable (CatalogAPI, _ directory: String) async throws -> Void
    ) async throws {
        try await TestStorageServer.with(kind) { server in
            let scratch = try ScratchDirectory(in: server.share)
            var files = ArchiveContractTests.files
            // Many more than are opened at the same time.
            for number in 0..<90 { files["many/\(number)"] = [UInt8](repeating: UInt8(number), count: number * 37) }
            for (path, content) in files {
                let names = ("films/" + path).split(separator: "/").map(String.init)
                for count in 1..<names.count {
                    let directory = Array(names.prefix(count))
                    let full = scratch.path + "/" + directory.joined(separator: "/")
                    if !FileManager.default.fileExists(atPath: full) { try scratch.makeDirectory(directory) }
                }
                try scratch.writeFile(names, content)
            }
            try scratch.makeDirectory(["films", "void"])
            let (url, directory) = (server.url(of: scratch.path), scratch.path)
            try await CatalogAPI.with { api in
                try await Self.add(kind, url, #","timeout":300"#, api)
                try await body(api, directory)
            }
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: kinds)
    func `Every reader finds what is in a directory of another machine`(kind: TestStorageServer.Kind) async throws {
        try await with(kind) { api, directory in
            let wanted = try ArchiveReaders.tree(directory)
            for format in ["zip", "tar", "tar.gz", "zip&compression=deflate"] {
                let answer = try await api.get("download/directory/nas/films?format=\(format)")
                try #require(answer.status == 200, "\(answer.text.prefix(500))")
                for reader in ArchiveReaders.unpacking(String(format.prefix { $0 != "&" })) {
                    guard ["unzip", "tar", "python3"].contains(reader[0]) else { continue }
                    let place = try ScratchDirectory()
                    try Data(answer.bytes).write(to: URL(fileURLWithPath: place.path + "/archive"))
                    _ = try await ArchiveReaders.run(reader, in: place.path)
                    let found = try ArchiveReaders.tree(place.path).filter { $0.key.hasPrefix("films") }
                    #expect(Set(found.keys) == Set(wanted.keys), "\(format), \(reader)")
                    #expect(wanted.keys.filter { found[$0] != wanted[$0] } == [], "\(format), \(reader)")
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: kinds)
    func `A range of an archive of another machine is that part of the whole`(
        kind: TestStorageServer.Kind
    ) async throws {
        try await with(kind) { api, _ in
            for format in ["zip", "tar"] {
                let path = "download/directory/nas/films?format=\(format)"
                // The end of the first one is asked for before anything of it was read.
                let end = try await api.get(path, headers: ["Range": "bytes=-3000"])
                let whole = try await api.get(path).bytes
                #expect(end.status == 206 && end.bytes == Array(whole.suffix(3_000)))
                var generator = SplitMix(state: 3)
                for _ in 0..<12 {
                    let start = Int.random(in: 0..<whole.count, using: &generator)
                    let last = min(whole.count - 1, start + Int.random(in: 0..<400_000, using: &generator))
                    let part = try await api.get(path, headers: ["Range": "bytes=\(start)-\(last)"])
                    let isRight = part.status == 206 && part.bytes == Array(whole[start...last])
                    #expect(isRight, "\(format) \(start)-\(last)")
                }
                let tag = try #require(try await api.send(.head, path).header("ETag"))
                let rest = try await api.get(path, headers: ["Range": "bytes=500000-", "If-Range": tag])
                #expect(rest.status == 206 && rest.bytes == Array(whole[500_000...]))
            }
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: kinds, [("zip", "kill"), ("tar.gz", "kill"), ("zip", "freeze")])
    func `A server that goes away, or answers no more, in the middle breaks the connection`(
        kind: TestStorageServer.Kind, how: (format: String, event: String)
    ) async throws {
        try await TestStorageServer.with(kind) { server in
            let scratch = try ScratchDirectory(in: server.share)
            var generator = SplitMix(state: 9)
            var block: [UInt8] = []
            while block.count < 1 << 20 { withUnsafeBytes(of: generator.next()) { block += $0 } }
            // More than lies in any buffer on the way, and nothing that shrinks.
            try scratch.makeDirectory(["films"])
            var content: [UInt8] = []
            for _ in 0..<24 { content += block }
            for name in ["a", "b", "c"] { try scratch.writeFile(["films", name], content) }
            let url = server.url(of: scratch.path)
            try await CatalogAPI.with { api in
                // One that answers no more is waited for.
                try await Self.add(kind, url, #","timeout":\#(how.event == "freeze" ? 20 : 300)"#, api)
                let path = "download/directory/nas/films?format=\(how.format)"
                // Of a compressed one nobody knows it.
                let length = how.format == "zip" ? try await api.send(.head, path).header("Content-Length") : nil
                let connection = try RawConnection(port: api.port, receiveBuffer: 4_096)
                try await connection.send(
                    "GET /api/v1/\(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.admin)\r\n\r\n")
                _ = try await connection.receiveBytes()
                try await server.make(how.event)
                // Ends with the connection, which nobody has asked to be closed.
                let body = try await connection.receiveBody()
                if how.format == "zip" {
                    #expect(try body.count < #require(length.flatMap { Int($0) }))
                } else {
                    #expect(!body.suffix(5).elementsEqual("0\r\n\r\n".utf8))
                }
                let next = try await api.get(path)
                #expect(next.status == 502 && next.text == #"{"error":"Storage unavailable"}"#)
                if how.event == "freeze" { try await server.make("thaw") }
            }
        }
    }
}
