import CatalogCore
import Dispatch
import Synchronization

/// Connections to the server, lent to one thread at a time and kept for the next.
///
/// Its calls block, so they run on threads that may.
final class PostgresPool: Sendable {
    /// How long a thread waits for its turn.
    private static let turnSeconds = 10

    /// Plans as SQLite makes them: loops over indexes, whatever the server believes about the tables. Every statement is written
    /// for its index, while a table has no statistics when it grows from nothing to a million rows within seconds. By
    /// default such a table was read whole, or by a bitmap over the whole of another index; a plan that was made while it was
    /// empty stayed; and a small table that is read whole makes each serializable write collide with every other one. To compile
    /// a plan takes longer than any of ours runs.
    private static let session = [
        "enable_seqscan = off", "enable_bitmapscan = off", "enable_hashjoin = off", "enable_mergejoin = off",
        "plan_cache_mode = force_generic_plan", "jit = off",
        // The server keeps the locks of a transaction until it notices that its client is gone; by default it asks a machine that has
        // fallen silent after two hours.
        "tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3",
        "tcp_user_timeout = 30000",
    ].map { "SET \($0)" }.joined(separator: "; ")

    private struct State {
        var idle: [PostgresLink] = []
        var isClosed = false
        var hasConnected = false
    }

    private let target: PostgresTarget
    private let statementSeconds: Int
    private let turns: DispatchSemaphore
    private let state = Mutex(State())

    /// - Parameters:
    ///   - size: connections at most.
    ///   - statementSeconds: how long the server may be silent.
    init(target: PostgresTarget, size: Int, statementSeconds: Int) {
        self.target = target
        self.statementSeconds = statementSeconds
        turns = DispatchSemaphore(value: size)
    }

    /// Runs `body` with a connection.
    ///
    /// - Throws: what `body` throws; `PostgresFailure` when no server answers; `CatalogError.unavailable` when no connection is
    ///   free in time.
    func withLink<Value>(_ body: (PostgresLink) throws -> Value) throws -> Value {
        guard turns.wait(timeout: .now() + .seconds(Self.turnSeconds)) == .success else {
            throw CatalogError(.unavailable, "The database is busy", cause: "no connection was free in time")
        }
        defer { turns.signal() }
        let link = try idleLink() ?? connect()
        defer { keep(link) }
        return try body(link)
    }

    /// Closes every connection that nobody uses, and the others when they come back.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.idle.removeAll()
        }
    }

    /// Whether the server has ever answered: until then a wrong address or password is likelier than a restart.
    var hasConnected: Bool { state.withLock { $0.hasConnected } }

    /// A connection that is nobody else's and that no turn has to wait for.
    func makeOwnLink() throws -> PostgresLink {
        guard !state.withLock(\.isClosed) else { throw CatalogError(.unavailable, "The database is closed") }
        return try connect()
    }

    private func connect() throws -> PostgresLink {
        let link = try PostgresLink(target, statementSeconds: statementSeconds)
        try link.requireVersion()
        try link.run(script: Self.session)
        state.withLock { $0.hasConnected = true }
        return link
    }

    private func idleLink() throws -> PostgresLink? {
        while true {
            let link = try state.withLock { state in
                if state.isClosed { throw CatalogError(.unavailable, "The database is closed") }
                return state.idle.popLast()
            }
            // A server that was restarted has hung up: work that runs once must not begin on such a connection.
            guard let link, link.isHungUp else { return link }
        }
    }

    private func keep(_ link: PostgresLink) {
        state.withLock { state in
            // The others go to the same server: where one is lost, they are too.
            if link.isBroken { state.idle.removeAll() }
            if !link.isBroken, !state.isClosed { state.idle.append(link) }
        }
    }
}
