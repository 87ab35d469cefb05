import CatalogCore
import CatalogStorage
import CatalogTestSupport
import Testing

/// A file that comes piece by piece shows when all of it is there.
@Suite struct IncomingFileTests {
    private let disk = MemoryBackend()

    private func place(_ text: String) throws -> TransferPlace {
        TransferPlace(storage: "disk", backend: disk, path: try StoragePath(parsing: text))
    }

    private func write(_ bytes: [UInt8], to file: IncomingFile) throws {
        try bytes.withUnsafeBytes { try file.write($0) }
    }

    @Test func `It has what came`() throws {
        let file = try IncomingFile(to: place("a/b/film"))
        try write([1, 2], to: file)
        try write([], to: file)
        try write([3], to: file)
        #expect(disk.files().keys.allSatisfy { $0.hasPrefix("a/b/.catalogizer-") })
        #expect(try file.finish(replacing: false).sizeBytes == 3)
        #expect(disk.files() == ["a/b/film": [1, 2, 3]])
    }

    @Test func `What is abandoned leaves nothing`() throws {
        let file = try IncomingFile(to: place("film"))
        try write([1, 2], to: file)
        file.abandon()
        #expect(disk.files().isEmpty)
    }

    @Test func `A name that is taken stays what it is, unless it may go`() throws {
        try disk.writeFile(["film"], [9])
        #expect(code { try IncomingFile.checkName(place("film"), replacing: false) } == .alreadyExists)
        let file = try IncomingFile(to: place("film"))
        try write([1], to: file)
        #expect(code { _ = try file.finish(replacing: false) } == .alreadyExists)
        #expect(try disk.content(["film"]) == [9])
        #expect(try file.finish(replacing: true).sizeBytes == 1)
        #expect(disk.files() == ["film": [1]])
    }

    @Test func `A byte that changes on its way is noticed`() throws {
        disk.faults.twistWrites(at: 3)
        let file = try IncomingFile(to: place("film"))
        try write([1, 2, 3, 4, 5], to: file)
        #expect(code { _ = try file.finish(replacing: false) } == .dataLoss)
        file.abandon()
        #expect(disk.files().isEmpty)
    }

    @Test func `Two files for one name do not mix`() throws {
        let (one, other) = (try IncomingFile(to: place("film")), try IncomingFile(to: place("film")))
        try write([1], to: one)
        try write([2, 2], to: other)
        #expect(try one.finish(replacing: false).sizeBytes == 1)
        #expect(code { _ = try other.finish(replacing: false) } == .alreadyExists)
        other.abandon()
        #expect(disk.files() == ["film": [1]])
    }
}
