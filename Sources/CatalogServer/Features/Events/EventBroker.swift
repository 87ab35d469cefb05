import CatalogCore
import NIOCore
import Synchronization

/// Carries events from where they happen to everyone who listens in this process.
///
/// A listener that cannot keep up loses events and is told so by its mailbox; nobody ever waits for it.
package final class EventBroker: Sendable {
    private struct Listener {
        let channels: Set<LiveEvent.Channel>
        let scope: AccessScope
        let mailbox: EventMailbox
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    /// A broker that nobody listens to yet.
    package init() {}

    /// Tells everyone who listens to the channel and may see the whole of the root: events count what is in it.
    package func publish(_ event: LiveEvent) {
        let listeners = state.withLock { Array($0.listeners.values) }
        guard !listeners.isEmpty else { return }
        let message = ServerSentEvent(data: event.wireForm)
        for listener in listeners where listener.channels.contains(event.channel) {
            guard event.rootID.map({ listener.scope.allowsWhole($0) }) ?? true else { continue }
            listener.mailbox.offer(message)
        }
    }

    /// Puts events from now on into `mailbox`.
    ///
    /// - Returns: what `remove` wants.
    func add(_ mailbox: EventMailbox, channels: Set<LiveEvent.Channel>, scope: AccessScope) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = Listener(channels: channels, scope: scope, mailbox: mailbox)
            return state.nextID
        }
    }

    func remove(_ id: Int) {
        state.withLock { _ = $0.listeners.removeValue(forKey: id) }
    }
}
