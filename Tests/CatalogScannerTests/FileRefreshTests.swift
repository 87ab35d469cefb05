import CatalogCore
import CatalogDatabase
import CatalogScanner
import CatalogStorage
import Dispatch
import Foundation
import Synchronization
import Testing

/// A file that the program has written is in the catalog at once, whatever scans do meanwhile.
@Suite("A file noted beside scans") struct FileRefreshTests {
    private func with(_ body: (ScanFixture, FileRefresh) async throws -> Void) async throws {
        try await ScanFixture.withNew { disk in
            let pool = BlockingPool(name: "refresh", threads: 1, queueLimit: 256)
            try await body(disk, disk.refresh(pool))
            try await pool.shutdown()
        }
    }

    /// The catalog is what a scan that looks at everything makes of the disk.
    private func expectAgreement(_ disk: ScanFixture) async throws {
        let (before, sums) = (try await disk.catalog(), try await disk.totals())
        let scan = try await disk.scan(.full, confirm: true)
        #expect(scan.counts.added == 0 && scan.counts.updated == 0 && scan.counts.removed == 0, "\(scan.counts)")
        let (after, sumsAfter) = (try await disk.catalog(), try await disk.totals())
        #expect(before == after)
        #expect(sums == sumsAfter)
    }

    @Test func itIsThereWithTheDirectoriesAboveIt() async throws {
        try await with { disk, refresh in
            try disk.write("a/old.txt")
            try await disk.scan()
            try disk.write("a/new/deep/film.mkv", bytes: 1_000)
            let id = try await refresh.note(StoragePath(parsing: "a/new/deep/film.mkv"), in: ScanFixture.rootID)
            let catalog = try await disk.catalog()
            #expect(catalog["a/new/deep/film.mkv"]?.id == id && id != nil)
            #expect(catalog["a/new/deep/film.mkv"]?.size == 1_000 && catalog["a"]?.size == 1_010)
            #expect(try await disk.totals() == (1_010, 2, 3))
            try await expectAgreement(disk)
        }
    }

    @Test func itIsThereBeforeAnyScan() async throws {
        try await with { disk, refresh in
            try disk.write("a/film.mkv", bytes: 7)
            #expect(try await refresh.note(StoragePath(parsing: "a/film.mkv"), in: ScanFixture.rootID) != nil)
            #expect(try await disk.totals() == (7, 1, 1))
            try await expectAgreement(disk)
        }
    }

    @Test func anotherContentHasAnotherSizeAndTheSameNumber() async throws {
        try await with { disk, refresh in
            try disk.write("a/film.mkv", bytes: 100)
            try await disk.scan()
            let id = try await disk.catalog()["a/film.mkv"]?.id
            try disk.write("a/film.mkv", bytes: 30)
            #expect(try await refresh.note(StoragePath(parsing: "a/film.mkv"), in: ScanFixture.rootID) == id)
            #expect(try await disk.catalog()["a/film.mkv"]?.size == 30)
            #expect(try await disk.totals().bytes == 30)
            #expect(try await disk.journalledAgain().contains(id ?? 0))
            try await expectAgreement(disk)
        }
    }

    @Test func whatComesBackHasItsNumberAgain() async throws {
        try await with { disk, refresh in
            for name in ["a/b/film.mkv", "a/b/other.txt", "a/c.txt"] { try disk.write(name) }
            try await disk.scan()
            let before = try await disk.catalog()
            try disk.remove("a/b")
            try await disk.scan(confirm: true)
            #expect(try await disk.catalog()["a/b"] == nil)
            try disk.write("a/b/film.mkv")
            #expect(
                try await refresh.note(StoragePath(parsing: "a/b/film.mkv"), in: ScanFixture.rootID)
                    == before["a/b/film.mkv"]?.id)
            let after = try await disk.catalog()
            #expect(after["a/b"]?.id == before["a/b"]?.id && after["a/b/other.txt"] == nil)
            #expect(try await disk.totals() == (20, 2, 2))
            try await expectAgreement(disk)
        }
    }

    @Test func whatScansLeaveOutIsLeftOut() async throws {
        try await with { disk, refresh in
            for path in ["a/Thumbs.db", "@eaDir/film.mkv"] {
                try disk.write(path)
                #expect(try await refresh.note(StoragePath(parsing: path), in: ScanFixture.rootID) == nil)
            }
            #expect(try await disk.catalog().isEmpty)
        }
    }

    @Test func aNameOfAnotherKindIsLeftToTheNextScan() async throws {
        try await with { disk, refresh in
            try disk.write("a/film/part.mkv")
            try disk.write("a/other.txt")
            try await disk.scan()
            try disk.remove("a/film")
            try disk.write("a/film")
            #expect(try await refresh.note(StoragePath(parsing: "a/film"), in: ScanFixture.rootID) == nil)
            try await disk.scan(confirm: true)
            #expect(try await disk.catalog().keys.sorted() == ["a", "a/film", "a/other.txt"])
        }
    }

    @Test func aFileWrittenAfterItsDirectoryWasListedStays() async throws {
        try await with { disk, refresh in
            for name in ["a/one.txt", "b/two.txt", "b/gone.txt"] { try disk.write(name) }
            try await disk.scan()
            // Something to compare in that directory.
            try disk.write("b/three.txt")
            try disk.remove("b/gone.txt")
            disk.backend.afterList { listed in
                guard listed == "b" else { return }
                disk.blocking {
                    try disk.write("b/film.mkv", bytes: 500)
                    _ = try await refresh.note(StoragePath(parsing: "b/film.mkv"), in: ScanFixture.rootID)
                }
            }
            try await disk.scan()
            disk.backend.afterList(nil)
            #expect(try await disk.catalog()["b/film.mkv"]?.size == 500)
            // The scan could not know what of the directory is really gone; the next one does.
            let scan = try await disk.scan()
            #expect(scan.counts.removed == 1)
            #expect(
                try await disk.catalog().keys.sorted() == [
                    "a", "a/one.txt", "b", "b/film.mkv", "b/three.txt", "b/two.txt",
                ])
            try await expectAgreement(disk)
        }
    }

    @Test(arguments: [true, false])
    func aFileInADirectoryThatTheScanHasJustFoundIsThereOnce(isFirstScan: Bool) async throws {
        try await with { disk, refresh in
            try disk.write("a/one.txt")
            if !isFirstScan { try await disk.scan() }
            for name in ["n/m/two.txt", "n/three.txt"] { try disk.write(name) }
            // Before the directory is listed: the scan may have its row already or not.
            disk.backend.onList { listed in
                guard listed == "n" || listed == "n/m" else { return }
                disk.blocking {
                    let path = listed + "/film.mkv"
                    try disk.write(path, bytes: 500)
                    _ = try await refresh.note(StoragePath(parsing: path), in: ScanFixture.rootID)
                }
            }
            let scan = try await disk.scan()
            disk.backend.onList(nil)
            #expect(scan.status == "completed")
            #expect(try await disk.catalog()["n/m/film.mkv"]?.size == 500)
            try await expectAgreement(disk)
        }
    }

    @Test(arguments: [true, false])
    func aDirectoryThatAppearsDuringAScanIsThereOnce(isAfterListing: Bool) async throws {
        try await with { disk, refresh in
            for name in ["a/one.txt", "b/two.txt"] { try disk.write(name) }
            try await disk.scan()
            for name in ["b/three.txt"] { try disk.write(name) }
            let write: @Sendable (String) -> Void = { listed in
                guard listed == "b" else { return }
                disk.blocking {
                    try disk.write("b/new/deep/film.mkv", bytes: 500)
                    try disk.write("b/new/beside.txt", bytes: 5)
                    _ = try await refresh.note(StoragePath(parsing: "b/new/deep/film.mkv"), in: ScanFixture.rootID)
                }
            }
            if isAfterListing { disk.backend.afterList(write) } else { disk.backend.onList(write) }
            #expect(try await disk.scan().status == "completed")
            disk.backend.afterList(nil)
            disk.backend.onList(nil)
            #expect(try await disk.catalog()["b/new/deep/film.mkv"]?.size == 500)
            try await disk.scan()
            #expect(try await disk.totals().bytes == 535)
            try await expectAgreement(disk)
        }
    }

    @Test func whatIsWrittenAnewIsNotRemovedByTheScanThatMissedIt() async throws {
        try await with { disk, refresh in
            for name in ["a/film.mkv", "a/one.txt", "d/x/film.mkv", "z/deep/two.txt"] { try disk.write(name) }
            try await disk.scan()
            let before = try await disk.catalog()
            try disk.remove("a/film.mkv")
            try disk.remove("d/x")
            // By now the scan has noted what is missing, or will: the order of its directories is its own.
            disk.backend.afterList { listed in
                guard listed == "z/deep" else { return }
                disk.blocking {
                    for path in ["a/film.mkv", "d/x/film.mkv"] {
                        try disk.write(path, bytes: 20)
                        _ = try await refresh.note(StoragePath(parsing: path), in: ScanFixture.rootID)
                    }
                }
            }
            try disk.write("z/deep/three.txt")
            #expect(try await disk.scan().status == "completed")
            disk.backend.afterList(nil)
            let after = try await disk.catalog()
            for path in ["a/film.mkv", "d/x", "d/x/film.mkv"] {
                #expect(after[path]?.id == before[path]?.id, "\(path)")
            }
            try await expectAgreement(disk)
        }
    }

    @Test func whatIsWrittenAnewIsNotRemovedWhenSomebodyConfirms() async throws {
        try await with { disk, refresh in
            for name in ["a/film.mkv", "a/b/c.txt"] { try disk.write(name) }
            try await disk.scan()
            let before = try await disk.catalog()
            try disk.remove("a")
            let parked = try await disk.scan()
            #expect(parked.status == "needs_confirmation")
            try disk.write("a/film.mkv", bytes: 40)
            _ = try await refresh.note(StoragePath(parsing: "a/film.mkv"), in: ScanFixture.rootID)
            _ = try await disk.confirm(parked.id)
            let after = try await disk.catalog()
            #expect(after["a"]?.id == before["a"]?.id && after["a/film.mkv"]?.size == 40)
            try await disk.scan(confirm: true)
            #expect(try await disk.catalog().keys.sorted() == ["a", "a/film.mkv"])
            try await expectAgreement(disk)
        }
    }

    @Test func manyAtOnceAddUp() async throws {
        try await with { disk, refresh in
            try disk.write("a/old.txt")
            try await disk.scan()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let path = "a/d\(number % 3)/film \(number)"
                        try disk.write(path)
                        _ = try await refresh.note(StoragePath(parsing: path), in: ScanFixture.rootID)
                    }
                }
                group.addTask { _ = try await disk.scan() }
                try await group.waitForAll()
            }
            // What was listed while it changed is compared by the next scan.
            try await disk.scan()
            #expect(try await disk.totals() == (210, 21, 4))
            try await expectAgreement(disk)
        }
    }
}

extension ScanFixture {
    /// Runs `body` from a thread that may wait for it.
    func blocking(_ body: @escaping @Sendable () async throws -> Void) {
        let done = DispatchSemaphore(value: 0)
        Task {
            do { try await body() } catch { Issue.record(error) }
            done.signal()
        }
        done.wait()
    }
}
