import CatalogCore
import Synchronization

/// Events that wait for one reader.
///
/// It is bounded: a reader that is too slow misses events and is told how many.
package final class EventMailbox: Sendable {
    /// What the reader gets.
    enum Delivery {
        case events([ServerSentEvent], missed: Int)
        /// Nothing came; the reader should show that it lives.
        case ping
        case ended
    }

    private struct State {
        var events: [ServerSentEvent] = []
        var missed = 0
        var isPinged = false
        var isEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let capacity: Int

    package init(capacity: Int = Limits.eventBacklog) {
        self.capacity = capacity
    }

    /// Leaves an event for the reader, or counts it as missed when the mailbox is full.
    ///
    /// Never waits.
    package func offer(_ event: ServerSentEvent) {
        wake { state in
            if state.events.count < capacity { state.events.append(event) } else { state.missed += 1 }
        }
    }

    /// Ends the stream after what is waiting.
    package func end() {
        wake { $0.isEnded = true }
    }

    func ping() {
        wake { $0.isPinged = true }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for something to deliver.
    ///
    /// One reader at a time. Cancellation ends the mailbox.
    func next() async -> Delivery {
        await withTaskCancellationHandler {
            while true {
                if let delivery = take() { return delivery }
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        let isReady = state.isEnded || state.isPinged || !state.events.isEmpty || state.missed > 0
                        if !isReady { state.waiter = continuation }
                        return isReady
                    }
                    if isReady { continuation.resume() }
                }
            }
        } onCancel: {
            end()
        }
    }

    private func take() -> Delivery? {
        state.withLock { state in
            if !state.events.isEmpty || state.missed > 0 {
                defer {
                    state.events = []
                    state.missed = 0
                    state.isPinged = false
                }
                return .events(state.events, missed: state.missed)
            }
            if state.isEnded { return .ended }
            guard state.isPinged else { return nil }
            state.isPinged = false
            return .ping
        }
    }
}
