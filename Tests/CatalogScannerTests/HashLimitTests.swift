import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogTestSupport
import Foundation
import Testing

/// Files are read for their hashes only when and as much as their root allows, and never twice for that.
@Suite("Limits on hashing") struct HashLimitTests {
    private static let mebibyte: Int64 = 1 << 20
    private static let ends = Int64(2 * (64 << 10))
    /// What is read of a file of three mebibytes in all: its beginning only once.
    private static let all = 3 * mebibyte + ends / 2

    /// Two large equal files, scanned and not read.
    private func withPair(
        _ body: (ScanFixture, ManualClock) async throws -> Void
    ) async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b"] { try disk.write(name, ScanFixture.content(3 << 20, seed: 1)) }
            try await disk.scan()
            _ = disk.backend.takeBytesRead()
            try await body(disk, ManualClock())
        }
    }

    /// The window of an hour that begins so many minutes from the minute of `now`.
    private static func window(_ now: Int64, in minutes: Int = 0) -> String {
        let start = LocalTime(microseconds: now).minute + minutes + 1_440
        return [start, start + 60].map { minute in
            let (hour, rest) = (minute / 60 % 24, minute % 60)
            return (hour < 10 ? "0" : "") + "\(hour):" + (rest < 10 ? "0" : "") + "\(rest)"
        }.joined(separator: "-")
    }

    @Test func `A day's budget is kept to the byte, and files are read on where the day before ended`() async throws {
        try await withPair { disk, clock in
            try await disk.limitHashing(budget: Self.mebibyte)
            var read: [String: Int64] = [:]
            for day in 0..<7 {
                let job = try await disk.hash(at: clock.source)
                let ofDay = disk.backend.takeBytesRead()
                read.merge(ofDay) { $0 + $1 }
                let sum = ofDay.values.reduce(0, +)
                guard day < 6 else {
                    #expect(job.status == .completed)
                    continue
                }
                #expect(job.status == .pending && sum == Self.mebibyte, "day \(day)")
                // Again on the same day, as after a restart.
                try await disk.hash(at: clock.source)
                #expect(disk.backend.takeBytesRead() == [:])
                let activity = try await disk.hashActivity(at: clock.source)
                let midnight = LocalTime.next(minute: 0, after: clock.now)
                #expect(activity.state == .waitingForBudget && activity.nextAt == midnight)
                #expect(activity.bytesReadToday == Self.mebibyte)
                #expect(activity.pendingBytes == 2 * Self.all - Int64(day + 1) * Self.mebibyte)
                clock.advance(by: .microseconds(midnight - clock.now))
            }
            #expect(read == ["a": Self.all, "b": Self.all])
            #expect(try await disk.count("hash_parts") == 0)
            // One that is read in one go has the same hash.
            try await disk.limitHashing()
            try disk.write("c", ScanFixture.content(3 << 20, seed: 1))
            try await disk.scanAndHash()
            #expect(try await disk.duplicateGroups() == [["a", "b", "c"]])
        }
    }

    @Test func `What is read is counted before it is read`() async throws {
        try await withPair { disk, clock in
            try await disk.limitHashing(budget: 5 * Self.mebibyte)
            let uncounted = CallCount()
            let database = disk.database
            let sum = SQLStatement("SELECT CAST(COALESCE(SUM(bytes_read), 0) AS BIGINT) FROM hash_days")
            disk.backend.onRead { _, offset in
                let counted = try database.readBlocking { try $0.firstRow(sum) { $0.integer(0) } ?? 0 }
                if counted <= offset { _ = uncounted.next() }
            }
            try await disk.hash(at: clock.source)
            #expect(uncounted.next() == 1)
            #expect(disk.backend.takeBytesRead().values.reduce(0, +) == 5 * Self.mebibyte)
            #expect(try await disk.hashActivity(at: clock.source).bytesReadToday == 5 * Self.mebibyte)
            // Without a limit it is counted too, and what was taken ahead is given back.
            try await disk.limitHashing()
            try await disk.hash(at: clock.source)
            let all = 2 * Self.all
            #expect(try await disk.hashActivity(at: clock.source).bytesReadToday == all)
        }
    }

    @Test func `A window that closes stops within a file, and nothing is touched until it opens`() async throws {
        try await withPair { disk, clock in
            try await disk.limitHashing(window: Self.window(clock.now))
            let late = CallCount()
            disk.backend.onRead { _, offset in
                if (Self.mebibyte..<2 * Self.mebibyte).contains(offset), late.next() == 1 {
                    clock.advance(by: .seconds(7_200))
                }
            }
            #expect(try await disk.hash(at: clock.source).status == .pending)
            disk.backend.onRead(nil)
            let before = disk.backend.takeBytesRead().values.reduce(0, +)
            // The ends of both; of the first one all up to there, without its beginning, and the piece that was on its way.
            let content = before - 2 * Self.ends
            #expect(content >= Self.mebibyte - Self.ends / 2 && content < 2 * Self.mebibyte)
            disk.backend.goAway(true)
            #expect(try await disk.hash(at: clock.source).status == .pending)
            disk.backend.goAway(false)
            let activity = try await disk.hashActivity(at: clock.source)
            let opening = try #require(activity.nextAt)
            #expect(activity.state == .waitingForWindow && opening > clock.now)
            #expect(activity.pendingBytes == 2 * Self.all - before)
            clock.advance(by: .microseconds(opening - clock.now))
            #expect(try await disk.hash(at: clock.source).status == .completed)
            #expect(disk.backend.takeBytesRead().values.reduce(0, +) == 2 * Self.all - before)
            #expect(try await disk.duplicateGroups() == [["a", "b"]])
        }
    }

    @Test func `A file that changes while it waits is read from its beginning`() async throws {
        try await withPair { disk, clock in
            try await disk.limitHashing(budget: 2 * Self.mebibyte)
            try await disk.hash(at: clock.source)
            #expect(try await disk.count("hash_parts") > 0)
            for name in ["a", "b"] { try disk.write(name, ScanFixture.content(3 << 20, seed: 2)) }
            try disk.write("c", ScanFixture.content(3 << 20, seed: 2))
            try await disk.scan()
            try await disk.limitHashing()
            _ = disk.backend.takeBytesRead()
            #expect(try await disk.hash(at: clock.source).status == .completed)
            #expect(disk.backend.takeBytesRead().values.allSatisfy { $0 == Self.all })
            #expect(try await disk.duplicateGroups() == [["a", "b", "c"]])
        }
    }

    @Test func `Limits change nothing of what is found, whenever they stop it`() async throws {
        try await ScanFixture.withNew { disk in
            var generator = SplitMix(state: 11)
            let sizes = [900, 5_000, 140_000, 700_000, 2_500_000]
            for number in 0..<40 {
                let size = sizes[Int.random(in: 0..<sizes.count, using: &generator)]
                let seed = UInt64.random(in: 1...2, using: &generator)
                try disk.write("\(number)", ScanFixture.content(size, seed: seed))
            }
            try await disk.scan()
            let clock = ManualClock()
            var isComplete = false
            for _ in 0..<200 where !isComplete {
                let isOpen = Bool.random(using: &generator)
                try await disk.limitHashing(
                    window: Self.window(clock.now, in: isOpen ? 0 : 120),
                    budget: Self.mebibyte + Int64.random(in: 0...(2 * Self.mebibyte), using: &generator))
                isComplete = try await disk.hash(at: clock.source).status == .completed
                clock.advance(by: .seconds(40_000))
            }
            #expect(isComplete)
            var contents: [Data: [String]] = [:]
            for number in 0..<40 {
                let content = try Data(contentsOf: URL(fileURLWithPath: disk.tree + "/\(number)"))
                contents[content, default: []].append("\(number)")
            }
            let groups = contents.values.filter { $0.count > 1 }.map { $0.sorted() }
            #expect(try await disk.duplicateGroups() == groups.sorted { $0[0] < $1[0] })
        }
    }
}

extension ScanFixture {
    /// The limits of the root.
    func limitHashing(window: String? = nil, budget: Int64? = nil) async throws {
        _ = try await database.write { connection in
            try connection.execute(
                SQLStatement("UPDATE storage_roots SET hash_window = $1, hash_budget_bytes = $2"),
                [.optional(window), .optional(budget)])
        }
    }

    func hashActivity(at time: TimeSource) async throws -> HashActivity {
        let activities = try await HashService(database: database, time: time).activities()
        return try #require(activities[Self.rootID])
    }
}
