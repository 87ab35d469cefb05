import CatalogDatabase
import CatalogTestSupport
import Foundation
import Glibc
import HTTPTypes
import Testing

/// Archives with more members than 16 bits count, and with more bytes than 32.
@Suite(.serialized) struct ArchiveSizeTests {
    private func write(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test func `Seventy thousand members arrive`() async throws {
        try await CatalogAPI.with { api in
            let count = 70_000
            try api.server.write("films/last", [1])
            for number in 1..<count {
                try #require(close(open("\(api.server.tree)/films/\(number)", O_CREAT | O_WRONLY, 0o644)) == 0)
            }
            try await api.addRoot()
            try await api.scan()
            let place = try ScratchDirectory()
            try write(try await api.get("download/directory/media/films").bytes, place.path + "/zip")
            let shown = try await ArchiveReaders.run(
                ArchiveReaders.python(
                    "z = zipfile.ZipFile('zip'); print(len(z.namelist()), len(set(z.namelist())), z.read('films/last'))"
                ),
                in: place.path)
            #expect(shown == "\(count + 1) \(count + 1) b'\\x01'\n")
            #expect(try await ArchiveReaders.run(["unzip", "-tq", "zip"], in: place.path).contains("No errors"))
            let tested = try await ArchiveReaders.run(["7z", "t", "-bd", "zip"], in: place.path)
            #expect(tested.contains("Everything is Ok"))
        }
    }

    @Test func `A file of more than four gibibytes is where the layout says`() async throws {
        try await CatalogAPI.with { api in
            let size: Int64 = 4_500_000_000
            try api.server.write("films/large.bin", [])
            try api.server.write("films/later.txt", Array("later".utf8))
            try #require(truncate(api.server.tree + "/films/large.bin", Int(size)) == 0)
            try await api.addRoot()
            try await api.scan()
            let place = try ScratchDirectory()
            // What its zeros come to is known, so nobody has to read them here.
            try await api.server.database.write {
                try $0.executeScript(
                    """
                    INSERT INTO archive_checksums (entry_id, size_bytes, modified_ns, changed_ns, crc32)
                    SELECT id, size_bytes, modified_ns, changed_ns, 3211290861 FROM entries WHERE size_bytes = \(size)
                    """)
            }
            for format in ["zip", "tar"] {
                let path = "download/directory/media/films?format=\(format)"
                let head = try await api.send(.head, path)
                let length = try #require(head.header("Content-Length").flatMap { Int($0) })
                let begin = try await api.get(path, headers: ["Range": "bytes=0-4095"]).bytes
                let end = try await api.get(path, headers: ["Range": "bytes=-12000"]).bytes
                #expect(end.count == 12_000)
                // The zeros between are a hole.
                let archive = place.path + "/" + format
                try write(begin, archive)
                try #require(truncate(archive, length - 12_000) == 0)
                let file = try #require(FileHandle(forWritingAtPath: archive))
                try file.seekToEnd()
                try file.write(contentsOf: Data(end))
                try file.close()
            }
            let shown = try await ArchiveReaders.run(
                ArchiveReaders.python(
                    """
                    z = zipfile.ZipFile('zip'); print([(i.filename, i.file_size) for i in z.infolist()]); \
                    print(z.read('films/later.txt')); \
                    print(hex(z.getinfo('films/large.bin').CRC)); \
                    t = tarfile.open('tar'); print([(i.name, i.size) for i in t]); \
                    print(t.extractfile('films/later.txt').read())
                    """), in: place.path)
            #expect(
                shown == """
                    [('films/', 0), ('films/large.bin', 4500000000), ('films/later.txt', 5)]
                    b'later'
                    0xbf6868ed
                    [('films', 0), ('films/large.bin', 4500000000), ('films/later.txt', 5)]
                    b'later'

                    """)
            let listed = try await ArchiveReaders.run(["7z", "l", "zip"], in: place.path)
            #expect(listed.contains("4500000000") && !listed.contains("Warning") && !listed.contains("Error"))
        }
    }
}
