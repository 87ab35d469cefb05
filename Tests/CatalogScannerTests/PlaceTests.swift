import CatalogCore
import CatalogScanner
import Foundation
import Testing

/// A scan believes only what it sees of the place that it was sent to.
@Suite("Another place than before") struct PlaceTests {
    @Test(arguments: ScanType.allCases)
    func aMountThatIsAwayIsNotEmpty(type: ScanType) async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<30 { try disk.write("a/keep \(number).txt") }
            try disk.write("a/disk/film.mkv")
            disk.backend.mount(["a/disk": 77])
            try disk.settle()
            try await disk.scan(.full)
            let before = try await disk.catalog()
            disk.backend.mount([:])
            try disk.remove("a/disk/film.mkv")
            let scan = try await disk.scan(type)
            #expect(scan.status == "completed")
            #expect(scan.counts.errors == 1)
            let errors = try await disk.service.errors(of: scan.id, page: Page(limit: 10), scope: .everything)
            #expect(errors.errors.map(\.path) == ["a/disk"])
            #expect(errors.errors.first?.code == "storageUnavailable")
            #expect(try await disk.catalog() == before)
            // It is back, without the file.
            disk.backend.mount(["a/disk": 78])
            let again = try await disk.scan(type)
            #expect(again.counts.errors == 0)
            #expect(again.counts.removed == 1)
        }
    }

    /// Numbers of devices change with a restart; a directory that changed since then must not look like a mount.
    @Test func aNewNumberOfTheSameDeviceIsNoMountThatIsAway() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/b/one.txt")
            try await disk.scan(.full)
            disk.backend.renumber(99)
            try disk.write("a/b/two.txt")
            #expect(try await disk.scan().counts.added == 1)
            try disk.write("a/three.txt")
            try disk.write("a/b/four.txt")
            let scan = try await disk.scan()
            #expect(scan.counts.errors == 0)
            #expect(scan.counts.added == 2)
        }
    }

    @Test func aRootThatIsExchangedWhileTheScanBeginsRemovesNothing() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<30 { try disk.write("keep \(number).txt") }
            try disk.write("only here.txt")
            try await disk.scan(.full)
            let before = try await disk.catalog()
            let tree = disk.tree
            disk.backend.onList { path in
                guard path.isEmpty, !FileManager.default.fileExists(atPath: tree + "-old") else { return }
                try? FileManager.default.moveItem(atPath: tree, toPath: tree + "-old")
                try? FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: false)
                for number in 0..<30 { try? disk.write("keep \(number).txt") }
            }
            let scan = try await disk.scan()
            #expect(scan.status == "failed")
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func aStorageThatGoesAwayInTheMiddleFailsTheScan() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<30 { try disk.write("d\(number)/file.txt") }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            disk.backend.onList { path in if path == "d7" { disk.backend.goAway(true) } }
            let scan = try await disk.scan()
            #expect(scan.status == "failed")
            #expect(scan.errorMessage == "Storage unavailable")
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func oneFailingDirectoryOfAStorageThatAnswersIsAnErrorRow() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<5 { try disk.write("d\(number)/file.txt") }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            disk.backend.makeUnreadable(["d3"], CatalogError(.storageUnavailable, "Storage unavailable"))
            let scan = try await disk.scan()
            #expect(scan.status == "completed")
            #expect(scan.counts.errors == 1)
            #expect(try await disk.catalog() == before)
        }
    }

    @Test(arguments: ScanType.allCases)
    func aDepthLimitHoldsInEveryScan(type: ScanType) async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/b/c/deep.txt")
            try disk.write("a/file.txt")
            let first = try await disk.scan(.full, maxDepth: 1)
            #expect(first.counts.errors == 1)
            let second = try await disk.scan(type, maxDepth: 1)
            #expect(second.counts.errors == 1)
            #expect(second.counts.added + second.counts.removed == 0)
            #expect(try await Set(disk.catalog().keys) == ["a", "a/b", "a/file.txt"])
            // Without the limit the rest comes in, and a limit afterwards takes nothing away.
            #expect(try await disk.scan(type).counts.added == 2)
            #expect(try await disk.scan(type, maxDepth: 1).counts.errors == 1)
            #expect(try await disk.catalog()["a/b/c/deep.txt"] != nil)
        }
    }

    /// A file system takes its times from a clock that stands still between two ticks: what comes into a directory in the
    /// tick in which it was listed leaves no trace in the directory's time.
    @Test func aQuickScanSeesWhatCameInTheMomentOfTheListing() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/first.txt")
            disk.backend.onList { path in if path == "a" { try? disk.write("a/just before.txt") } }
            disk.backend.afterList { path in if path == "a" { try? disk.write("a/just after.txt") } }
            try await disk.scan(.full)
            disk.backend.onList(nil)
            disk.backend.afterList(nil)
            try await disk.scan(.quick)
            #expect(try await disk.catalog()["a/just after.txt"] != nil)
        }
    }

    @Test func removalsThatWereConfirmedCannotBeDiscardedAnyMore() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<5 { try disk.write("d/\(number).txt") }
            try await disk.scan(.full)
            try disk.remove("d")
            let scan = try await disk.scan()
            let job = try await disk.service.confirm(scan.id, scope: .everything)
            await #expect(throws: CatalogError.self) { try await disk.service.discard(scan.id, scope: .everything) }
            try await disk.apply(job)
            #expect(try await disk.catalog().isEmpty)
        }
    }
}
