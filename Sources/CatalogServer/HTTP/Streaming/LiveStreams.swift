import CatalogCore
import Synchronization

/// Every open stream that has no end of its own.
final class LiveStreams: Sendable {
    private struct State {
        var nextID = 0
        var mailboxes: [Int: EventMailbox] = [:]
        var countByUser: [UserID: Int] = [:]
        var isEnded = false
    }

    private let state = Mutex(State())

    /// - Returns: what `remove` wants.
    /// - Throws: `CatalogError.rateLimited` when the user has `Limits.eventStreamsPerUser` open already, `.unavailable` while
    ///   the server stops.
    func add(_ mailbox: EventMailbox, of user: UserID?) throws -> Int {
        try state.withLock { state in
            guard !state.isEnded else { throw CatalogError(.unavailable, ErrorText.unavailable) }
            if let user {
                guard state.countByUser[user, default: 0] < Limits.eventStreamsPerUser else {
                    throw CatalogError(.rateLimited, "Too many event streams")
                }
                state.countByUser[user, default: 0] += 1
            }
            state.nextID += 1
            state.mailboxes[state.nextID] = mailbox
            return state.nextID
        }
    }

    func remove(_ id: Int, of user: UserID?) {
        state.withLock { state in
            guard state.mailboxes.removeValue(forKey: id) != nil, let user else { return }
            state.countByUser[user, default: 1] -= 1
            if state.countByUser[user] == 0 { state.countByUser[user] = nil }
        }
    }

    /// Ends all of them and lets no new one begin.
    func endAll() {
        let mailboxes = state.withLock { state in
            state.isEnded = true
            return Array(state.mailboxes.values)
        }
        for mailbox in mailboxes { mailbox.end() }
    }

    var count: Int { state.withLock { $0.mailboxes.count } }
}
