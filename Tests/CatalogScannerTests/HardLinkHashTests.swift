import CatalogCore
import CatalogScanner
import CatalogTestSupport
import Foundation
import Testing

/// Several names of one file are one file, whenever they came and whoever has looked at them since.
@Suite("Hashing of hard links") struct HardLinkHashTests {
    private static let edge = 64 << 10

    @Test func `Names of one file are one file: read once, and no waste of their own`() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("alone", ScanFixture.content(300_000, seed: 1))
            try disk.link("alone", as: "links/of alone")
            try disk.write("first", ScanFixture.content(200_000, seed: 2))
            for number in 0..<5 { try disk.link("first", as: "links/\(number)") }
            try disk.write("second", ScanFixture.content(200_000, seed: 2))
            let read = try await disk.scanAndHash()
            // Its size is no other file's.
            #expect(read["alone"] == nil && read["links/of alone"] == nil)
            #expect(read.values.reduce(0, +) == Int64(2 * (200_000 + Self.edge)))
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 2, wasted: 200_000))
            #expect(try await disk.duplicateGroups().first?.count == 7)
            // A name more, or fewer, changes nothing.
            try disk.link("second", as: "third")
            try disk.remove("links/3")
            #expect(try await disk.scanAndHash() == [:])
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 2, wasted: 200_000))
            try disk.remove("second")
            try disk.remove("third")
            try await disk.scan()
            #expect(try await disk.duplicateFigures() == .init())
        }
    }

    @Test(arguments: [true, false])
    func `A new name of a known file is no duplicate, though nobody looked at the old one since`(
        isHashed: Bool
    ) async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("downloads/film", ScanFixture.content(300_000, seed: 1))
            // The size of another one has it read.
            if isHashed { try disk.write("other", ScanFixture.content(300_000, seed: 2)) }
            try await disk.scanAndHash()
            for number in 0..<3 { try disk.link("downloads/film", as: "library/\(number)") }
            _ = try await disk.scanChanges(in: ["", "library"])
            _ = disk.backend.takeBytesRead()
            try await disk.hash(at: TimeSource { TimeSource.system.now + 86_400_000_000 })
            let bytesRead = disk.backend.takeBytesRead().values.reduce(0, +)
            #expect(bytesRead <= 4 * Self.edge, "only its ends, once or twice")
            #expect(try await disk.duplicateFigures() == .init())
            try disk.write("copy", ScanFixture.content(300_000, seed: 1))
            try await disk.scanAndHash()
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 2, wasted: 300_000))
            #expect(try await disk.duplicateGroups().first?.count == 5)
        }
    }

    @Test func `A new name of a known file and a copy of it are told apart, each read once`() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("downloads/film", ScanFixture.content(300_000, seed: 1))
            try await disk.scanAndHash()
            try disk.link("downloads/film", as: "library/film")
            try disk.write("library/copy", ScanFixture.content(300_000, seed: 1))
            _ = try await disk.scanChanges(in: ["", "library"])
            _ = disk.backend.takeBytesRead()
            try await disk.hash(at: TimeSource { TimeSource.system.now + 86_400_000_000 })
            #expect(disk.backend.takeBytesRead().values.reduce(0, +) <= 2 * 300_000 + 6 * Self.edge)
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 2, wasted: 300_000))
            #expect(try await disk.duplicateGroups() == [["downloads/film", "library/copy", "library/film"]])
        }
    }
}
