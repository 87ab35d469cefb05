import CatalogCore
import Foundation
import Synchronization

/// One connection, which one thread at a time may use.
package final class ConnectionLane<Connection: Sendable>: @unchecked Sendable {
    private let connection: Connection
    private let lock = NSLock()
    private let released: () -> Void
    private let time: TimeSource
    /// Microseconds; guarded by the lock.
    private var lastUse: Int64
    private let chores = Mutex<[@Sendable (Connection) -> Void]>([])

    init(_ connection: Connection, time: TimeSource, released: @escaping () -> Void) {
        self.connection = connection
        self.released = released
        self.time = time
        lastUse = time.now
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

    /// Whether something was left to whoever comes next.
    var hasChores: Bool { chores.withLock { !$0.isEmpty } }

    private func doChores() {
        let waiting = chores.withLock { chores in
            defer { chores = [] }
            return chores
        }
        for chore in waiting { chore(connection) }
    }

    /// Whether nobody has it, nor had it after a moment.
    func isIdle(since moment: Int64) -> Bool {
        guard lock.try() else { return false }
        defer { lock.unlock() }
        return lastUse < moment
    }

    private func release() {
        // What others have left meanwhile need not wait for the next one.
        doChores()
        lastUse = time.now
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
