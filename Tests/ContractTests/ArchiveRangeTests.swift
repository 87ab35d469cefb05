import CatalogServer
import CatalogTestSupport
import Foundation
import Glibc
import HTTPTypes
import Testing

/// Parts of archives, and what became of their files meanwhile.
@Suite struct ArchiveRangeTests {
    private let films = "download/directory/media/films"

    private func with(
        _ files: [String: [UInt8]], _ body: @escaping @Sendable (CatalogAPI) async throws -> Void
    ) async throws {
        try await CatalogAPI.with { api in
            for (path, content) in files { try api.server.write("films/" + path, content) }
            try await api.addRoot(looksForDuplicates: false)
            try await api.scan()
            try await body(api)
        }
    }

    @Test(arguments: ["zip", "tar"])
    func `Every range of a small archive is that part of the whole`(format: String) async throws {
        try await with(["a": Array("one".utf8), "b": [], "c/d": Array("two, longer".utf8)]) { api in
            let path = films + "?format=\(format)"
            // The end first, of which nothing is known yet.
            let end = try await api.get(path, headers: ["Range": "bytes=-200"])
            let whole = try await api.get(path).bytes
            #expect(end.bytes == Array(whole.suffix(200)))
            let step = format == "zip" ? 1 : 61
            for start in stride(from: 0, to: whole.count, by: step) {
                for last in [start, start + 40, whole.count - 1] {
                    let part = try await api.get(path, headers: ["Range": "bytes=\(start)-\(last)"])
                    try #require(part.bytes == Array(whole[start...min(last, whole.count - 1)]), "\(start)-\(last)")
                }
            }
            let behind = try await api.get(path, headers: ["Range": "bytes=\(whole.count)-"])
            #expect(behind.status == 416)
            #expect(behind.header("Content-Range") == "bytes */\(whole.count)")
        }
    }

    /// Larger than what is read in one go.
    private static let large = TestContent.noise(300_000)

    @Test func `A download that was cut goes on in the middle of a file of which nothing is known`() async throws {
        try await with(["a.bin": Self.large, "b.bin": Self.large, "c": [1]]) { api in
            let tag = try #require(try await api.send(.head, films).header("ETag"))
            let rest = try await api.get(films, headers: ["Range": "bytes=450000-", "If-Range": tag])
            #expect(rest.status == 206)
            let whole = try await api.get(films)
            #expect(rest.bytes == Array(whole.bytes[450_000...]))
            #expect(try await ArchiveContractTests.names(whole).count == 4)
        }
    }

    @Test func `The end of an archive that was sent once is sent without reading it again`() async throws {
        var files: [String: [UInt8]] = ["large": Self.large]
        for number in 0..<20 { files["\(number)"] = [UInt8(number)] }
        try await with(files) { api in
            let faults = api.server.faults
            let tail = { try await api.get(films, headers: ["Range": "bytes=-1000"]) }
            var before = faults.calls(.openReader)
            let first = try await tail()
            #expect(faults.calls(.openReader) - before >= 21)
            try await api.server.services.archives.checksums.write()
            before = faults.calls(.openReader)
            #expect(try await tail().bytes == first.bytes)
            // Only to see whether the storage is there.
            #expect(faults.calls(.openReader) - before <= 1)
            #expect(try await api.get(films).bytes.suffix(1_000) == first.bytes.suffix(1_000))
            // Of another file nothing is known.
            try api.server.write("films/7", [200])
            try await api.scan()
            let changed = try await tail()
            #expect(changed.header("ETag") != first.header("ETag"))
            #expect(changed.bytes == Array(try await api.get(films).bytes.suffix(1_000)))
        }
    }

    @Test func `A directory that changed is another archive`() async throws {
        try await with(["a": [1], "b": [2]]) { api in
            let old = try #require(try await api.get(films).header("ETag"))
            try api.server.write("films/b", [3, 4])
            try await api.scan()
            let again = try await api.get(films, headers: ["Range": "bytes=10-", "If-Range": old])
            #expect(again.status == 200)
            #expect(again.header("ETag") != old)
            #expect(try await api.get(films, headers: ["If-None-Match": old]).status == 200)
        }
    }

    @Test func `A file that was written with its old time makes another archive`() async throws {
        try await with(["a": [1, 2, 3]]) { api in
            let file = api.server.tree + "/films/a"
            let time = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)]
            try FileManager.default.setAttributes(time, ofItemAtPath: file)
            try await api.scan()
            let old = try await api.get(films)
            let handle = try #require(FileHandle(forUpdatingAtPath: file))
            try handle.write(contentsOf: [4])
            try handle.close()
            try FileManager.default.setAttributes(time, ofItemAtPath: file)
            try await api.scan()
            let new = try await api.get(films, headers: ["If-None-Match": try #require(old.header("ETag"))])
            #expect(new.status == 200 && new.bytes.count == old.bytes.count)
            // The end has the checksum in it.
            let end = try await api.get(films, headers: ["Range": "bytes=-100"])
            #expect(end.bytes == Array(new.bytes.suffix(100)) && end.bytes != Array(old.bytes.suffix(100)))
            _ = try await ArchiveContractTests.names(new)
        }
    }

    @Test(arguments: ["zip", "tar", "tar.gz", "zip&compression=deflate"], ["changed", "gone", "grown"])
    func `A file that is not what the catalog knew breaks the connection`(format: String, what: String) async throws {
        try await with(["a": [1], "b/empty": [], "c.bin": Self.large]) { api in
            let tree = api.server.tree + "/films"
            let length = try await api.send(.head, films + "?format=\(format)").header("Content-Length")
            switch what {
            case "changed": try api.server.write("films/c.bin", Array(Self.large.reversed()))
            case "gone": try FileManager.default.removeItem(atPath: tree + "/c.bin")
            default: try api.server.write("films/b/empty", [1])
            }
            let connection = try RawConnection(port: api.port)
            try await connection.send(
                "GET /api/v1/\(films)?format=\(format) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.admin)\r\n\r\n"
            )
            // Nobody asked for the end of the connection.
            let body = try await connection.receiveBody()
            if let length = length.flatMap({ Int($0) }) {
                #expect(body.count < length)
            } else {
                // The last chunk, which has no length, is missing.
                #expect(!body.suffix(5).elementsEqual("0\r\n\r\n".utf8))
            }
            // Its directory is looked at, so that whoever tries again gets what is there.
            let deadline = ContinuousClock.now + Patience.limit
            while ContinuousClock.now < deadline {
                let again = try RawConnection(port: api.port)
                try await again.send(
                    """
                    GET /api/v1/\(films)?format=tar.gz HTTP/1.1\r
                    Host: x\r
                    Connection: close\r
                    Authorization: Bearer \(api.admin)\r
                    \r

                    """)
                if try await again.receiveBody().suffix(5).elementsEqual("0\r\n\r\n".utf8) { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("the archive is still that of the file that was")
        }
    }

    @Test func `A file that becomes shorter while it is sent breaks the connection`() async throws {
        try await with(["a": [1], "b.bin": []]) { api in
            let file = api.server.tree + "/films/b.bin"
            try #require(truncate(file, 64 << 20) == 0)
            try await api.scan()
            let connection = try RawConnection(port: api.port, receiveBuffer: 4_096)
            try await connection.send(
                "GET /api/v1/\(films) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.admin)\r\n\r\n")
            _ = try await connection.receiveBytes()
            try #require(truncate(file, 0) == 0)
            #expect(try await connection.receiveBody().count < 64 << 20)
        }
    }

    @Test func `A storage that is away is 502 before the first byte`() async throws {
        try await with(["a": [1]]) { api in
            try #require(rename(api.server.tree, api.server.tree + ".away") == 0)
            let answer = try await api.get(films)
            #expect(answer.status == 502)
            #expect(answer.text == #"{"error":"Storage unavailable"}"#)
        }
    }
}
