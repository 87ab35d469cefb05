import CatalogCore
import CatalogScanner
import Foundation
import Testing

@Suite("Scanning a root") struct ScanTests {
    @Test func firstScanFindsEverythingAndAddsUp() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("movies/Heat (1995)/heat.mkv", bytes: 1_000)
            try disk.write("movies/Heat (1995)/poster.jpg", bytes: 30)
            try disk.write("readme.txt", bytes: 5)
            let scan = try await disk.scan(.full)
            #expect(scan.status == "completed")
            #expect(scan.counts.added == 5)
            #expect(scan.counts.errors == 0)
            let catalog = try await disk.catalog()
            #expect(
                Set(catalog.keys) == [
                    "movies", "movies/Heat (1995)", "movies/Heat (1995)/heat.mkv", "movies/Heat (1995)/poster.jpg",
                    "readme.txt",
                ])
            #expect(catalog["movies"]?.size == 1_030)
            #expect(try await disk.totals() == (bytes: 1_035, files: 3, directories: 2))
        }
    }

    @Test(arguments: ScanType.allCases)
    func unchangedTreeChangesNothing(type: ScanType) async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<40 { try disk.write("d\(number % 7)/e\(number % 3)/file \(number).bin", bytes: number) }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            let again = try await disk.scan(type)
            #expect(again.counts.added + again.counts.updated + again.counts.removed == 0)
            #expect(again.counts.entriesFound == before.count)
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func searchIndexesHearOfNewSizesAndTimesAndOfNothingElse() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<20 { try disk.write("d/file \(number)", bytes: number) }
            try await disk.scan(.full)
            // The root's own directory has no times before its first scan.
            let first = try await disk.journalledAgain()
            #expect(first.count <= 1)
            try await disk.scan(.incremental)
            #expect(try await disk.journalledAgain() == first)
            try disk.write("d/file 7", bytes: 700)
            try await disk.scan(.incremental)
            let catalog = try await disk.catalog()
            let (file, directory) = (catalog["d/file 7"]?.id ?? 0, catalog["d"]?.id ?? 0)
            let heard = try await disk.journalledAgain().subtracting(first)
            // The directory has a new time if the file was written beside the old one and then put in its place.
            #expect(heard.contains(file) && heard.isSubset(of: [file, directory]))
        }
    }

    @Test(arguments: ScanType.allCases)
    func changesAreFoundAndIdsStay(type: ScanType) async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/one.txt", bytes: 1)
            try disk.write("a/two.txt", bytes: 2)
            try disk.write("b/three.txt", bytes: 3)
            try await disk.scan(.full)
            let before = try await disk.catalog()
            try disk.remove("a/two.txt")
            try disk.write("a/four.txt", bytes: 4)
            try disk.write("c/five.txt", bytes: 5)
            let scan = try await disk.scan(type)
            #expect(scan.counts.added == 3)
            #expect(scan.counts.removed == 1)
            let after = try await disk.catalog()
            #expect(after["a/two.txt"] == nil)
            #expect(after["a/one.txt"]?.id == before["a/one.txt"]?.id)
            #expect(after["b/three.txt"] == before["b/three.txt"])
            #expect(after["c"]?.size == 5)
            #expect(try await disk.totals().bytes == 1 + 3 + 4 + 5)
        }
    }

    @Test func aFileRewrittenInPlaceIsSeenByIncrementalAndNotByQuick() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/one.txt", bytes: 1)
            try disk.settle()
            try await disk.scan(.full)
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: disk.tree + "/a/one.txt"))
            try handle.write(contentsOf: Data(repeating: 66, count: 500))
            try handle.close()
            #expect(try await disk.scan(.quick).counts.updated == 0)
            #expect(try await disk.catalog()["a/one.txt"]?.size == 1)
            #expect(try await disk.scan(.incremental).counts.updated == 1)
            #expect(try await disk.catalog()["a/one.txt"]?.size == 500)
            #expect(try await disk.totals().bytes == 500)
        }
    }

    @Test func aVanishedEntryThatComesBackHasItsIdAgain() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<8 { try disk.write("keep/\(number).txt") }
            try disk.write("a/deep/one.txt", bytes: 7)
            try await disk.scan(.full)
            let before = try await disk.catalog()
            try disk.move("a", to: "../away")
            #expect(try await disk.scan().counts.removed == 3)
            #expect(try await disk.catalog()["a"] == nil)
            try disk.move("../away", to: "a")
            let scan = try await disk.scan()
            #expect(scan.counts.added == 3)
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func aFileThatBecomesADirectoryIsANewEntry() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<8 { try disk.write("keep/\(number).txt") }
            try disk.write("thing", bytes: 3)
            try await disk.scan(.full)
            let before = try #require(try await disk.catalog()["thing"])
            try disk.remove("thing")
            try disk.write("thing/inside.txt", bytes: 4)
            try await disk.scan()
            let after = try await disk.catalog()
            #expect(after["thing"]?.id != before.id)
            #expect(after["thing"]?.kind == EntryKind.directory.rawValue)
            #expect(after["thing/inside.txt"]?.size == 4)
        }
    }

    @Test func aDirectoryThatBecomesAFileIsANewEntryInTheSameScan() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<8 { try disk.write("keep/\(number).txt") }
            try disk.write("thing/inside.txt", bytes: 4)
            try await disk.scan(.full)
            let before = try #require(try await disk.catalog()["thing"])
            try disk.remove("thing")
            try disk.write("thing", bytes: 3)
            try await disk.scan()
            let after = try await disk.catalog()
            #expect(after["thing"]?.kind == EntryKind.file.rawValue)
            #expect(after["thing"]?.id != before.id)
            #expect(after["thing/inside.txt"] == nil)
            #expect(try await disk.totals() == (bytes: 83, files: 9, directories: 1))
        }
    }

    @Test func namesAreBytes() async throws {
        try await ScanFixture.withNew { disk in
            let names: [[UInt8]] = [
                Array("new\nline".utf8), [0xFF, 0xFE, 0x41], Array("‮right to left".utf8), Array("%2f%00".utf8),
                Array("Ä".decomposedStringWithCanonicalMapping.utf8),
                Array("Ä".precomposedStringWithCanonicalMapping.utf8),
                Array(repeating: UInt8(ascii: "x"), count: 255),
            ]
            for name in names {
                let path = Array((disk.tree + "/").utf8) + name + [0]
                let descriptor = path.withUnsafeBufferPointer { buffer in
                    buffer.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o644) }
                }
                try #require(descriptor >= 0)
                close(descriptor)
            }
            try await disk.scan(.full)
            #expect(try await Set(disk.catalog().keys) == Set(names.map { NameEncoding.text(of: $0) }))
            #expect(try await disk.scan().counts.added == 0)
        }
    }

    @Test func linksAreListedAndNeverWalked() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("real/file.txt")
            try FileManager.default.createSymbolicLink(atPath: disk.tree + "/real/loop", withDestinationPath: "..")
            try FileManager.default.createSymbolicLink(atPath: disk.tree + "/out", withDestinationPath: "/etc")
            try await disk.scan(.full)
            let catalog = try await disk.catalog()
            #expect(catalog["real/loop"]?.kind == EntryKind.link.rawValue)
            #expect(catalog["out"]?.kind == EntryKind.link.rawValue)
            #expect(catalog.count == 4)
        }
    }
}
