import CatalogTestSupport
import Foundation
import Glibc
import HTTPTypes
import Testing

/// Directories and lists of files as archives.
@Suite struct ArchiveContractTests {
    /// What is not alike, and what shrinks.
    static let noise = TestContent.noise(700_001)
    static let text = Array(String(repeating: "All work and no play makes a dull archive.\n", count: 20_000).utf8)

    static let files: [String: [UInt8]] = [
        "a.txt": Array("0123456789".utf8), "empty.txt": [], "sub/film.mkv": noise, "sub/long.txt": text,
        "sub/ünïcode 名前.txt": Array("names".utf8), "sub/signatures": Array("PK\u{3}\u{4}PK\u{7}\u{8}".utf8),
        "deep/\(String(repeating: "d", count: 120))/\(String(repeating: "f", count: 200))": Array("deep".utf8),
    ]

    /// A server with `films` in the root `media`, scanned; an empty directory and a link are in it too.
    static func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for (path, content) in files { try api.server.write("films/" + path, content) }
            let films = api.server.tree + "/films"
            try FileManager.default.createDirectory(atPath: films + "/void", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: films + "/link", withDestinationPath: "a.txt")
            try await api.addRoot()
            try await api.scan()
            try await body(api)
        }
    }

    @Test(arguments: ["zip", "tar", "tar.gz", "zip&compression=deflate"])
    func `Every reader finds everything that is in the directory`(format: String) async throws {
        try await Self.with { api in
            let answer = try await api.get("download/directory/media/films?format=\(format)")
            #expect(answer.status == 200)
            let kind = String(format.prefix { $0 != "&" })
            let wanted = try ArchiveReaders.tree(api.server.tree).filter { $0.key != "films/link" }
            for reader in ArchiveReaders.unpacking(kind) {
                let place = try ScratchDirectory()
                try Data(answer.bytes).write(to: URL(fileURLWithPath: place.path + "/archive"))
                let output = try await ArchiveReaders.run(reader, in: place.path)
                if reader.last?.contains("zipinfo") == true {
                    #expect(output.contains("films/void/"))
                    continue
                }
                let found = try ArchiveReaders.tree(place.path).filter { $0.key.hasPrefix("films") }
                #expect(Set(found.keys) == Set(wanted.keys), "\(reader)")
                // The contents themselves would be a very long message.
                #expect(wanted.keys.filter { found[$0] != wanted[$0] } == [], "\(reader)")
            }
            if format != "zip", format != "tar" { #expect(answer.bytes.count < Self.noise.count + 200_000) }
        }
    }

    @Test func `Times arrive, to the second in a zip and to the nanosecond in a tar`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("films/a.txt", [1])
            var times = [timespec(tv_sec: 0, tv_nsec: 0), timespec(tv_sec: 1_234_567_891, tv_nsec: 123_456_789)]
            times[0] = times[1]
            try #require(utimensat(AT_FDCWD, api.server.tree + "/films/a.txt", times, 0) == 0)
            try await api.addRoot()
            try await api.scan()
            let place = try ScratchDirectory()
            for kind in ["zip", "tar"] {
                let answer = try await api.get("download/directory/media/films?format=\(kind)")
                try Data(answer.bytes).write(to: URL(fileURLWithPath: "\(place.path)/\(kind)"))
            }
            let shown = try await ArchiveReaders.run(
                [
                    "sh", "-c",
                    "TZ=UTC bsdtar -xf zip && stat -c %Y films/a.txt; bsdtar -xf tar; stat -c %.9Y films/a.txt",
                ],
                in: place.path)
            #expect(shown == "1234567891\n1234567891.123456789\n")
        }
    }

    @Test func `An archive says what it is`() async throws {
        try await Self.with { api in
            for (format, type, name) in [
                ("zip", "application/zip", "films.zip"), ("tar", "application/x-tar", "films.tar"),
            ] {
                let path = "download/directory/media/films?format=\(format)"
                let answer = try await api.get(path)
                #expect(answer.header("Content-Type") == type)
                #expect(answer.header("Content-Length") == "\(answer.bytes.count)")
                #expect(answer.header("Accept-Ranges") == "bytes")
                #expect(answer.header("Content-Disposition") == "attachment; filename=\"\(name)\"")
                #expect(answer.header("Content-Encoding") == nil)
                let etag = try #require(answer.header("ETag"))
                let head = try await api.send(.head, path)
                #expect(head.bytes.isEmpty)
                for field in ["ETag", "Content-Length", "Content-Type", "Accept-Ranges", "Content-Disposition"] {
                    #expect(head.header(field) == answer.header(field), "\(field)")
                }
                let known = try await api.get(path, headers: ["If-None-Match": etag])
                #expect(known.status == 304)
                #expect(try await api.get(path, headers: ["If-Match": "\"other\""]).status == 412)
                let late = ["If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"]
                #expect(try await api.get(path, headers: late).status == 200)
            }
            // Nobody knows how long it becomes.
            let gzip = try await api.get(
                "download/directory/media/films?format=tar.gz", headers: ["Range": "bytes=0-9"])
            #expect(gzip.status == 200)
            #expect(gzip.header("Content-Type") == "application/gzip")
            #expect(gzip.header("Content-Length") == nil)
            #expect(gzip.header("Accept-Ranges") == "none")
            #expect(gzip.header("ETag") == nil)
        }
    }

    @Test func `A root is an archive under its own name`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("a.txt", [1])
            try await api.addRoot()
            try await api.scan()
            let answer = try await api.get("download/directory/media")
            #expect(answer.header("Content-Disposition") == #"attachment; filename="media.zip""#)
            #expect(try await Self.names(answer) == ["media/", "media/a.txt"])
        }
    }

    /// What Python finds in a zip.
    static func names(_ answer: CatalogAPI.Answer) async throws -> [String] {
        let place = try ScratchDirectory()
        try Data(answer.bytes).write(to: URL(fileURLWithPath: place.path + "/archive"))
        let output = try await ArchiveReaders.run(
            ArchiveReaders.python(
                """
                z = zipfile.ZipFile('archive'); assert z.testzip() is None; print(chr(0).join(z.namelist()), end='')
                """),
            in: place.path)
        return output.split(separator: "\0").map { String($0) }
    }

    @Test func `Hostile names mean nothing but names`() async throws {
        try await CatalogAPI.with { api in
            for name in ["..\\..\\evil", "a\nb", "a_b", "C:", "\u{202E}txt.exe"] {
                try api.server.write("films/" + name, Array(name.utf8))
            }
            let broken = api.server.tree.utf8CString.dropLast().map { UInt8(bitPattern: $0) } + Array("/films/".utf8)
            let file = (broken + [0xFE, 0]).map { CChar(bitPattern: $0) }
            try #require(close(open(file, O_CREAT | O_WRONLY, 0o644)) == 0)
            try await api.addRoot()
            try await api.scan()
            let names = try await Self.names(try await api.get("download/directory/media/films"))
            #expect(
                Set(names) == [
                    "films/", "films/.._.._evil", "films/a_b", "films/a_b (2)", "films/C_", "films/_txt.exe",
                    "films/‛FE",
                ])
        }
    }

    @Test func `What is read is noted`() async throws {
        try await Self.with { api in
            let time = { (path: String) async throws -> String? in
                try await api.get("catalog-info/media/films/" + path).object()["accessed_at"] as? String
            }
            let head = try await api.send(.head, "download/directory/media/films")
            #expect(head.status == 200)
            #expect(try await time("a.txt") == nil)
            let whole = try await api.get("download/directory/media/films")
            #expect(whole.status == 200)
            #expect(try await time("a.txt") != nil)
            #expect(try await time("sub/film.mkv") != nil)
        }
    }

    @Test func `A directory of nothing but a link, a file and an unscanned root are no archives`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("a.txt", [1])
            try FileManager.default.createDirectory(
                atPath: api.server.tree + "/void", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                atPath: api.server.tree + "/void/link", withDestinationPath: "../a.txt")
            try await api.addRoot()
            let absent = #"{"error":"Directory not found or empty"}"#
            #expect(try await api.get("download/directory/media").text == absent)
            try await api.scan()
            for path in ["media/void", "media/none", "none", "none/films"] {
                let answer = try await api.get("download/directory/\(path)")
                #expect(answer.status == 404, "\(path)")
                #expect(answer.text == absent, "\(path)")
            }
            let file = try await api.get("download/directory/media/a.txt")
            #expect(file.status == 400)
            #expect(file.text == #"{"error":"Path is not a directory"}"#)
            #expect(try await api.get("download/directory/").text == #"{"error":"Path is required"}"#)
        }
    }

    @Test func `A directory that is too large says how large it is`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("films/a.bin", [])
            try api.server.write("films/b.bin", [1])
            try #require(truncate(api.server.tree + "/films/a.bin", 5 << 30) == 0)
            try await api.addRoot()
            try await api.scan()
            let members = #""max_size":5368709120,"total_size":5368709121}"#
            let directory = try await api.get("download/directory/media/films")
            #expect(directory.status == 400)
            #expect(directory.text == #"{"error":"Directory too large for download","# + members)
            let list = try await api.post("download/archive", #"{"paths":["films"],"smb_root":"media"}"#)
            #expect(list.status == 400)
            #expect(list.text == #"{"error":"Total size too large for download","# + members)
        }
    }
}
