import CatalogCore
import CatalogScanner
import CatalogStorage
import Foundation
import Testing

/// Scans of one directory and all below it.
@Suite struct PathScanTests {
    private static let files = [
        "films/old/1950/a.mkv", "films/old/b.mkv", "films/new/c.mkv", "music/d.flac", "music/album/e.flac",
    ]

    private func withScanned(_ body: (ScanFixture) async throws -> Void) async throws {
        try await ScanFixture.withNew { disk in
            for path in Self.files { try disk.write(path, bytes: 5) }
            #expect(try await disk.scan(.full).status == "completed")
            try await body(disk)
        }
    }

    @Test(arguments: [ScanType.full, .incremental, .quick])
    func `What is below the directory is brought in line, and nothing else`(type: ScanType) async throws {
        try await withScanned { disk in
            try disk.write("films/old/1950/more/f.mkv", bytes: 7)
            try disk.remove("films/old/b.mkv")
            try disk.write("films/new/unseen.mkv", bytes: 1)
            try disk.remove("music/d.flac")
            let scan = try await disk.scan(type, path: "films/old")
            #expect(scan.status == "completed" && scan.path == "films/old", "\(scan)")
            #expect(scan.counts.added == 2 && scan.counts.removed == 1 && scan.counts.errors == 0)
            let paths = try await disk.catalog().keys
            #expect(paths.contains("films/old/1950/more/f.mkv") && !paths.contains("films/old/b.mkv"))
            #expect(!paths.contains("films/new/unseen.mkv") && paths.contains("music/d.flac"))
            #expect(try await disk.wrongSizes() == [])
            #expect(try await disk.scan(.incremental).status == "completed")
            let all = try await disk.catalog().keys
            #expect(all.contains("films/new/unseen.mkv") && !all.contains("music/d.flac"))
            #expect(try await disk.wrongSizes() == [])
        }
    }

    @Test func `A path that is no directory of the catalog is refused`() async throws {
        try await withScanned { disk in
            try disk.write("films/unseen/x.mkv", bytes: 1)
            for (path, code) in [
                ("nothing", CatalogError.Code.notFound), ("films/unseen", .notFound), ("films/old/b.mkv", .conflict),
                ("films/old/b.mkv/x", .conflict),
            ] {
                await #expect { try await disk.request(path: path) } throws: { ($0 as? CatalogError)?.code == code }
            }
        }
    }

    @Test func `A directory that is gone fails the scan, keeps its rows, and says nothing about the root`() async throws
    {
        try await withScanned { disk in
            let known = try await disk.catalog()
            try disk.remove("films/old")
            let scan = try await disk.scan(path: "films/old")
            #expect(scan.status == "failed")
            #expect(
                scan.errorMessage == "The directory is not there any more; scan the one above it to have it removed")
            #expect(try await disk.catalog() == known)
            #expect(disk.roots.lastError == nil)
            #expect(try await disk.scan(path: "films").counts.removed == 4)
        }
    }

    @Test func `It takes the place of no scan of the whole root`() async throws {
        try await ScanFixture.withNew { disk in
            for path in Self.files { try disk.write(path, bytes: 5) }
            // An uploaded file is known before any scan.
            let threads = BlockingPool(name: "test", threads: 1, queueLimit: 1)
            _ = try await disk.refresh(threads).note(StoragePath(parsing: "films/old/b.mkv"), in: ScanFixture.rootID)
            try await threads.shutdown()
            #expect(try await disk.scan(.quick, path: "films").type == "quick")
            #expect(try await Set(disk.catalog().keys).contains("films/new/c.mkv"))
            // The first one of the whole root is still a full one.
            #expect(try await disk.scan(.quick).type == "full")
        }
    }

    @Test func `The brake compares with the whole root`() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<150 { try disk.write("small/\(number)", bytes: 1) }
            for number in 0..<300 { try disk.write("large/\(number)", bytes: 1) }
            #expect(try await disk.scan(.full).status == "completed")
            for number in 0..<150 { try disk.remove("small/\(number)") }
            let scan = try await disk.scan(path: "small")
            #expect(scan.status == "needs_confirmation" && scan.removalsParked == 150, "\(scan)")
            #expect(try await disk.scan(path: "small", confirm: true).counts.removed == 150)
            for number in 0..<50 { try disk.remove("large/\(number)") }
            #expect(try await disk.scan(path: "large").counts.removed == 50)
        }
    }

    @Test func `It does not wait for a place among scans of whole roots`() async throws {
        try await ScanFixture.withNew { disk in
            for path in Self.files { try disk.write(path, bytes: 5) }
            try await disk.scan(.full)
            try disk.write("films/new/one more.mkv", bytes: 6)
            let part = try await disk.run(disk.request(path: "films"), wholeAtOnce: 0)
            #expect(part.status == "completed" && part.counts.added == 1, "\(part)")
            let whole = try await disk.request()
            #expect(try await disk.run(whole, wholeAtOnce: 0).status == "queued")
        }
    }
}

extension ScanFixture {
    /// Looks at directories of which a watch has said that they changed.
    func scanChanges(in directories: [String]) async throws -> Scan {
        let paths = try directories.map { try StoragePath(parsing: $0) }
        return try await run(try await service.request(ScanRequest(rootID: Self.rootID, changed: paths)))
    }
}
