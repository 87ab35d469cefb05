import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogStorage
import CatalogTestSupport
import Foundation
import Synchronization
import Testing

/// Files that are equal are found, and no more is read for it than has to be.
@Suite("Hashing") struct HashTests {
    private static let edge = 64 << 10
    /// A size at which a quick hash does not see everything.
    private static let large = 1 << 20

    @Test func `Equal files are found, and files that differ anywhere are not`() async throws {
        try await ScanFixture.withNew { disk in
            let whole = Self.large
            for name in ["a/one", "b/two", "c/three"] { try disk.write(name, ScanFixture.content(whole, seed: 1)) }
            for place in [0, Self.edge - 1, Self.edge, whole / 2, whole - Self.edge - 1, whole - Self.edge, whole - 1] {
                try disk.write("decoys/at \(place)", ScanFixture.content(whole, seed: 1, changedAt: place))
            }
            for (name, seed) in [("s/1", 2), ("s/2", 2), ("s/3", 3)] as [(String, UInt64)] {
                try disk.write(name, ScanFixture.content(5_000, seed: seed))
            }
            for size in [2 * Self.edge - 1, 2 * Self.edge, 2 * Self.edge + 1] {
                for name in ["x", "y"] { try disk.write("\(name)/\(size)", ScanFixture.content(size, seed: 4)) }
            }
            for name in ["empty 1", "empty 2"] { try disk.write(name, Data()) }
            try disk.write("unique", ScanFixture.content(777_777, seed: 5))
            let read = try await disk.scanAndHash()
            let pairs = [2 * Self.edge - 1, 2 * Self.edge, 2 * Self.edge + 1].map { ["x/\($0)", "y/\($0)"] }
            #expect(try await disk.duplicateGroups() == ([["a/one", "b/two", "c/three"], ["s/1", "s/2"]] + pairs))
            let wasted = 2 * whole + 5_000 + 6 * Self.edge
            #expect(
                try await disk.duplicateFigures() == .init(groups: 5, files: 11, wasted: Int64(wasted)))
            // Both ends of all that share a size; all of those whose ends are equal too: three, and the decoys that differ in between.
            let ends = Int64(2 * Self.edge)
            #expect(read["decoys/at 0"] == ends && read["decoys/at \(whole - 1)"] == ends)
            // The beginning is not read again.
            let all = Int64(whole + Self.edge)
            #expect(read["a/one"] == all && read["decoys/at \(whole / 2)"] == all)
            #expect(read["s/1"] == 5_000 && read["x/\(2 * Self.edge)"] == ends)
            #expect(read["unique"] == nil && read["empty 1"] == nil)
        }
    }

    @Test func `What was read once is not read again while nothing changes`() async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b", "c"] { try disk.write(name, ScanFixture.content(Self.large, seed: 1)) }
            try disk.write("d", ScanFixture.content(Self.large, seed: 1, changedAt: Self.large / 2))
            try disk.write("e", ScanFixture.content(Self.large, seed: 9))
            #expect(try await disk.scanAndHash().count == 5)
            for type in [ScanType.incremental, .full, .quick] { #expect(try await disk.scanAndHash(type) == [:]) }
            try disk.write("f", ScanFixture.content(Self.large, seed: 1))
            #expect(try await disk.scanAndHash() == ["f": Int64(Self.large + Self.edge)])
            #expect(try await disk.duplicateGroups() == [["a", "b", "c", "f"]])
        }
    }

    @Test func `A file that goes or changes leaves its group at once, and rejoins when it comes back`() async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b", "c"] { try disk.write(name, ScanFixture.content(4_000, seed: 1)) }
            try await disk.scanAndHash()
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 3, wasted: 8_000))
            try disk.move("c", to: "../c")
            try await disk.scan()
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 2, wasted: 4_000))
            try disk.write("b", ScanFixture.content(4_000, seed: 2))
            try await disk.scan()
            #expect(try await disk.duplicateFigures() == .init())
            // With its old time: nobody has to read it again.
            try disk.move("../c", to: "c")
            try await disk.scan()
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 2, wasted: 4_000))
            #expect(try await disk.scanAndHash() == ["b": 4_000])
            #expect(try await disk.duplicateGroups() == [["a", "c"]])
        }
    }

    @Test func `A file that is written while it is read waits for the next scan`() async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b"] { try disk.write(name, ScanFixture.content(Self.large, seed: 1)) }
            try await disk.scan()
            let reads = CallCount()
            disk.backend.onRead { path, _ in
                guard path == "b", reads.next() == 1 else { return }
                try disk.write("b", ScanFixture.content(Self.large, seed: 2))
            }
            let job = try await disk.hash()
            #expect(job.status == .completed)
            let progress = try await disk.hashProgress(job)
            #expect(progress.filesSkipped >= 1 && progress.errors == 0)
            #expect(try await disk.duplicateFigures() == .init())
            try disk.write("b", ScanFixture.content(Self.large, seed: 1))
            try await disk.scanAndHash()
            #expect(try await disk.duplicateGroups() == [["a", "b"]])
        }
    }

    @Test func `What cannot be read is counted, and the rest is found`() async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b", "c", "d"] { try disk.write(name, ScanFixture.content(9_000, seed: 1)) }
            disk.backend.onRead { path, _ in
                if path == "b" { throw CatalogError(.storageUnavailable, "Storage unavailable", cause: "bad sector") }
                if path == "c" { throw CatalogError(.permissionDenied, "Permission denied") }
            }
            try await disk.scan()
            let job = try await disk.hash()
            #expect(job.status == .completed)
            #expect(try await disk.hashProgress(job).errors == 2)
            #expect(try await disk.duplicateGroups() == [["a", "d"]])
        }
    }

    @Test func `A file that cannot be read to its end is counted once, though two things say that it has to be`()
        async throws
    {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b", "c"] { try disk.write(name, ScanFixture.content(Self.large, seed: 1)) }
            let reads = CallCount()
            disk.backend.onRead { path, offset in
                // Between the ends, which are equal.
                guard path == "b", offset >= Self.edge, offset < Self.large - Self.edge else { return }
                _ = reads.next()
                throw CatalogError(.storageUnavailable, "Storage unavailable", cause: "bad sector")
            }
            try await disk.scan()
            let job = try await disk.hash()
            #expect(job.status == .completed)
            #expect(try await disk.hashProgress(job).errors == 1 && reads.next() == 2)
            #expect(try await disk.duplicateGroups() == [["a", "c"]])
            disk.backend.onRead(nil)
            // The next job looks again.
            try await disk.scanAndHash()
            #expect(try await disk.duplicateGroups() == [["a", "b", "c"]])
        }
    }

    @Test func `A storage that goes away ends the job, and its return takes up what is left`() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<200 { try disk.write("\(number)", ScanFixture.content(3_000, seed: 1)) }
            try await disk.scan()
            let reads = CallCount()
            disk.backend.onRead { _, _ in
                guard reads.next() > 100 else { return }
                disk.backend.goAway(true)
                throw CatalogError(.storageUnavailable, "Storage unavailable")
            }
            let job = try await disk.hash()
            #expect(job.status == .failed && job.errorCode == CatalogError.Code.storageUnavailable.rawValue)
            #expect(disk.roots.lastError?.code == .storageUnavailable)
            disk.backend.onRead(nil)
            disk.backend.goAway(false)
            _ = disk.backend.takeBytesRead()
            // Whoever sees that it is back says so.
            try await HashService(database: disk.database).resume(ScanFixture.rootID)
            try await disk.hash()
            let rest = disk.backend.takeBytesRead()
            // What was on its way then is read again.
            #expect((100...104).contains(rest.count))
            #expect(try await disk.duplicateFigures() == .init(groups: 1, files: 200, wasted: 199 * 3_000))
            try await HashService(database: disk.database).resume(ScanFixture.rootID)
            #expect(try await disk.waitingHashJob() == nil)
        }
    }

    @Test func `A job that was stopped goes on where it was`() async throws {
        try await ScanFixture.withNew { disk in
            let count = 5_000
            for number in 0..<count { try disk.write("\(number)", ScanFixture.content(300, seed: UInt64(number / 2))) }
            try await disk.scan()
            let reads = CallCount()
            let run = Mutex<Task<Void, any Error>?>(nil)
            disk.backend.onRead { _, _ in
                guard reads.next() == 4_500 else { return }
                run.withLock { $0?.cancel() }
            }
            let task = Task { _ = try await disk.hash() }
            run.withLock { $0 = task }
            _ = await task.result
            disk.backend.onRead(nil)
            #expect(try await disk.waitingHashJob()?.status == .pending)
            _ = disk.backend.takeBytesRead()
            let job = try await disk.hash()
            #expect(job.status == .completed)
            // At most what was not written yet is read again.
            let again = disk.backend.takeBytesRead().count
            #expect(again < count && again >= 490)
            #expect(try await disk.duplicateFigures() == .init(groups: 2_500, files: 5_000, wasted: 2_500 * 300))
        }
    }

    @Test func `A job that is cancelled keeps what it has found`() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<5_000 { try disk.write("\(number)", ScanFixture.content(300, seed: 1)) }
            try await disk.scan()
            let reads = CallCount()
            let job = try await disk.hash { worker, id in
                disk.backend.onRead { _, _ in
                    if reads.next() == 4_500 { worker.cancelNow(id) }
                }
            }
            #expect(job.status == .cancelled)
            let found = try await disk.duplicateFigures()
            #expect(found.groups == 1 && found.files < 5_000)
        }
    }

    @Test func `A root that looks for no duplicates is not read`() async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b"] { try disk.write(name, ScanFixture.content(9_000, seed: 1)) }
            try await disk.setDuplicateDetection(false)
            try await disk.scan()
            #expect(try await disk.waitingHashJob() == nil)
            try await disk.setDuplicateDetection(true)
            try await disk.scan()
            // Switched off while it waits.
            try await disk.setDuplicateDetection(false)
            try await disk.hash()
            #expect(disk.backend.takeBytesRead() == [:])
        }
    }

    @Test func `Another disk in the place of the root is not read`() async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b"] { try disk.write(name, ScanFixture.content(9_000, seed: 1)) }
            try await disk.scan()
            disk.backend.pretendIdentity("another disk")
            let job = try await disk.hash()
            #expect(job.status == .failed && job.errorCode == CatalogError.Code.conflict.rawValue)
            #expect(disk.backend.takeBytesRead() == [:])
        }
    }
}

extension ScanFixture {
    /// The setting of the root.
    func setDuplicateDetection(_ isOn: Bool) async throws {
        _ = try await database.write { connection in
            try connection.execute(
                SQLStatement("UPDATE storage_roots SET enable_duplicate_detection = $1"), [.bool(isOn)])
        }
    }
}
