import CatalogCore
import CatalogStorage
import Foundation

/// The connections to one export: calls go to one that is idle, a new one while there may be more, and else they wait.
final class NFSConnectionPool: @unchecked Sendable {
    private let target: NFSTarget
    private let breaker = CircuitBreaker()
    /// Guards what follows, and wakes those who wait for a connection that is being made.
    private let condition = NSCondition()
    private var connections: [NFSConnection] = []
    /// Being made now, outside of the lock.
    private var pending = 0
    private var next = 0

    init(_ target: NFSTarget) {
        self.target = target
    }

    /// Runs `body` with a connection of its own; once more with another one when the connection broke, since a server that
    /// restarted breaks all of them.
    ///
    /// - Throws: `NFSFailure`; `CatalogError.storageUnavailable` when the export cannot be mounted, at once while it could
    ///   not be a moment ago.
    func use<Value>(_ body: (NFSConnection) throws -> Value) throws -> Value {
        do {
            return try once(body)
        } catch let failure as NFSFailure where failure.isConnectionBroken {
            return try once(body)
        }
    }

    private func once<Value>(_ body: (NFSConnection) throws -> Value) throws -> Value {
        for connection in locked({ connections }) {
            if let value = try keepingWhole(connection, { try connection.useIfIdle { try body(connection) } }) {
                return value
            }
        }
        let connection = try makeOne() ?? anyOne()
        return try keepingWhole(connection) { try connection.use { try body(connection) } }
    }

    /// Lets go of a connection that `body` finds broken.
    private func keepingWhole<Value>(_ connection: NFSConnection, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as NFSFailure where failure.isConnectionBroken {
            locked { connections.removeAll { $0 === connection } }
            throw failure
        }
    }

    /// Nil when there are as many as there may be.
    private func makeOne() throws -> NFSConnection? {
        let mayMake = locked {
            guard connections.count + pending < Limits.connectionsPerRoot else { return false }
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
            do {
                let made = try NFSConnection(target)
                locked { connections.append(made) }
                return made
            } catch let failure as NFSFailure {
                throw failure.mountError(target)
            }
        }
    }

    /// One of those that others have, in turn; when all are still being made, the first that is.
    private func anyOne() throws -> NFSConnection {
        let chosen = locked { () -> NFSConnection? in
            while connections.isEmpty, pending > 0 { condition.wait() }
            guard !connections.isEmpty else { return nil }
            next = (next + 1) % connections.count
            return connections[next]
        }
        // Those who made them could not; a new try says why.
        guard let connection = try chosen ?? makeOne() else {
            throw CatalogError(.storageUnavailable, "Storage unavailable", cause: "no connection could be made")
        }
        return connection
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        condition.lock()
        defer { condition.unlock() }
        return try body()
    }

    /// Lets go of every connection; calls that are running end normally.
    func closeAll() {
        locked { connections = [] }
        breaker.reset()
    }
}
