import CatalogCore
import CatalogDatabase
import CatalogScanner
import Foundation
import Testing

/// A scan that stops in the middle and goes on tells and writes the same as one that nobody disturbed.
@Suite("An interrupted scan") struct InterruptedScanTests {
    @Test func aDirectoryThatWasGoneBeforeItIsNoErrorAfterIt() async throws {
        try await withTree { disk in
            try await disk.scan(.full)
            try disk.remove("a/gone")
            let id = try await disk.request()
            try await disk.runInterrupted(id, at: "z", after: 2)
            let scan = try await disk.run(id)
            #expect(scan.status == "completed")
            #expect(scan.counts.errors == 0)
            #expect(scan.counts.removed == 2)
            #expect(try await disk.catalog()["a/gone"] == nil)
        }
    }

    @Test func aScanThatAnotherNodeHasTakenOverWritesNothingMore() async throws {
        try await withTree { disk in
            try await disk.scan(.full)
            let before = try await disk.catalog()
            try disk.remove("a/gone")
            try disk.write("a/new.txt")
            let id = try await disk.request(.full, confirm: true)
            let take = SQLStatement("UPDATE jobs SET lease_owner = 'another node' WHERE status = 'running'")
            disk.backend.onList { listed in
                guard listed.isEmpty else { return }
                _ = try? disk.database.writeBlocking { try $0.execute(take) }
            }
            // The job is the other node's, and so is how it ends.
            #expect(try await disk.run(id).status == "running")
            disk.backend.onList(nil)
            #expect(try await disk.catalog().keys.sorted() == before.keys.sorted())
        }
    }

    @Test func whatCannotBeReadStandsInTheErrorListOnce() async throws {
        try await withTree { disk in
            try disk.write("a/closed/file.txt")
            disk.backend.makeUnreadable(["a/closed"])
            let id = try await disk.request(.full)
            try await disk.runInterrupted(id, at: "z", after: 3)
            let scan = try await disk.run(id)
            #expect(scan.counts.errors == 1)
            let errors = try await disk.service.errors(of: id, page: Page(limit: 10), scope: .everything)
            #expect(errors.errors.map(\.path) == ["a/closed"])
            #expect(errors.total == 1)
        }
    }

    @Test func whatCouldNotBeReadBeforeItAndCanBeReadAfterItIsNoError() async throws {
        try await withTree { disk in
            disk.backend.makeUnreadable(["a/gone"])
            let id = try await disk.request(.full)
            try await disk.runInterrupted(id, at: "z", after: 2)
            disk.backend.makeUnreadable([])
            let scan = try await disk.run(id)
            #expect(scan.counts.errors == 0)
            #expect(try await disk.service.errors(of: id, page: Page(limit: 10), scope: .everything).total == 0)
            #expect(try await disk.catalog()["a/gone/file.txt"] != nil)
        }
    }

    @Test func aDirectoryThatBecameAFileIsAFileInTheSameScan() async throws {
        try await withTree { disk in
            try await disk.scan(.full)
            try disk.remove("a/gone")
            try disk.write("a/gone", bytes: 3)
            let id = try await disk.request()
            try await disk.runInterrupted(id, at: "z", after: 2)
            #expect(try await disk.run(id).status == "completed")
            let after = try await disk.catalog()
            #expect(after["a/gone"]?.kind == EntryKind.file.rawValue)
            #expect(after["a/gone/file.txt"] == nil)
        }
    }

    @Test func nothingOfACancelledScanIsKept() async throws {
        try await withTree { disk in
            try await disk.scan(.full)
            try disk.remove("a/gone")
            let id = try await disk.request()
            try await disk.runInterrupted(id, at: "z", after: 2)
            #expect(try await disk.count("scan_frontier") > 0)
            #expect(try await disk.count("scan_removals") == 1)
            try await disk.service.cancel(id, scope: .everything)
            #expect(try await disk.scan().counts.removed == 2)
            #expect(try await disk.count("scan_frontier") == 0)
            #expect(try await disk.count("scan_removals") == 0)
        }
    }

    /// What an unfinished scan has found is in no recursive figure yet.
    @Test func theBrakeCountsWhatAnUnfinishedScanHasFound() async throws {
        try await withTree { disk in
            try await disk.scan(.full)
            for number in 0..<150 { try disk.write("a/new/\(number % 5)/\(number).txt") }
            let id = try await disk.request()
            try await disk.runInterrupted(id, at: "z", after: 9)
            try await disk.service.cancel(id, scope: .everything)
            let before = try await disk.catalog().count
            try disk.remove("a/new")
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation")
            #expect(scan.removalsParked == 156)
            #expect(try await disk.catalog().count == before)
        }
    }

    /// `a`, which one walker looks at while another one waits in `z`, with enough in it that the brake lets little things go.
    private func withTree(_ body: (ScanFixture) async throws -> Void) async throws {
        try await ScanFixture.withNew(directoriesAtOnce: 2) { disk in
            for number in 0..<20 { try disk.write("a/keep \(number).txt") }
            try disk.write("a/gone/file.txt")
            try disk.write("z/inside/file.txt")
            try await body(disk)
        }
    }
}
