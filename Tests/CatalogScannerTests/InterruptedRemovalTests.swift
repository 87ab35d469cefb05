import CatalogCore
import CatalogDatabase
import CatalogScanner
import CatalogStorage
import Foundation
import Testing

/// Nothing that happens between the runs of a scan lets more be removed than one run alone would have.
@Suite("An interrupted scan and the brake") struct InterruptedRemovalTests {
    @Test func theBrakeComparesWithWhatThereWasBeforeTheFirstRun() async throws {
        try await withTree { disk in
            try await disk.scan(.full)
            let before = try await disk.catalog()
            for number in 0..<150 { try disk.remove("a/old \(number).txt") }
            let id = try await disk.request()
            try await disk.runInterrupted(id, at: "z", after: 2)
            // As if a walk had found very much that is new, and had been cut when the sums were just written.
            try await disk.pretendTotals(files: 100_000)
            let scan = try await disk.run(id)
            #expect(scan.status == "needs_confirmation")
            #expect(scan.removalsParked == 150)
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func theDiskOfAFirstScanThatWasCancelledIsKnown() async throws {
        try await withTree { disk in
            let id = try await disk.request(.full)
            try await disk.runInterrupted(id, at: "z", after: 2)
            try await disk.service.cancel(id, scope: .everything)
            let before = try await disk.catalog().mapValues(\.id)
            disk.backend.pretendIdentity("another disk")
            try disk.remove("a")
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation")
            let after = try await disk.catalog()
            #expect(before.allSatisfy { path, id in after[path]?.id == id })
        }
    }

    @Test func whatAnotherDiskHasIsLookedAtAlthoughTheFirstOneWasDone() async throws {
        try await withTree { disk in
            let id = try await disk.request(.full)
            try await disk.runInterrupted(id, at: "z", after: 2)
            disk.backend.pretendIdentity("another disk")
            try disk.write("a/only there.txt")
            for number in 0..<10 { try disk.remove("a/old \(number).txt") }
            let scan = try await disk.run(id)
            #expect(scan.status == "needs_confirmation")
            #expect(scan.removalsParked == 10)
            #expect(try await disk.catalog()["a/only there.txt"] != nil)
        }
    }

    @Test func aRunThatGoesOnDecidesAnewAboutWhatAnEarlierOneParked() async throws {
        try await withTree { disk in
            try await disk.scan(.full)
            try disk.move("a", to: "../away")
            let id = try await disk.request()
            #expect(try await disk.run(id).status == "needs_confirmation")
            // As if the program had died before the job's end was written.
            try await disk.takeBack(id)
            try disk.move("../away", to: "a")
            let scan = try await disk.run(id)
            #expect(scan.status == "completed")
            #expect(scan.removalState == .none && scan.removalsParked == 0)
        }
    }

    @Test func confirmedRemovalsAreNotAppliedToAnotherDisk() async throws {
        try await withTree { disk in
            try await disk.scan(.full)
            let before = try await disk.catalog()
            disk.backend.pretendIdentity("another disk")
            try disk.remove("a/old 1.txt")
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation")
            disk.backend.pretendIdentity(nil)
            let after = try await disk.confirm(scan.id)
            #expect(after.removalState == .needsConfirmation)
            #expect(after.removalReason?.contains("scan it again") == true)
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func whatACancelledScanFoundIsInTheFigures() async throws {
        try await withTree { disk in
            let id = try await disk.request(.full)
            try await disk.cancel(id, at: "z", after: 2)
            #expect(try await disk.service.find(id, scope: .everything).status == "cancelled")
            #expect(try await disk.totals().files == 150)
            #expect(try await disk.count("scan_frontier") == 0)
        }
    }

    @Test func whatWasRemovedInPartIsFoundAgainWhenItIsBack() async throws {
        try await ScanFixture.withNew { disk in
            for directory in ["a", "b", "c"] {
                for number in 0..<4_000 { try disk.write("x/\(directory)/\(number)") }
            }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            var removed = 0
            // A machine with much to do may come too late to interrupt it.
            for _ in 0..<5 where removed == 0 || removed == before.count {
                try disk.settle()
                try disk.move("x", to: "../away")
                removed = try await interruptRemoval(disk)
                try disk.move("../away", to: "x")
                try await disk.scan(.quick)
                #expect(try await disk.catalog() == before)
                #expect(try await disk.wrongSizes() == [])
            }
            #expect(removed > 0 && removed < before.count)
        }
    }

    /// Runs a scan that removes, and stops it once anything is removed.
    ///
    /// - Returns: how many entries are removed then.
    private func interruptRemoval(_ disk: ScanFixture) async throws -> Int {
        let id = try await disk.request(confirm: true)
        let task = Task { _ = try await disk.run(id) }
        let tombstones = "entries WHERE missing_since_us IS NOT NULL"
        // On a thread of its own: others may keep this one waiting until all is over.
        let thread = BlockingPool(name: "test", threads: 1, queueLimit: 1)
        try await thread.run {
            let isAny = SQLStatement("SELECT 1 FROM \(tombstones) LIMIT 1")
            while try disk.database.readBlocking({ try $0.firstRow(isAny) { _ in true } }) == nil { usleep(500) }
            task.cancel()
        }
        _ = await task.result
        try await thread.shutdown()
        let removed = try await disk.count(tombstones)
        if try await disk.service.find(id, scope: .everything).status == "queued" {
            try await disk.service.cancel(id, scope: .everything)
        }
        return removed
    }

    /// `a`, which one walker looks at while another one waits in `z`.
    private func withTree(_ body: (ScanFixture) async throws -> Void) async throws {
        try await ScanFixture.withNew(directoriesAtOnce: 2) { disk in
            for number in 0..<150 { try disk.write("a/old \(number).txt") }
            try disk.write("z/inside/file.txt")
            try await body(disk)
        }
    }
}
