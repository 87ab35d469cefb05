import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogStorage
import CatalogTestSupport
import Foundation
import Synchronization
import Testing

/// A scan that reads every file finds those whose content changed while nothing says so.
@Suite("A scan that verifies") struct VerifyScanTests {
    private static let large = 1 << 20

    private func with(_ body: (ScanFixture) async throws -> Void) async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b"] { try disk.write(name, ScanFixture.content(Self.large, seed: 1)) }
            try disk.write("films/alone", ScanFixture.content(300_000, seed: 2))
            try disk.write("films/small", ScanFixture.content(500, seed: 3))
            for name in ["a", "b", "films/alone", "films/small"] { try disk.setTime(of: name, to: 1_700_000_000) }
            try await disk.scanAndHash(.full)
            try await body(disk)
        }
    }

    private func errors(_ scan: Scan, _ disk: ScanFixture) async throws -> [String] {
        let found = try await disk.service.errors(of: scan.id, page: Page(limit: 100), scope: .everything)
        #expect(found.total == found.errors.count && scan.counts.errors == found.total)
        return found.errors.map { "\($0.path): \($0.code)" }.sorted()
    }

    @Test func `Everything is read once, and nothing is wrong with it`() async throws {
        try await with { disk in
            _ = disk.backend.takeBytesRead()
            let scan = try await disk.scan(.verify)
            #expect(scan.status == "completed" && scan.type == "verify")
            #expect(try await errors(scan, disk) == [])
            let large = Int64(Self.large)
            let read = disk.backend.takeBytesRead()
            #expect(read == ["a": large, "b": large, "films/alone": 300_000, "films/small": 500])
            #expect(try await disk.duplicateGroups() == [["a", "b"]])
        }
    }

    @Test func `Content that changed in secret is an error, once, and leaves its group`() async throws {
        try await with { disk in
            try disk.damage("b", at: Self.large / 2)
            #expect(try await errors(try await disk.scan(), disk) == [])
            let scan = try await disk.scan(.verify)
            #expect(try await errors(scan, disk) == ["b: dataLoss"])
            #expect(try await disk.duplicateGroups() == [])
            #expect(try await errors(try await disk.scan(.verify), disk) == [])
            // Nobody had a reason to read these before the first scan that verifies.
            try disk.damage("films/alone", at: 150_000)
            try disk.damage("films/small", at: 0)
            let next = try await disk.scan(.verify)
            #expect(try await errors(next, disk) == ["films/alone: dataLoss", "films/small: dataLoss"])
        }
    }

    @Test func `A file that was written since is no damage`() async throws {
        try await with { disk in
            try await disk.scan(.verify)
            try disk.write("b", ScanFixture.content(Self.large, seed: 9))
            try disk.write("new", ScanFixture.content(Self.large, seed: 1))
            #expect(try await errors(try await disk.scan(.verify), disk) == [])
            #expect(try await disk.duplicateGroups() == [["a", "new"]])
        }
    }

    @Test func `A part of a root is verified alone`() async throws {
        try await with { disk in
            try await disk.scan(.verify)
            try disk.damage("a", at: 5)
            try disk.damage("films/small", at: 5)
            _ = disk.backend.takeBytesRead()
            let scan = try await disk.scan(.verify, path: "films")
            #expect(try await errors(scan, disk) == ["films/small: dataLoss"])
            #expect(Set(disk.backend.takeBytesRead().keys) == ["films/alone", "films/small"])
        }
    }

    @Test func `What cannot be read is an error too`() async throws {
        try await with { disk in
            disk.backend.onRead { path, _ in
                if path == "a" { throw CatalogError(.storageUnavailable, "Storage unavailable", cause: "bad sector") }
            }
            let scan = try await disk.scan(.verify)
            #expect(scan.status == "completed")
            #expect(try await errors(scan, disk) == ["a: storageUnavailable"])
        }
    }

    @Test func `One that was stopped goes on where it was, and forgets no damage`() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<3_000 { try disk.write("\(number)", ScanFixture.content(3_000, seed: UInt64(number))) }
            let damaged = ["3", "150", "299"]
            for name in damaged { try disk.setTime(of: name, to: 1_700_000_000) }
            try await disk.scanAndHash(.full)
            for name in damaged { try disk.damage(name, at: 7) }
            let id = try await disk.request(.verify)
            let reads = CallCount()
            let run = Mutex<Task<Void, any Error>?>(nil)
            disk.backend.onRead { _, _ in
                if reads.next() == 2_500 { run.withLock { $0?.cancel() } }
            }
            let task = Task { _ = try await disk.run(id) }
            run.withLock { $0 = task }
            _ = await task.result
            disk.backend.onRead(nil)
            _ = disk.backend.takeBytesRead()
            let scan = try await disk.run(id)
            #expect(scan.status == "completed")
            #expect(try await errors(scan, disk) == ["150: dataLoss", "299: dataLoss", "3: dataLoss"])
            let again = disk.backend.takeBytesRead().count
            #expect(again >= 490 && again < 3_000)
        }
    }
}
