import CatalogCore
import CatalogDatabase
import CatalogScanner
import Foundation
import Testing

/// A file that the program has removed is out of the catalog at once, whatever scans do meanwhile.
@Suite struct FileRemovalTests {
    /// Removes a file from the disk and from the catalog.
    private func remove(_ path: String, _ id: EntryID, _ disk: ScanFixture) async throws -> Bool {
        try disk.remove(path)
        return try await disk.database.write(.readCommitted) { connection in
            try FileRemoval(rootID: ScanFixture.rootID).note(id, on: connection)
        }
    }

    private func expectAgreement(_ disk: ScanFixture) async throws {
        let (before, sums) = (try await disk.catalog(), try await disk.totals())
        let scan = try await disk.scan(.full, confirm: true)
        #expect(scan.counts.added == 0 && scan.counts.removed == 0, "\(scan.counts)")
        let (after, sumsAfter) = (try await disk.catalog(), try await disk.totals())
        #expect(before == after)
        #expect(sums == sumsAfter)
    }

    @Test func `It is gone, and all directories above it are smaller`() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/b/film.mkv", bytes: 1_000)
            for name in ["a/b/other.txt", "a/c.txt"] { try disk.write(name) }
            try await disk.scan()
            let id = try #require(try await disk.catalog()["a/b/film.mkv"]?.id)
            #expect(try await remove("a/b/film.mkv", id, disk))
            #expect(try await disk.catalog()["a/b/film.mkv"] == nil)
            #expect(try await disk.totals() == (20, 2, 2))
            let again = try await disk.database.write(.readCommitted) { connection in
                try FileRemoval(rootID: ScanFixture.rootID).note(id, on: connection)
            }
            #expect(!again)
            try await expectAgreement(disk)
            // The same name has its number again.
            try disk.write("a/b/film.mkv", bytes: 30)
            try await disk.scan()
            #expect(try await disk.catalog()["a/b/film.mkv"]?.id == id)
        }
    }

    @Test(arguments: [true, false])
    func `A scan that runs meanwhile, or the next one, agrees`(isAfterListing: Bool) async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a/one.txt", "b/film.mkv", "b/two.txt"] { try disk.write(name) }
            try await disk.scan()
            let id = try #require(try await disk.catalog()["b/film.mkv"]?.id)
            try disk.write("b/three.txt")
            let write: @Sendable (String) -> Void = { listed in
                guard listed == "b" else { return }
                disk.blocking { _ = try await remove("b/film.mkv", id, disk) }
            }
            if isAfterListing { disk.backend.afterList(write) } else { disk.backend.onList(write) }
            #expect(try await disk.scan().status == "completed")
            disk.backend.afterList(nil)
            disk.backend.onList(nil)
            try await disk.scan()
            #expect(try await disk.catalog().keys.sorted() == ["a", "a/one.txt", "b", "b/three.txt", "b/two.txt"])
            try await expectAgreement(disk)
        }
    }
}
