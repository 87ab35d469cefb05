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

    @Test(.timeLimit(.minutes(5))) func `A worker ends although the end of its job cannot be written`() async throws {
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
            #expect(try await store.recoverAbandoned(by: owner, running: [running]) == 0)
            clock.advance(by: .seconds(31))
            #expect(try await store.recoverAbandoned() == 0, "A process that lives and was not asked")
            #expect(try await store.recoverAbandoned(by: owner, running: [running]) == 1)
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
            #expect(try await store.recoverAbandoned(by: owner, running: []) == 1)
            let second = try #require(try await store.claim(id, owner: owner))
            #expect(try await store.heartbeat(first, owner: owner) == nil)
            #expect(try await !store.finish(first, owner: owner, status: .completed, error: nil))
            try await store.release(first, owner: owner)
            try await store.retry(first, owner: owner, after: .zero)
            #expect(try await store.heartbeat(second, owner: owner) == false)
            #expect(try await store.finish(second, owner: owner, status: .completed, error: nil))
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
        let id = try await database.write {
            try store.push(NewJob(kind: "lost", payload: "{}", uniqueKey: nil, rootID: nil), on: $0)
        }
        _ = try await store.claim(id, owner: .current)
        return id
    }
}
