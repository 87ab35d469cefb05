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
}
