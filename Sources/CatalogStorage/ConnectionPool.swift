import CatalogCore
import Foundation
import Glibc
import Synchronization

/// The connections to the server of one root: calls go to one that is idle, to a new one while there may be more, and else wait
/// for one.
///
/// Every call blocks and belongs on a thread of a `BlockingPool`.
package final class ConnectionPool<Connection: Sendable>: @unchecked Sendable {
    /// One connection, which one thread at a time may use.
    package final class Lane: @unchecked Sendable {
        private let connection: Connection
        private let lock = NSLock()
        private let released: () -> Void
        private let chores = Mutex<[@Sendable (Connection) -> Void]>([])

        fileprivate init(_ connection: Connection, released: @escaping () -> Void) {
            self.connection = connection
            self.released = released
        }

        /// Waits for the thread that has the connection, and runs `body` with it.
        package func use<Value>(_ body: (Connection) throws -> Value) rethrows -> Value {
            lock.lock()
            defer { release() }
            doChores()
            return try body(connection)
        }

        /// Leaves `body` to the next one who uses the connection, for callers that must not wait; it is dropped with the
        /// connection.
        package func later(_ body: @escaping @Sendable (Connection) -> Void) {
            chores.withLock { $0.append(body) }
        }

        private func doChores() {
            let waiting = chores.withLock { chores in
                defer { chores = [] }
                return chores
            }
            for chore in waiting { chore(connection) }
        }

        private func release() {
            lock.unlock()
            released()
        }

        /// - Returns: nil when another thread has it.
        func useIfIdle<Value>(_ body: (Connection) throws -> Value) rethrows -> Value? {
            guard lock.try() else { return nil }
            defer { release() }
            doChores()
            return try body(connection)
        }
    }

    private let limit: Int
    private let make: () throws -> Connection
    let breaksConnection: @Sendable (any Error) -> Bool
    private let breaker: CircuitBreaker
    private let retries: RetryPauses
    /// Guards what follows, and wakes those who wait for a connection that is being made.
    private let condition = NSCondition()
    private var lanes: [Lane] = []
    /// Being made now, outside of the lock.
    private var pending = 0
    /// How often a connection became free: whoever has looked at all in vain waits for a change of it.
    private var releases = 0
    /// How often everything was let go: whoever rests before another try gives up then.
    private var closings = 0

    /// - Parameters:
    ///   - limit: connections at the same time.
    ///   - breaksConnection: whether a connection is of no use after an error, and the same call may succeed on another one.
    ///   - make: connects, or throws `CatalogError.storageUnavailable` with what is wrong and what to do.
    package init(
        limit: Int, retries: RetryPauses = .usual, breaker: CircuitBreaker = CircuitBreaker(),
        breaksConnection: @escaping @Sendable (any Error) -> Bool,
        make: @escaping @Sendable () throws -> Connection
    ) {
        self.limit = limit
        self.make = make
        self.breaksConnection = breaksConnection
        (self.retries, self.breaker) = (retries, breaker)
    }

    /// Whether callers meet the storage, or the error of the last try.
    package var circuit: CircuitBreaker.State { breaker.state }

    /// Lets the next caller try to connect, however short ago the storage was away. Others do not wait for that.
    package func retrySoon() { breaker.retrySoon() }

    /// Runs `body` with a connection of its own, and again with another one when the connection broke: a server that restarted
    /// breaks all of them. So `body` must only ask, and change nothing.
    ///
    /// - Throws: what `body` throws; what `make` throws, at once while it did so a moment ago.
    package func use<Value>(_ body: (Connection, Lane) throws -> Value) throws -> Value {
        try retrying { _ in try once(body) }
    }

    /// Runs `question` and then `change` with the same connection. When that breaks in the question, both run again with another
    /// one; a change is never made twice, since nobody knows whether the server has done it.
    ///
    /// The question is what keeps an idle connection that the server has closed long ago from failing the change.
    ///
    /// - Throws: as `use`.
    package func change<Answer, Value>(
        asking question: (Connection) throws -> Answer, _ change: (Connection, Lane, Answer) throws -> Value
    ) throws -> Value {
        let result = try retrying { _ in
            try once { connection, lane -> Result<Value, any Error> in
                let answer = try question(connection)
                do {
                    return .success(try change(connection, lane, answer))
                } catch {
                    // Not thrown, or it would be tried again.
                    if breaksConnection(error) { letGo(of: lane) }
                    return .failure(error)
                }
            }
        }
        return try result.get()
    }

    /// Runs `body`, which says whether it is tried for the first time, again as long as connections break.
    ///
    /// - Throws: what `body` throws at last.
    package func retrying<Value>(_ body: (_ isFirst: Bool) throws -> Value) throws -> Value {
        let start = retries.time.now
        let known = locked { closings }
        var pauses = retries.pauses()[...]
        var isFirst = true
        while true {
            do {
                return try body(isFirst)
            } catch  where breaksConnection(error) {
                let isLate = !isFirst && retries.time.now - start > RetryPauses.patience
                guard let pause = pauses.popFirst(), !isLate, rest(pause, since: known) else { throw error }
                isFirst = false
            }
        }
    }

    /// In small steps, each measured from where it begins: the system's clock may be set meanwhile.
    ///
    /// - Returns: whether nothing was closed meanwhile.
    private func rest(_ microseconds: Int64, since known: Int) -> Bool {
        let end = TimeSource.monotonic.now + microseconds
        while locked({ closings == known }) {
            let left = end - TimeSource.monotonic.now
            guard left > 0 else { return true }
            poll(nil, 0, Int32(clamping: min(left / 1_000 + 1, 10)))
        }
        return false
    }

    /// The same as `use`, tried once.
    package func once<Value>(_ body: (Connection, Lane) throws -> Value) throws -> Value {
        while true {
            let (candidates, seen) = locked { (lanes, releases) }
            for lane in candidates {
                guard let value = try keepingWhole(lane, { try lane.useIfIdle { try body($0, lane) } }) else {
                    continue
                }
                // One more connection may have been refused, but the server is not away.
                breaker.reset()
                return value
            }
            if let lane = try makeOne() { return try keepingWhole(lane) { try lane.use { try body($0, lane) } } }
            locked {
                while releases == seen, !lanes.isEmpty || pending > 0 { condition.wait() }
            }
        }
    }

    /// Lets go of a connection that `body` finds broken.
    private func keepingWhole<Value>(_ lane: Lane, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch  where breaksConnection(error) {
            letGo(of: lane)
            throw error
        }
    }

    private func letGo(of lane: Lane) {
        locked {
            lanes.removeAll { $0 === lane }
            noteRelease()
        }
    }

    /// Nil when there are as many as there may be.
    private func makeOne() throws -> Lane? {
        let mayMake = locked {
            guard lanes.count + pending < limit else { return false }
            pending += 1
            return true
        }
        guard mayMake else { return nil }
        defer {
            locked {
                pending -= 1
                noteRelease()
            }
        }
        return try breaker.run {
            let lane = Lane(try make()) { [weak self] in self?.locked { self?.noteRelease() } }
            locked { lanes.append(lane) }
            return lane
        }
    }

    /// Under the lock.
    private func noteRelease() {
        releases &+= 1
        condition.broadcast()
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        condition.lock()
        defer { condition.unlock() }
        return try body()
    }

    /// Lets go of every connection; calls that are running end normally.
    package func closeAll() {
        locked {
            lanes = []
            closings += 1
            noteRelease()
        }
        breaker.reset()
    }
}
