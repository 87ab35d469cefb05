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
        var isCut = false
        var isInputClosed = false
        /// What wants to know that the client will send nothing more.
        var onInputClosed: (@Sendable () -> Void)?
    }

    /// The connection that the current task works for.
    @TaskLocal static var current: Connection?

    let channel: any Channel
    /// Where it comes from. It is taken while the connection is set up, since a closed one has none any more.
    let peer: ClientAddress
    private let limits: ConnectionLimits
    private let state: Mutex<State>

    init(_ channel: any Channel, _ limits: ConnectionLimits) {
        self.channel = channel
        self.limits = limits
        peer = ClientAddress(channel.remoteAddress)
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
            return state.activeRequests == 0 && now - state.lastActivityAt > TimeAmount(limits.idle)
        }
    }

    /// Closes the connection at once, whatever is on its way.
    func cut() {
        state.withLock { $0.isCut = true }
        channel.close(promise: nil)
    }

    var isCut: Bool { state.withLock { $0.isCut } }

    /// The client has closed its direction; it may still read.
    func inputClosed() {
        let action = state.withLock { state in
            state.isInputClosed = true
            defer { state.onInputClosed = nil }
            return state.onInputClosed
        }
        action?()
    }

    /// Calls `action` when the client closes its direction, at once when it has; nil forgets the last one.
    func onInputClosed(_ action: (@Sendable () -> Void)?) {
        let isClosed = state.withLock { state in
            state.onInputClosed = state.isInputClosed ? nil : action
            return state.isInputClosed
        }
        if isClosed { action?() }
    }
}

/// Every open connection.
final class ConnectionRegistry: Sendable {
    private struct State {
        var open: [ObjectIdentifier: Connection] = [:]
        var peak = 0
    }

    private let state = Mutex(State())
    private let isQuiescing = Atomic(false)

    func add(_ connection: Connection) {
        let id = ObjectIdentifier(connection.channel)
        state.withLock { state in
            state.open[id] = connection
            state.peak = max(state.peak, state.open.count)
        }
        // Accepted in the very moment in which the server stopped accepting.
        if isQuiescing.load(ordering: .relaxed) { connection.channel.close(promise: nil) }
        connection.channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { _ = $0.open.removeValue(forKey: id) }
        }
    }

    /// The connection of a channel, or of the channel that it is a stream of (HTTP/2).
    func find(_ channel: any Channel) -> Connection? {
        state.withLock { state in
            state.open[ObjectIdentifier(channel)] ?? channel.parent.flatMap { state.open[ObjectIdentifier($0)] }
        }
    }

    /// Asks every connection to end after the answer that it is at.
    func quiesce() {
        isQuiescing.store(true, ordering: .relaxed)
        for connection in state.withLock({ Array($0.open.values) }) {
            connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Cuts what is left.
    func closeAll() {
        for connection in state.withLock({ Array($0.open.values) }) { connection.cut() }
    }

    var count: Int { state.withLock { $0.open.count } }

    /// The most connections that were open at the same time since this was asked last.
    func takePeak() -> Int {
        state.withLock { state in
            defer { state.peak = state.open.count }
            return state.peak
        }
    }
}
