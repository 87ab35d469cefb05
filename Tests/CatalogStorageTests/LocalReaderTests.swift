import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Glibc
import Testing

@Suite("Reading a local file")
struct LocalReaderTests {
    @Test("A reader keeps its file when the name is given to another one")
    func replacedFile() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], Array("old content".utf8))
        let backend = LocalBackend(path: scratch.path)
        let reader = try backend.openReader(StoragePath(parsing: "file"))
        try scratch.writeFile(["new"], Array("new".utf8))
        try #require(rename(scratch.native(["new"]), scratch.native(["file"])) == 0)
        #expect(read(reader, 100) == "old content")
        #expect(reader.sizeBytes == 11)
        #expect(try backend.content(["file"]) == "new")
        #expect(try backend.stat(StoragePath(parsing: "file")).inode != reader.inode)
    }

    @Test("A reader of a removed file reads on")
    func removedFile() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], Array("content".utf8))
        let reader = try LocalBackend(path: scratch.path).openReader(StoragePath(parsing: "file"))
        try scratch.remove(["file"])
        #expect(read(reader, 100) == "content")
    }

    @Test("A file that was cut short ends earlier than it said")
    func truncatedFile() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], [UInt8](repeating: 1, count: 1_000))
        let reader = try LocalBackend(path: scratch.path).openReader(StoragePath(parsing: "file"))
        try #require(truncate(scratch.native(["file"]), 10) == 0)
        #expect(reader.sizeBytes == 1_000)
        #expect(read(reader, 1_000)?.utf8.count == 10)
    }

    @Test("What memory holds is read without waiting, and never more than there is")
    func cachedRead() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], Array("0123456789".utf8))
        let reader = try LocalBackend(path: scratch.path).openReader(StoragePath(parsing: "file"))
        _ = read(reader, 10)
        var buffer = [UInt8](repeating: 0, count: 100)
        // File systems without such reads give nil; those with it have the file in memory now.
        if let count = buffer.withUnsafeMutableBytes({ reader.readCached(into: $0, at: 4) }) {
            #expect(Array(buffer[..<count]) == Array("456789".utf8))
        }
        let behind = buffer.withUnsafeMutableBytes { reader.readCached(into: $0, at: 1_000) }
        #expect(behind == nil || behind == 0)
    }

    @Test("A file beyond 4 GiB is read at its end")
    func hugeFile() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], [])
        let size = 5 << 30
        try #require(truncate(scratch.native(["file"]), size) == 0)
        let reader = try LocalBackend(path: scratch.path).openReader(StoragePath(parsing: "file"))
        #expect(reader.sizeBytes == Int64(size))
        var buffer = [UInt8](repeating: 1, count: 10)
        let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: Int64(size) - 4) }
        #expect(count == 4)
        #expect(buffer == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    }

    @Test("Readers give their descriptors back")
    func descriptors() throws {
        let scratch = try ScratchDirectory()
        try scratch.writeFile(["file"], [1])
        let backend = LocalBackend(path: scratch.path)
        // More than a process may have open at once, so that one that stayed open would be noticed.
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(7), &limit) == 0)
        for _ in 0..<min(limit.rlim_cur + 10, 70_000) {
            _ = try backend.openReader(StoragePath(parsing: "file"))
            _ = try backend.stat(StoragePath(parsing: "file"))
        }
    }

    private func read(_ reader: any StorageReader, _ count: Int) -> String? {
        var buffer = [UInt8](repeating: 0, count: count)
        let filled = try? buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) }
        return filled.map { String(decoding: buffer[..<$0], as: UTF8.self) }
    }
}
