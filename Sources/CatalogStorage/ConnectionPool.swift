import CatalogCore
import Foundation

/// The connections to the server of one root: calls go to one that is idle, to a new one while there may be more, and else wait
/// for one.
///
/// Every call blocks and belongs on a thread of a `BlockingPool`.
package final class ConnectionPool<Connection: Sendable>: @unchecked Sendable {
    /// One connection, which one thread at a time may use.
    package final class Lane: @unchecked Sendable {
        private let connection: Connection
        private let lock = NSLock()

        fileprivate init(_ connection: Connection) {
            self.connection = connection
        }

        /// Waits for the thread that has the connection, and runs `body` with it.
        package func use<Value>(_ body: (Connection) throws -> Value) rethrows -> Value {
            lock.lock()
            defer { lock.unlock() }
            return try body(connection)
        }

        /// - Returns: nil when another thread has it.
        fileprivate func useIfIdle<Value>(_ body: (Connection) throws -> Value) rethrows -> Value? {
            guard lock.try() else { return nil }
            defer { lock.unlock() }
            return try body(connection)
        }
    }

    private let limit: Int
    private let make: () throws -> Connection
    private let breaksConnection: (any Error) -> Bool
    private let breaker = CircuitBreaker()
    /// Guards what follows, and wakes those who wait for a connection that is being made.
    private let condition = NSCondition()
    private var lanes: [Lane] = []
    /// Being made now, outside of the lock.
    private var pending = 0
    private var next = 0

    /// - Parameters:
    ///   - limit: connections at the same time.
    ///   - breaksConnection: whether a connection is of no use after an error, and the same call may succeed on another one.
    ///   - make: connects, or throws `CatalogError.storageUnavailable` with what is wrong and what to do.
    package init(
        limit: Int, breaksConnection: @escaping @Sendable (any Error) -> Bool,
        make: @escaping @Sendable () throws -> Connection
    ) {
        self.limit = limit
        self.make = make
        self.breaksConnection = breaksConnection
    }

    /// Whether callers meet the storage, or the error of the last try.
    package var circuit: CircuitBreaker.State { breaker.state }

    /// Runs `body` with a connection of its own; once more with another one when the connection broke, since a server that
    /// restarted breaks all of them. So `body` must be one that may run twice.
    ///
    /// - Throws: what `body` throws; what `make` throws, at once while it did so a moment ago.
    package func use<Value>(_ body: (Connection, Lane) throws -> Value) throws -> Value {
        do {
            return try once(body)
        } catch  where breaksConnection(error) {
            return try once(body)
        }
    }

    private func once<Value>(_ body: (Connection, Lane) throws -> Value) throws -> Value {
        for lane in locked({ lanes }) {
            if let value = try keepingWhole(lane, { try lane.useIfIdle { try body($0, lane) } }) { return value }
        }
        let lane = try makeOne() ?? anyOne()
        return try keepingWhole(lane) { try lane.use { try body($0, lane) } }
    }

    /// Lets go of a connection that `body` finds broken.
    private func keepingWhole<Value>(_ lane: Lane, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch  where breaksConnection(error) {
            locked { lanes.removeAll { $0 === lane } }
            throw error
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
                condition.broadcast()
            }
        }
        return try breaker.run {
            let lane = Lane(try make())
            locked { lanes.append(lane) }
            return lane
        }
    }

    /// One of those that others have, in turn; when all are still being made, the first that is.
    private func anyOne() throws -> Lane {
        let chosen = locked { () -> Lane? in
            while lanes.isEmpty, pending > 0 { condition.wait() }
            guard !lanes.isEmpty else { return nil }
            next = (next + 1) % lanes.count
            return lanes[next]
        }
        // Those who made them could not; a new try says why.
        guard let lane = try chosen ?? makeOne() else {
            throw CatalogError(.storageUnavailable, "Storage unavailable", cause: "no connection could be made")
        }
        return lane
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        condition.lock()
        defer { condition.unlock() }
        return try body()
    }

    /// Lets go of every connection; calls that are running end normally.
    package func closeAll() {
        locked { lanes = [] }
        breaker.reset()
    }
}
