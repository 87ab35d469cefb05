import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogStorage
import CatalogTestSupport
import Foundation
import Logging
import Synchronization
import Testing

/// Hash jobs over the one root of a test.
extension ScanFixture {
    /// What the API would say of all duplicates.
    struct Figures: Equatable {
        var groups: Int64 = 0
        var files: Int64 = 0
        var wasted: Int64 = 0
    }

    /// The hash job that waits for the root, if there is one.
    func waitingHashJob() async throws -> Job? {
        try await database.read { try JobStore(database: database).live(uniqueKey: "hash:1", on: $0) }
    }

    /// Runs the waiting hash job, as the next start of the program would.
    ///
    /// - Returns: the job as it is then.
    @discardableResult
    func hash(
        at time: TimeSource = .system, interrupt: (@Sendable (JobWorker, JobID) -> Void)? = nil
    ) async throws -> Job {
        let waiting = try #require(try await waitingHashJob())
        let threads = BlockingPool(name: "storage", threads: 4, queueLimit: 64)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let handler = HashJob(database: database, roots: roots, pool: threads, time: time, logger: quiet)
        let jobs = JobStore(database: database, time: time)
        let worker = JobWorker(store: jobs, handlers: [handler], slots: 1, logger: quiet)
        interrupt?(worker, waiting.id)
        _ = try await worker.runOnly(waiting.id)
        try await threads.shutdown()
        #expect(try await DuplicateTruth.differences(database) == [])
        return try #require(try await jobs.find(waiting.id))
    }

    /// Scans, hashes what there is to hash, and returns how many bytes were read of each file.
    @discardableResult
    func scanAndHash(_ type: ScanType = .incremental) async throws -> [String: Int64] {
        _ = backend.takeBytesRead()
        try await scan(type)
        let job = try await hash()
        #expect(job.status == .completed, "\(job.errorMessage ?? "")")
        return backend.takeBytesRead()
    }

    func hashProgress(_ job: Job) async throws -> HashProgress {
        try #require(try await HashStore(database: database).progress(of: job.id))
    }

    func duplicateFigures() async throws -> Figures {
        let statement = SQLStatement(
            "SELECT group_count, file_count, wasted_bytes FROM duplicate_counts WHERE root_id = 0")
        return try await database.read { connection in
            try connection.firstRow(statement) {
                Figures(groups: $0.integer(0), files: $0.integer(1), wasted: $0.integer(2))
            } ?? Figures()
        }
    }

    /// Paths of equal files, one list for each group, in order.
    func duplicateGroups() async throws -> [[String]] {
        let statement = SQLStatement(
            """
            SELECT g.id, h.entry_id FROM duplicate_groups g JOIN file_hashes h
                ON h.content_hash = g.content_hash AND h.size_bytes = g.size_bytes AND h.is_present = 1
            """)
        let rows = try await database.read { try $0.rows(statement) { ($0.integer(0), $0.integer(1)) } }
        let paths = Dictionary(uniqueKeysWithValues: try await catalog().map { ($0.value.id, $0.key) })
        return Dictionary(grouping: rows, by: \.0).values.map { $0.map { paths[$0.1] ?? "gone" }.sorted() }
            .sorted { ($0.first ?? "") < ($1.first ?? "") }
    }

    func write(_ path: String, _ content: Data) throws {
        let full = tree + "/" + path
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try content.write(to: URL(fileURLWithPath: full))
    }

    func link(_ path: String, as name: String) throws {
        let full = tree + "/" + name
        try FileManager.default.createDirectory(
            atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.linkItem(atPath: tree + "/" + path, toPath: full)
    }

    /// Bytes that differ from those of every other seed.
    static func content(_ bytes: Int, seed: UInt64) -> Data {
        Data(TestContent.noise(bytes, seed: seed))
    }

    /// The same content with another byte at one place.
    static func content(_ bytes: Int, seed: UInt64, changedAt place: Int) -> Data {
        var data = content(bytes, seed: seed)
        data[place] ^= 1
        return data
    }
}

/// Counts calls from any thread.
final class CallCount: Sendable {
    private let count = Mutex(0)

    /// The number of this call, from 1.
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
