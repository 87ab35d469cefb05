import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import Testing

/// Files that clients send.
@Suite struct UploadContractTests {
    private static let destination = ("destination", Array("other:new/up.mkv".utf8))
    private static let file = ("file/a film.mkv", CopyContent.film)

    @Test(arguments: 0..<6)
    func `Fields come in any order`(order: Int) async throws {
        try await CatalogAPI.withRoots { api in
            var fields = [Self.destination, Self.file, ("overwrite", Array("false".utf8))]
            fields.swapAt(0, order % 3)
            if order >= 3 { fields.swapAt(1, 2) }
            let answer = try await api.upload(fields)
            #expect(
                answer.text
                    == #"{"message":"File uploaded successfully","filename":"a film.mkv","#
                    + #""destination":"other:new/up.mkv","size":1300000}"#)
            #expect(answer.status == 200)
            #expect(api.content("other/new/up.mkv") == CopyContent.film)
            #expect(api.names("other/new") == ["up.mkv"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: api.server.transfer) == [])
            #expect(try await api.get("catalog-info/other/new/up.mkv").object()["size"] as? Int == 1_300_000)
            #expect(try await api.get("search?query=up.mkv").object()["total"] as? Int == 1)
        }
    }

    @Test(arguments: [true, false])
    func `A file that is there stays, unless it may go`(isFileFirst: Bool) async throws {
        try await CatalogAPI.withRoots { api in
            let destination = ("destination", Array("other:old.txt".utf8))
            let fields = isFileFirst ? [Self.file, destination] : [destination, Self.file]
            for more in [[], [("overwrite", Array("no".utf8))]] as [[(String, [UInt8])]] {
                let refused = try await api.upload(more + fields)
                #expect(refused.status == 409 && refused.text == #"{"error":"Destination file already exists"}"#)
                #expect(api.content("other/old.txt") == Array("old".utf8))
            }
            #expect(api.names("other") == ["old.txt"])
            #expect(try await api.upload(fields + [("overwrite", Array("true".utf8))]).status == 200)
            #expect(api.content("other/old.txt") == CopyContent.film)
            #expect(try await api.get("catalog-info/other/old.txt").object()["size"] as? Int == 1_300_000)
        }
    }

    @Test(arguments: ["file/", "file"])
    func `A form without a chosen file replaces nothing`(part: String) async throws {
        try await CatalogAPI.withRoots { api in
            let fields = [("destination", Array("other:old.txt".utf8)), ("overwrite", Array("true".utf8)), (part, [])]
            let answer = try await api.upload(fields)
            #expect(answer.status == 400 && answer.text == #"{"error":"No file uploaded"}"#, "\(answer.text)")
            #expect(api.content("other/old.txt") == Array("old".utf8))
            #expect(api.names("other") == ["old.txt"])
        }
    }

    @Test func `A directory gets the name of the file, if it is one`() async throws {
        try await CatalogAPI.withRoots { api in
            let into = ("destination", Array("other:in/".utf8))
            #expect(
                try await api.upload([into, ("file/ü 🎬.mkv", [1])]).text.contains(#""destination":"other:in/ü 🎬.mkv""#))
            #expect(api.names("other/in") == ["ü 🎬.mkv"])
            for name in [
                "", ".", "..", "../up", "a/b", "/etc/passwd", #"a\\b"#, #"..\\..\\b"#, ".catalogizer-x",
                String(repeating: "x", count: 256),
            ] {
                for fields in [[into, ("file/" + name, [1])], [("file/" + name, [1]), into]] {
                    let answer = try await api.upload(fields)
                    #expect(answer.status == 400, "\(name): \(answer.text)")
                }
            }
            #expect(api.names("other/in") == ["ü 🎬.mkv"])
            #expect(api.names("other") == ["in", "old.txt"])
        }
    }

    @Test(arguments: [true, false])
    func `More than may come is refused and leaves nothing`(isFileFirst: Bool) async throws {
        try await CatalogAPI.withRoots { api in
            let size = Int(TestServer.maxUploadBytes)
            for (count, status) in [(size, 200), (size + 1, 413)] {
                let file = ("file/x", [UInt8](repeating: 7, count: count))
                let destination = ("destination", Array("other:new/\(count)".utf8))
                let answer = try await api.upload(isFileFirst ? [file, destination] : [destination, file])
                #expect(answer.status == status, "\(answer.text)")
            }
            #expect(api.names("other/new") == ["\(size)"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: api.server.transfer) == [])
        }
    }

    @Test(arguments: [true, false])
    func `An upload that breaks off leaves nothing`(isFileFirst: Bool) async throws {
        try await CatalogAPI.withRoots { api in
            let form = CopyContent.form(isFileFirst ? [Self.file, Self.destination] : [Self.destination, Self.file])
            let place = isFileFirst ? api.server.transfer : api.server.tree + "/other/new"
            let names = { (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] }
            let connection = try RawConnection(port: api.port)
            try await connection.send(
                "POST /api/v1/copy/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.admin)\r\n"
                    + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: \(form.count)\r\n\r\n")
            try await connection.send(bytes: form[..<1_200_000])
            let deadline = ContinuousClock.now + Patience.limit
            while names().isEmpty, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
            #expect(names().count == 1 && names().allSatisfy { $0.hasPrefix(".catalogizer-") })
            connection.close(isReset: true)
            while !names().isEmpty, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
            #expect(names().isEmpty)
        }
    }

    @Test func `Who uploaded what where stands in the audit trail`() async throws {
        try await CatalogAPI.withRoots { api in
            try #require(try await api.upload([Self.destination, Self.file]).status == 200)
            let event = try #require(try await api.get("audit?action=file.uploaded").objects("events").first)
            #expect((event["target"] as? [String: Any])?["name"] as? String == "other:new/up.mkv")
            #expect("\(event["changes"] ?? "")".contains("a film.mkv"))
        }
    }

    @Test func `A full storage is left as it was`() async throws {
        try await CatalogAPI.withRoots { api in
            api.server.faults.leaveRoom(100_000)
            let answer = try await api.upload([Self.destination, Self.file])
            #expect(answer.status == 507 && answer.text == #"{"error":"The storage is full"}"#)
            #expect(api.names("other/new").isEmpty)
        }
    }
}

/// What an upload leaves when the program ends in the middle of it.
@Suite struct LeftUploadTests {
    @Test func `Uploads that waited are removed at the start, and nothing else`() async throws {
        try await CatalogAPI.withRoots { api in
            let place = api.server.transfer
            let digits = String(repeating: "0a", count: 16)
            let (left, part) = (".catalogizer-\(digits).upload", ".catalogizer-\(digits).part")
            for name in [left, part, "film.upload", "film"] {
                try Data([1]).write(to: URL(fileURLWithPath: place + "/" + name))
            }
            #expect(try await api.server.services.removeLeftUploads() == 1)
            let names = try FileManager.default.contentsOfDirectory(atPath: place)
            #expect(names.sorted() == [part, "film", "film.upload"])
        }
    }
}
