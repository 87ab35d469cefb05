import CatalogCore
import Synchronization

/// How far the index has come in the journal, and who waits for it to come further.
final class AppliedSequence: Sendable {
    private struct State {
        var sequence: Int64 = 0
        var isClosed = false
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
    }

    private struct Waiter {
        let sequence: Int64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private let state = Mutex(State())

    /// The newest row of the journal that searches see.
    var value: Int64 { state.withLock { $0.sequence } }

    /// Notes that searches see the journal up to `sequence` now.
    ///
    /// It falls when the database was replaced by an older one.
    func advance(to sequence: Int64) {
        let ready = state.withLock { state in
            state.sequence = sequence
            return AppliedSequence.take(&state) { $0.sequence <= sequence }
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Ends all waiting, now and later.
    func close() {
        let rest = state.withLock { state in
            state.isClosed = true
            return AppliedSequence.take(&state) { _ in true }
        }
        for waiter in rest { waiter.continuation.resume(throwing: NameIndex.closed) }
    }

    /// Returns once `value` has reached `sequence`.
    ///
    /// - Throws: `CatalogError.cancelled`; `.unavailable` when the index is closed first.
    func wait(through sequence: Int64) async throws {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Void, any Error>? = state.withLock { state in
                    if state.sequence >= sequence { return .success(()) }
                    if state.isClosed { return .failure(NameIndex.closed) }
                    if Task.isCancelled { return .failure(NameIndex.cancelled) }
                    state.waiters[number] = Waiter(sequence: sequence, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
            waiter?.continuation.resume(throwing: NameIndex.cancelled)
        }
    }

    private static func take(_ state: inout State, where isReady: (Waiter) -> Bool) -> [Waiter] {
        let ready = state.waiters.filter { isReady($0.value) }
        for number in ready.keys { state.waiters[number] = nil }
        return Array(ready.values)
    }
}
