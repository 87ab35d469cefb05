import CatalogCore
package import CatalogDatabase
import Dispatch
import NIOPosix

/// PostgreSQL behind the facade, through libpq: connections of a pool, prepared statements, COPY for bulk rows.
///
/// When the server restarts or another one takes its place, reads and writes are tried again for some seconds, and a write
/// whose end was not answered is looked up before it is made a second time.
package final class PostgresDatabase: Database {
    /// How long a call goes on trying when no server answers: a restart or a failover takes seconds.
    private static let patienceSeconds = 15.0
    /// Tries of a transaction that collides with others.
    private static let collisionsMax = 20

    package let engine = SQLEngine.postgresql
    private let pool: PostgresPool
    private let threads: NIOThreadPool

    /// Makes the pool; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - target: where the server is.
    ///   - connections: at most, of this process.
    ///   - statementSeconds: how long the server may be silent before a connection is taken for lost.
    package init(target: PostgresTarget, connections: Int, statementSeconds: Int = 120) {
        pool = PostgresPool(target: target, size: connections, statementSeconds: statementSeconds)
        threads = NIOThreadPool(numberOfThreads: connections)
        threads.start()
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await onThread { try self.attempt(.reading, isRepeatable: true, body) }
    }

    package func write<Value: Sendable>(
        _ isolation: SQLIsolation, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await onThread { try self.attempt(.writing(isolation), isRepeatable: true, body) }
    }

    package func readBlocking<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value {
        try attempt(.reading, isRepeatable: false, body)
    }

    package func writeBlocking<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value {
        try attempt(.bulkWriting, isRepeatable: false, body)
    }

    package func listen(_ handler: @escaping @Sendable (NodeNews) -> Void) async {
        await PostgresSignals(pool: pool, handler: handler).run()
    }

    package func commits() -> AsyncStream<Void>? { nil }

    package func damages() async throws -> [String] {
        // PostgreSQL checks pages as it reads them, and has its own programs to read all of them.
        []
    }

    package func close() async throws {
        pool.close()
        try await threads.shutdownGracefully()
    }

    // MARK: Transactions

    private enum Kind {
        case reading
        case writing(SQLIsolation)
        case bulkWriting

        /// Whether its outcome is asked for when the answer is lost.
        var isLookedUp: Bool { if case .writing = self { true } else { false } }

        var isReading: Bool { if case .reading = self { true } else { false } }

        /// The statements that begin it.
        var beginning: [String] {
            switch self {
            case .reading: ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"]
            case .writing(.serializable): ["BEGIN ISOLATION LEVEL SERIALIZABLE"]
            case .writing(.readCommitted): ["BEGIN ISOLATION LEVEL READ COMMITTED"]
            // It waits for the disk, as bulk work on SQLite does not: there a crash ends whoever wrote too, here the server alone, and
            // a scan would go on with rows in mind that are not there any more.
            case .bulkWriting: ["BEGIN ISOLATION LEVEL READ COMMITTED"]
            }
        }
    }

    /// Runs a transaction until it is through.
    ///
    /// - Parameter isRepeatable: whether `body` may run again after it has seen something.
    private func attempt<Value>(
        _ kind: Kind, isRepeatable: Bool, _ body: (any SQLConnection) throws -> Value
    ) throws -> Value {
        let deadline = DispatchTime.now() + Self.patienceSeconds
        var collisions = 0
        while true {
            var hasAnswered = false
            do {
                switch try once(kind, &hasAnswered, body) {
                case .done(let value): return value
                case .unanswered(let value, let mark, let failure):
                    if try isThere(mark) { return value }
                    throw failure
                }
            } catch let failure as PostgresFailure {
                let mayRepeat = isRepeatable || !hasAnswered
                if failure.isCollision, mayRepeat, collisions < Self.collisionsMax {
                    collisions += 1
                    Self.pause(milliseconds: Int.random(in: 0...(4 << min(collisions, 6))))
                } else if failure.isWorthWaiting, mayRepeat, pool.hasConnected, DispatchTime.now() < deadline {
                    Self.pause(milliseconds: Int.random(in: 50...250))
                } else {
                    throw failure.catalogError
                }
            }
        }
    }

    private enum Outcome<Value> {
        case done(Value)
        /// The connection was lost between the end of the transaction and the answer.
        case unanswered(Value, TransactionMark, PostgresFailure)
    }

    private func once<Value>(
        _ kind: Kind, _ hasAnswered: inout Bool, _ body: (any SQLConnection) throws -> Value
    ) throws -> Outcome<Value> {
        try pool.withLink { link in
            if kind.isLookedUp, link.mark?.isFresh != true { link.mark = try TransactionMark.make(on: link) }
            let connection = PostgresConnection(link, beginning: kind.beginning, isReading: kind.isReading)
            defer {
                hasAnswered = connection.hasAnswered
                link.isPatient = false
            }
            do {
                let value = try body(connection)
                switch kind {
                case .reading: connection.finishReading()
                case .bulkWriting: try connection.commit()
                case .writing:
                    if connection.hasWork { try link.mark?.leave(in: connection) }
                    do {
                        try connection.commit()
                    } catch let failure as PostgresFailure where failure.kind == .connectionLost {
                        guard let mark = link.mark else { throw failure.catalogError }
                        return .unanswered(value, mark, failure)
                    }
                }
                return .done(value)
            } catch {
                connection.rollBack()
                throw error
            }
        }
    }

    /// Whether a write whose answer was lost was made.
    ///
    /// - Throws: `CatalogError.unavailable` when nobody can say it in time.
    private func isThere(_ mark: TransactionMark) throws -> Bool {
        let deadline = DispatchTime.now() + Self.patienceSeconds
        while DispatchTime.now() < deadline {
            do {
                return try pool.withLink { link in
                    let connection = PostgresConnection(link, beginning: ["BEGIN"])
                    defer { connection.rollBack() }
                    return try mark.isThere(connection)
                }
            } catch is PostgresFailure {
                // Still away.
                Self.pause(milliseconds: 200)
            }
        }
        throw CatalogError(
            .unavailable, "The database went away before it answered: the change may or may not have been made",
            cause: "the outcome of a transaction is not known")
    }

    /// Blocks the thread, which is one of those that may.
    private static func pause(milliseconds: Int) {
        _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(milliseconds))
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do {
            return try await threads.runIfActive(body)
        } catch is CancellationError {
            // The pool says the same for a cancelled task and for work that it refuses because it stopped.
            guard Task.isCancelled else { throw CatalogError(.unavailable, "The database is closed") }
            throw CatalogError(.cancelled, "The request was cancelled")
        }
    }
}
