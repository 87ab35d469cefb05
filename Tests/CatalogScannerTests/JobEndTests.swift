import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogTestSupport
import Logging
import Synchronization
import Testing

/// How jobs end when not everything is there that they need for it.
@Suite struct JobEndTests {
    /// Takes the database away while it runs.
    private struct Thief: JobHandler {
        let kind = "thief"
        let database: any Database
        let isDone: AsyncStream<Void>.Continuation

        func run(_ context: JobContext) async throws {
            try await database.close()
            isDone.finish()
        }
    }

    /// Remembers what it was told to tidy up after.
    private final class Tidier: JobHandler {
        let kind = "lost"
        let ended = Mutex<[JobID]>([])

        func run(_ context: JobContext) async throws {}

        func ended(_ job: Job, as status: Job.Status, error: CatalogError?) async throws {
            if status == .cancelled { ended.withLock { $0.append(job.id) } }
        }
    }

    @Test func `What a job left that was cancelled while no process had it is tidied up`() async throws {
        try await TestDatabase.withNew { test in
            let clock = ManualClock()
            let (store, tidier) = (JobStore(database: test.database, time: clock.source), Tidier())
            let worker = JobWorker(
                store: store, handlers: [tidier], slots: 1,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            // One that had begun and waited to go on, one that never began, and one that somebody else runs.
            let begun = try #require(try await store.find(try await claimed(from: store, test.database)))
            try await store.release(begun, owner: .current)
            let running = try await claimed(from: store, test.database)
            let waiting = try await pushed(to: store, test.database)
            for id in [begun.id, running, waiting] {
                #expect(try await store.cancel(id))
                await worker.noteCancelled(id)
            }
            #expect(tidier.ended.withLock { $0 } == [begun.id])
        }
    }

    @Test(.timeLimit(.minutes(20))) func `A worker ends although the end of its job cannot be written`() async throws {
        try await TestDatabase.withNew { test in
            try await test.withSecondProcess { database in
                let (done, isDone) = AsyncStream.makeStream(of: Void.self)
                let worker = JobWorker(
                    store: JobStore(database: database), handlers: [Thief(database: database, isDone: isDone)],
                    slots: 1, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                _ = try await test.database.write {
                    try JobStore(database: test.database).push(
                        NewJob(kind: "thief", payload: "{}", uniqueKey: nil, rootID: nil), on: $0)
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await worker.run() }
                    for await _ in done {}
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `A job that its own process does not know of is given back, one that it runs is not`() async throws {
        try await TestDatabase.withNew { test in
            let clock = ManualClock()
            let store = JobStore(database: test.database, time: clock.source)
            let lost = try await claimed(from: store, test.database)
            let running = try await claimed(from: store, test.database)
            let owner = ProcessIdentity.current
            // An answer to a claim may be on its way.
            #expect(try await store.recoverAbandoned(by: owner, running: [running]).isEmpty)
            clock.advance(by: .seconds(31))
            #expect(try await store.recoverAbandoned().isEmpty, "A process that lives and was not asked")
            #expect(try await store.recoverAbandoned(by: owner, running: [running]).count == 1)
            #expect(try await store.find(lost)?.status == .pending)
            #expect(try await store.find(running)?.status == .running)
        }
    }

    @Test func `A run that was taken for dead is not the one that the same process has begun since`() async throws {
        try await TestDatabase.withNew { test in
            let clock = ManualClock()
            let store = JobStore(database: test.database, time: clock.source)
            let owner = ProcessIdentity.current
            let id = try await claimed(from: store, test.database)
            let first = try #require(try await store.find(id))
            clock.advance(by: .seconds(31))
            #expect(try await store.recoverAbandoned(by: owner, running: []).count == 1)
            let second = try #require(try await store.claim(id, owner: owner))
            #expect(try await store.heartbeat(first, owner: owner) == nil)
            #expect(try await !store.finish(first, owner: owner, status: .completed, error: nil))
            try await store.release(first, owner: owner)
            try await store.retry(first, owner: owner, after: .zero)
            #expect(try await store.heartbeat(second, owner: owner) == false)
            #expect(try await store.finish(second, owner: owner, status: .completed, error: nil))
        }
    }

    @Test func `A job that somebody cancels while it goes back to the queue is over`() async throws {
        try await TestDatabase.withNew { test in
            let store = JobStore(database: test.database)
            for giveBack in [
                { try await store.release($0, owner: .current) },
                { try await store.retry($0, owner: .current, after: .seconds(5)) },
            ] as [(Job) async throws -> Bool] {
                let stopped = try #require(try await store.find(try await claimed(from: store, test.database)))
                let isOver = try await giveBack(stopped)
                let given = try await store.find(stopped.id)
                #expect(!isOver && given?.status == .pending)
                let cancelled = try #require(try await store.find(try await claimed(from: store, test.database)))
                #expect(try await store.cancel(cancelled.id))
                let isCancelled = try await giveBack(cancelled)
                let row = try #require(try await store.find(cancelled.id))
                #expect(isCancelled && row.status == .cancelled && row.finishedAt != nil)
            }
        }
    }

    @Test func `A node that names its roots anew lets go of those that it had`() async throws {
        try await TestDatabase.withNew { test in
            let clock = ManualClock()
            let store = JobStore(database: test.database, time: clock.source)
            try await store.pin([1, 2], to: "node")
            clock.advance(by: .seconds(1))
            try await store.pin([2], to: "node")
            #expect(try await !store.isPinned(1))
            #expect(try await store.isPinned(2))
            clock.advance(by: .seconds(1))
            try await store.pin([], to: "node")
            #expect(try await !store.isPinned(2))
        }
    }

    @Test func `Only a process that can be looked at is taken for dead before it was silent for long`() throws {
        let current = ProcessIdentity.current.text.split(separator: "/").map(String.init)
        let place = current[0]
        #expect(ProcessIdentity.current.isAlive == true)
        // No process has this number: it is above what the kernel gives.
        #expect(ProcessIdentity(text: "\(place)/99999999/1")?.isAlive == false)
        #expect(ProcessIdentity(text: "\(place)/\(current[1])/1")?.isAlive == false)
        // The first process of another container, of another machine, and of one that does not say which it is.
        for other in ["\(place)0", "another.1", "unknown-1"] {
            #expect(ProcessIdentity(text: "\(other)/99999999/1")?.isAlive == nil)
        }
    }

    private func claimed(from store: JobStore, _ database: any Database) async throws -> JobID {
        let id = try await pushed(to: store, database)
        _ = try await store.claim(id, owner: .current)
        return id
    }

    private func pushed(to store: JobStore, _ database: any Database) async throws -> JobID {
        try await database.write {
            try store.push(NewJob(kind: "lost", payload: "{}", uniqueKey: nil, rootID: nil), on: $0)
        }
    }
}
