import CLinux
import CatalogCore
import NIOPosix
import Synchronization

/// Threads for calls that block, apart from Swift's cooperative pool.
///
/// Each purpose has its own pool, so that a hung network mount cannot starve the login.
package final class BlockingPool: Sendable {
    private let name: String
    private let pool: NIOThreadPool
    private let inFlightMax: Int
    private let inFlight = Atomic<Int>(0)
    private let isBackground: Bool

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - name: what the pool is for, for messages: "storage".
    ///   - threads: calls that run at the same time.
    ///   - queueLimit: calls that may wait for a thread; more are refused at once.
    ///   - isBackground: whether its calls give way to everything else that the machine has to do: nobody waits for them.
    package init(name: String, threads: Int, queueLimit: Int, isBackground: Bool = false) {
        self.name = name
        self.isBackground = isBackground
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
            return try await pool.runIfActive { [isBackground] in
                if isBackground { catalog_give_way() }
                return try body()
            }
        } catch is CancellationError {
            // The pool says the same for a cancelled task and for work that it refuses because it stopped.
            if Task.isCancelled { throw CatalogError(.cancelled, "The request was cancelled") }
            throw Self.stopped(name)
        }
    }

    /// What `run(within:)` throws when the time is over.
    static let noAnswer = CatalogError(
        .storageUnavailable, "The storage does not answer; check its connection and its mount")

    /// Runs `body` on one of the threads, and stops waiting for it after a while. It goes on, and keeps its thread until it
    /// ends by itself.
    ///
    /// - Parameter onEnd: called when the thread is free again, or was never taken.
    /// - Throws: what `body` throws; `CatalogError.storageUnavailable` when the time is over; `.unavailable` when too many
    ///   wait.
    package func run<Value: Sendable>(
        within limit: Duration, _ body: @escaping @Sendable () throws -> Value, onEnd: @escaping @Sendable () -> Void
    ) async throws -> Value {
        let running = inFlight.wrappingAdd(1, ordering: .relaxed).newValue
        guard running <= inFlightMax else {
            inFlight.wrappingSubtract(1, ordering: .relaxed)
            onEnd()
            throw CatalogError(.unavailable, "The server is busy", cause: "too many \(name) calls wait for a thread")
        }
        let first = FirstAnswer<Value>()
        pool.submit { [self] state in
            let answer = state == .active ? Result { try body() } : .failure(Self.stopped(name))
            inFlight.wrappingSubtract(1, ordering: .relaxed)
            onEnd()
            first.give(answer)
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Who is cancelled waits no longer either.
                try? await Task.sleep(for: limit)
                first.give(.failure(Self.noAnswer))
            }
            defer { group.cancelAll() }
            return try await first.value
        }
    }

    private static func stopped(_ name: String) -> CatalogError {
        CatalogError(.unavailable, "The server is shutting down", cause: "the \(name) threads have stopped")
    }

    /// Refuses the calls that wait, and ends each thread when its call ends, without waiting for that.
    package func abandon() {
        pool.shutdownGracefully { _ in }
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

/// The first of several answers; later ones count for nothing.
private final class FirstAnswer<Value: Sendable>: Sendable {
    private struct State {
        var answer: Result<Value, any Error>?
        var waiter: CheckedContinuation<Value, any Error>?
    }

    private let state = Mutex(State())

    func give(_ answer: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard state.answer == nil else { return nil }
            state.answer = answer
            return state.waiter
        }
        waiter?.resume(with: answer)
    }

    /// Waits for it; asked once.
    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let answer = state.withLock { state in
                    state.waiter = continuation
                    return state.answer
                }
                if let answer { continuation.resume(with: answer) }
            }
        }
    }
}
