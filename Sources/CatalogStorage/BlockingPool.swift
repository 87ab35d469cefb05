import CatalogCore
import NIOPosix
import Synchronization

/// Threads for calls that block, apart from Swift's cooperative pool.
///
/// Each purpose has its own pool, so that a hung network mount cannot starve the login (architecture.md section 8).
package final class BlockingPool: Sendable {
    private let name: String
    private let pool: NIOThreadPool
    private let inFlightMax: Int
    private let inFlight = Atomic<Int>(0)

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - name: what the pool is for, for messages: "storage".
    ///   - threads: calls that run at the same time.
    ///   - queueLimit: calls that may wait for a thread; more are refused at once.
    package init(name: String, threads: Int, queueLimit: Int) {
        self.name = name
        inFlightMax = max(threads, 1) + max(queueLimit, 0)
        pool = NIOThreadPool(numberOfThreads: max(threads, 1))
        pool.start()
    }

    /// Runs `body` on one of the threads.
    ///
    /// A task that is cancelled while it waits for a thread never runs it; one that runs already is waited for, since C
    /// calls cannot be stopped.
    ///
    /// - Throws: what `body` throws; `CatalogError.unavailable` when too many wait or after `shutdown`;
    ///   `CatalogError.cancelled`.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let running = inFlight.wrappingAdd(1, ordering: .relaxed).newValue
        defer { inFlight.wrappingSubtract(1, ordering: .relaxed) }
        guard running <= inFlightMax else {
            throw CatalogError(.unavailable, "The server is busy", cause: "too many \(name) calls wait for a thread")
        }
        do {
            return try await pool.runIfActive(body)
        } catch is CancellationError {
            // The pool says the same for a cancelled task and for work that it refuses because it stopped.
            if Task.isCancelled { throw CatalogError(.cancelled, "The request was cancelled") }
            throw CatalogError(.unavailable, "The server is shutting down", cause: "the \(name) threads have stopped")
        }
    }

    /// Waits for the calls that run, refuses those that wait, and ends the threads.
    package func shutdown() async throws {
        do {
            try await pool.shutdownGracefully()
        } catch {
            throw CatalogError.internalError("the \(name) threads did not stop: \(error)")
        }
    }
}
