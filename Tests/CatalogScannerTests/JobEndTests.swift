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

    private func claimed(from store: JobStore, _ database: any Database) async throws -> JobID {
        let id = try await database.write {
            try store.push(NewJob(kind: "lost", payload: "{}", uniqueKey: nil, rootID: nil), on: $0)
        }
        _ = try await store.claim(id, owner: .current)
        return id
    }
}
