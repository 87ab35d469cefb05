import CatalogCore
import NIOCore
import Synchronization

/// What is known about one TCP connection, for its limits and for the end of the server.
final class Connection: Sendable {
    private struct State {
        var activeRequests = 0
        /// When bytes of a request came whose head is not complete.
        var headStartedAt: NIODeadline?
        var lastActivityAt: NIODeadline
        var lastProgressAt: NIODeadline
        var lastBuffered = 0
        /// With HTTP/2, bytes between requests are no heads: windows and pings.
        var isMultiplexed = false
        /// The body of a request that is not complete: since when, and how much of it came.
        var body: (startedAt: NIODeadline, bytes: Int)?
    }

    let channel: any Channel
    private let limits: ConnectionLimits
    private let state: Mutex<State>

    init(_ channel: any Channel, _ limits: ConnectionLimits) {
        self.channel = channel
        self.limits = limits
        let now = NIODeadline.now()
        state = Mutex(State(lastActivityAt: now, lastProgressAt: now))
    }

    /// Bytes came from the client.
    func received() {
        let now = NIODeadline.now()
        state.withLock { state in
            state.lastActivityAt = now
            if state.activeRequests == 0, state.headStartedAt == nil, !state.isMultiplexed { state.headStartedAt = now }
        }
    }

    /// The head of a request is complete.
    func requestBegan(isMultiplexed: Bool) {
        state.withLock { state in
            state.activeRequests += 1
            state.headStartedAt = nil
            state.isMultiplexed = isMultiplexed
        }
    }

    /// The body of a request comes now, if it has one.
    func bodyBegan() {
        let now = NIODeadline.now()
        state.withLock { $0.body = (now, 0) }
    }

    /// Bytes of it came.
    func bodyReceived(_ bytes: Int) { state.withLock { $0.body?.bytes += bytes } }

    /// It is complete.
    func bodyEnded() { state.withLock { $0.body = nil } }

    /// An answer has been handed to the channel.
    func requestEnded() {
        let now = NIODeadline.now()
        state.withLock { state in
            state.activeRequests -= 1
            state.lastActivityAt = now
        }
    }

    /// Looks at every limit.
    ///
    /// - Parameter buffered: bytes that wait for the client to take them.
    /// - Returns: whether the connection must be cut.
    func isOverLimit(buffered: Int) -> Bool {
        let now = NIODeadline.now()
        return state.withLock { state in
            // Any other number than the last time means that the client took some, or that it took all there was before.
            if buffered == 0 || buffered != state.lastBuffered { state.lastProgressAt = now }
            state.lastBuffered = buffered
            if buffered > 0 { return now - state.lastProgressAt > TimeAmount(limits.writeStall) }
            if let started = state.headStartedAt, now - started > TimeAmount(limits.head) { return true }
            if let body = state.body, isTooSlow(body, now) { return true }
            return state.activeRequests == 0 && now - state.lastActivityAt > TimeAmount(limits.idle)
        }
    }

    /// After a while of patience a body has to come at a rate that the slowest of honest lines reaches.
    private func isTooSlow(_ body: (startedAt: NIODeadline, bytes: Int), _ now: NIODeadline) -> Bool {
        let elapsed = now - body.startedAt
        guard elapsed > TimeAmount(limits.body) else { return false }
        return Int64(body.bytes) < elapsed.nanoseconds / 1_000_000_000 * Limits.requestBodyBytesPerSecond
    }
}

/// Every open connection.
final class ConnectionRegistry: Sendable {
    private let connections = Mutex<[ObjectIdentifier: Connection]>([:])
    private let isQuiescing = Atomic(false)

    func add(_ connection: Connection) {
        let id = ObjectIdentifier(connection.channel)
        connections.withLock { $0[id] = connection }
        // Accepted in the very moment in which the server stopped accepting.
        if isQuiescing.load(ordering: .relaxed) { connection.channel.close(promise: nil) }
        connection.channel.closeFuture.whenComplete { [weak self] _ in
            self?.connections.withLock { _ = $0.removeValue(forKey: id) }
        }
    }

    /// The connection of a channel, and whether the channel is one of several streams of it (HTTP/2).
    func find(_ channel: any Channel) -> (connection: Connection, isStream: Bool)? {
        connections.withLock { connections in
            if let own = connections[ObjectIdentifier(channel)] { return (own, false) }
            guard let parent = channel.parent, let outer = connections[ObjectIdentifier(parent)] else { return nil }
            return (outer, true)
        }
    }

    /// Asks every connection to end after the answer that it is at.
    func quiesce() {
        isQuiescing.store(true, ordering: .relaxed)
        for connection in connections.withLock({ Array($0.values) }) {
            connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Cuts what is left.
    func closeAll() {
        for connection in connections.withLock({ Array($0.values) }) { connection.channel.close(promise: nil) }
    }

    var count: Int { connections.withLock { $0.count } }
}
