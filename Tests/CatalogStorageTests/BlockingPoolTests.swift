import CatalogCore
import CatalogStorage
import Dispatch
import Testing

@Suite("Threads for blocking calls", .timeLimit(.minutes(20)))
struct BlockingPoolTests {
    @Test("Results and errors come back")
    func results() async throws {
        let pool = BlockingPool(name: "test", threads: 2, queueLimit: 10)
        #expect(try await pool.run { 6 * 7 } == 42)
        let error = await #expect(throws: CatalogError.self) {
            try await pool.run { throw CatalogError(.notFound, "missing") }
        }
        #expect(error?.code == .notFound)
        try await pool.shutdown()
    }

    @Test("Calls beyond the queue are refused at once, and there is room again afterwards")
    func queueLimit() async throws {
        let pool = BlockingPool(name: "test", threads: 1, queueLimit: 1)
        let gate = DispatchSemaphore(value: 0)
        let started = DispatchSemaphore(value: 0)
        async let running: Void = pool.run {
            started.signal()
            gate.wait()
        }
        await wait(for: started)
        // One may wait for the thread, so of two more one is refused, and the test goes on when it was.
        let refused = await withTaskGroup(of: CatalogError.Code?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do {
                        try await pool.run {}
                        return nil
                    } catch {
                        return (error as? CatalogError)?.code
                    }
                }
            }
            let first = await group.next() ?? nil
            gate.signal()
            return first
        }
        #expect(refused == .unavailable)
        try await running
        #expect(try await pool.run { 1 } == 1)
        try await pool.shutdown()
    }

    @Test("A task that is cancelled while it waits for a thread never runs")
    func cancellation() async throws {
        let pool = BlockingPool(name: "test", threads: 1, queueLimit: 4)
        let gate = DispatchSemaphore(value: 0)
        let started = DispatchSemaphore(value: 0)
        async let running: Void = pool.run {
            started.signal()
            gate.wait()
        }
        await wait(for: started)
        let waiting = Task { try await pool.run { Issue.record("it ran") } }
        waiting.cancel()
        gate.signal()
        let error = await #expect(throws: CatalogError.self) { try await waiting.value }
        #expect(error?.code == .cancelled)
        try await running
        try await pool.shutdown()
    }

    @Test("A pool that was shut down refuses work")
    func shutdown() async throws {
        let pool = BlockingPool(name: "test", threads: 1, queueLimit: 1)
        try await pool.shutdown()
        let error = await #expect(throws: CatalogError.self) { try await pool.run {} }
        #expect(error?.code == .unavailable)
    }

    /// Waits on a thread of the system, so that the test's own thread stays free.
    private func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                semaphore.wait()
                continuation.resume()
            }
        }
    }
}
