import CatalogCore
import CatalogJobs
import CatalogScanner
import Foundation
import Synchronization
import Testing

/// Absence is not deletion: nothing that a scan cannot see costs a row.
@Suite("What is absent is kept") struct AbsenceTests {
    @Test func anUnreadableDirectoryKeepsItsRowsAndBecomesAnErrorRow() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("secret/one.txt")
            try disk.write("open/two.txt")
            try await disk.scan(.full)
            let before = try await disk.catalog()
            disk.backend.makeUnreadable(["secret"])
            try disk.write("open/three.txt")
            let scan = try await disk.scan()
            #expect(scan.status == "completed")
            #expect(scan.counts.errors == 1)
            let errors = try await disk.service.errors(of: scan.id, page: Page(limit: 10), scope: .everything)
            #expect(errors.errors.map(\.path) == ["secret"])
            #expect(errors.errors.first?.code == "permissionDenied")
            let after = try await disk.catalog()
            #expect(after["secret/one.txt"] == before["secret/one.txt"])
            #expect(after["open/three.txt"] != nil)
        }
    }

    @Test func anEntryWhoseNameNobodyCanReadKeepsAllOfItsDirectory() async throws {
        try await ScanFixture.withNew { disk in
            for name in ["d/a", "d/b", "d/c", "e/a", "e/b"] { try disk.write(name) }
            try await disk.scan(.full)
            disk.backend.makeNameless(["c"])
            try disk.remove("d/a")
            try disk.remove("e/a")
            let scan = try await disk.scan()
            #expect(scan.counts.errors == 1 && scan.counts.removed == 1)
            let known = try await disk.catalog()
            #expect(known["d/a"] != nil && known["d/c"] != nil && known["e/a"] == nil)
            disk.backend.makeNameless([])
            #expect(try await disk.scan().counts.removed == 1)
            let last = try await disk.catalog()
            #expect(last["d/a"] == nil && last["d/c"] != nil)
        }
    }

    @Test func anEmptyRootIsParkedAndDiscarded() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<5 { try disk.write("d/\(number).txt") }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            try disk.move("d", to: "../away")
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation")
            #expect(scan.removalsParked == 6)
            #expect(try await disk.catalog() == before)
            try await disk.service.discard(scan.id, scope: .everything)
            #expect(try await disk.catalog() == before)
            await #expect(throws: CatalogError.self) { try await disk.service.confirm(scan.id, scope: .everything) }
        }
    }

    @Test func theLossOfEverythingIsParkedHoweverMuchIsNew() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<5 { try disk.write("old/\(number).txt") }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            try disk.remove("old")
            for number in 0..<200 { try disk.write("new/\(number).txt") }
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation")
            #expect(scan.removalsParked == 6)
            let after = try await disk.catalog()
            #expect(before.allSatisfy { path, row in after[path] == row })
            #expect(after.count == before.count + 201)
        }
    }

    @Test func parkedRemovalsAreAppliedWhenConfirmed() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<300 { try disk.write("d\(number % 3)/\(number).txt", bytes: 1) }
            try await disk.scan(.full)
            try disk.remove("d1")
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation")
            #expect(try await disk.catalog().count == 303)
            let confirmed = try await disk.confirm(scan.id)
            #expect(confirmed.removalState == .confirmed)
            #expect(confirmed.counts.removed == 101)
            #expect(try await disk.catalog().count == 202)
            #expect(try await disk.totals() == (bytes: 200, files: 200, directories: 2))
        }
    }

    @Test func theBrakeCanBeReleasedBeforehand() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<5 { try disk.write("d/\(number).txt") }
            try await disk.scan(.full)
            try disk.remove("d")
            let scan = try await disk.scan(confirm: true)
            #expect(scan.status == "completed")
            #expect(try await disk.catalog().isEmpty)
        }
    }

    @Test func aLaterScanSeesForItselfWhatIsMissing() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<5 { try disk.write("d/\(number).txt") }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            try disk.move("d", to: "../away")
            let parked = try await disk.scan()
            try disk.move("../away", to: "d")
            #expect(try await disk.scan().status == "completed")
            #expect(try await disk.catalog() == before)
            #expect(try await disk.service.find(parked.id, scope: .everything).removalState == .discarded)
        }
    }

    @Test func anotherDiskInTheSamePlaceRemovesNothing() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<50 { try disk.write("d/\(number).txt") }
            try await disk.scan(.full)
            try disk.remove("d/7.txt")
            disk.backend.pretendIdentity("another disk")
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation")
            #expect(scan.removalReason?.contains("not the one") == true)
            #expect(try await disk.catalog()["d/7.txt"] != nil)
            // The disk that was there before is back: nothing is missing but the file that is.
            disk.backend.pretendIdentity(nil)
            #expect(try await disk.scan().status == "completed")
            #expect(try await disk.catalog()["d/7.txt"] == nil)
        }
    }

    @Test func aStorageThatIsAwayFailsTheScanAndNothingElse() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/one.txt")
            try await disk.scan(.full)
            let before = try await disk.catalog()
            disk.backend.goAway(true)
            let scan = try await disk.scan()
            #expect(scan.status == "failed")
            #expect(scan.errorMessage == "Storage unavailable")
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func aScanStoppedInTheMiddleRemovesNothingAndGoesOnWhereItWas() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<3_000 { try disk.write("d\(number % 1_500)/\(number).txt", bytes: 1) }
            let id = try await disk.service.request(ScanRequest(rootID: ScanFixture.rootID, type: .full))
            let stopped = try await disk.run(id) { worker, progress in
                if progress.status == "running" { worker.cancelNow(progress.scanID) }
            }
            #expect(stopped.status == "cancelled" || stopped.status == "completed")
            let full = try await disk.scan(.full)
            #expect(full.status == "completed")
            #expect(try await disk.catalog().count == 4_500)
            #expect(try await disk.totals() == (bytes: 3_000, files: 3_000, directories: 1_500))
        }
    }

    /// More rows below one directory than go into a transaction, in several directories.
    @Test func aLargeDirectoryIsRemovedWhole() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<6_000 { try disk.write("d/\(number % 4)/\(number).txt", bytes: 1) }
            try disk.write("keep.txt")
            try await disk.scan(.full)
            try disk.remove("d")
            let scan = try await disk.scan(confirm: true)
            #expect(scan.counts.removed == 6_005)
            #expect(try await Set(disk.catalog().keys) == ["keep.txt"])
            #expect(try await disk.count("entries WHERE missing_since_us IS NULL") == 2)
        }
    }

    @Test func theFirstScanIsAFullOne() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/one.txt")
            #expect(try await disk.scan(.quick).type == "full")
            #expect(try await disk.scan(.quick).type == "quick")
        }
    }

    @Test func theEndOfEachScanIsToldOnce() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<5 { try disk.write("d/\(number).txt") }
            let told = Mutex<[String]>([])
            func endOfScan() async throws -> [String] {
                told.withLock { $0 = [] }
                try await disk.run(try await disk.request()) { _, progress in
                    told.withLock { $0.append(progress.status + (progress.error.map { ": " + $0 } ?? "")) }
                }
                return told.withLock { $0 }.filter { $0 != "running" }
            }
            #expect(try await endOfScan() == ["completed"])
            try disk.remove("d")
            #expect(try await endOfScan() == ["needs_confirmation"])
            disk.backend.goAway(true)
            #expect(try await endOfScan() == ["failed: Storage unavailable"])
        }
    }

    @Test func oldScansAreForgottenWithAllThatTheyKept() async throws {
        try await ScanFixture.withNew { disk in
            try disk.write("a/one.txt")
            disk.backend.makeUnreadable(["a"])
            for _ in 0..<(Limits.scansKept + 3) { try await disk.scan() }
            // And the first of all.
            #expect(try await disk.count("scans") == Limits.scansKept + 1)
            #expect(try await disk.count("jobs WHERE kind = 'scan'") == Limits.scansKept + 1)
            #expect(try await disk.count("scan_errors") == Limits.scansWithErrorsKept)
        }
    }

    @Test func `Scans of single directories do not make the whole one forgotten`() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<300 { try disk.write("d\(number % 10)/file \(number)", bytes: number) }
            let first = try await disk.scan(.full)
            for number in 0..<10 { try disk.remove("d\(number)") }
            let parked = try await disk.scan()
            #expect(parked.removalState == .needsConfirmation)
            try disk.write("one/a")
            try await disk.scan()
            for _ in 0..<(Limits.scansKept + 3) { try await disk.scan(path: "one") }
            #expect(try await disk.service.find(first.id, scope: .everything).status == "completed")
            // What a watch has seen is only looked at where there was a whole scan.
            try disk.write("one/b")
            #expect(try await disk.scanChanges(in: ["one"]).counts.added == 1)
        }
    }

    @Test func onlyOneScanOfARootWaits() async throws {
        try await ScanFixture.withNew { disk in
            let first = try await disk.service.request(ScanRequest(rootID: ScanFixture.rootID, type: .full))
            do {
                _ = try await disk.service.request(ScanRequest(rootID: ScanFixture.rootID, type: .full))
                Issue.record("a second scan was queued")
            } catch let error as CatalogError {
                #expect(error.code == .conflict)
                #expect(error.details["job_id"] == .integer(first))
                #expect(error.details["status"] == .text("queued"))
            }
        }
    }

    @Test func `What waits for a person is not removed bit by bit by scans of changes`() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<300 { try disk.write("d\(number % 10)/file \(number)", bytes: number) }
            #expect(try await disk.scan(.full).status == "completed")
            for number in 0..<150 { try disk.remove("d\(number % 10)/file \(number)") }
            let parked = try await disk.scan()
            #expect(parked.status == "needs_confirmation")
            // Something else happens beside what is missing, and one of the missing files comes back.
            try disk.write("d0/new", bytes: 7)
            try disk.write("d0/file 0", bytes: 0)
            #expect(try await disk.scanChanges(in: ["d0"]).counts.removed == 0)
            let catalog = try await disk.catalog()
            #expect(catalog["d0/new"] != nil && catalog["d0/file 10"] != nil)
            #expect(try await disk.count("scan_removals") == 149)
        }
    }
}
