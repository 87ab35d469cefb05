/// A database behind the facade: SQLite or PostgreSQL. Stores see nothing else.
///
/// A transaction is one synchronous closure, so that nothing can wait for the network or for another task while it is open.
/// Closures run on the engine's own threads, never on the cooperative pool. They may run again when the engine asks for it
/// (a serialisation failure), so they must not change anything but the database.
package protocol Database: Sendable {
    /// Which engine this is; only `SQLStatement` and maintenance code may care.
    var engine: SQLEngine { get }

    /// Runs `body` on one consistent state of the database, beside writers.
    ///
    /// - Throws: what `body` throws; `CatalogError.unavailable` when no connection is free in time.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> Value) async throws -> Value

    /// Runs `body` in one transaction, which is undone when it throws. When this returns, the change is on the disk and
    /// survives a power cut.
    ///
    /// - Throws: what `body` throws; `CatalogError.alreadyExists` or `.conflict` for a broken constraint.
    func write<Value: Sendable>(
        _ isolation: SQLIsolation, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value

    /// The same as `read` for callers that are already on a thread that may block. The closure runs once.
    func readBlocking<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value

    /// The same as `write` for the bulk work of callers that are already on a thread that may block. The closure runs once,
    /// and sees what others commit meanwhile (`SQLIsolation.readCommitted`). With SQLite it does not wait for the disk: a power
    /// cut, which ends this process too, may lose the newest of these transactions, never a part of one or the order of all,
    /// and the work is found undone and is done again. The next `write` makes them durable too.
    func writeBlocking<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value

    /// Hands over what other processes over the same database send, until the task is cancelled. Returns at once where the engine
    /// carries no signals: then whoever wants to know something has to look.
    func listen(_ handler: @escaping @Sendable (NodeNews) -> Void) async

    /// Says that somebody may have committed something, this process or another, until the task that listens is cancelled; once for
    /// several at a time. Nil where nobody tells: then whoever wants to know has to look.
    func commits() -> AsyncStream<Void>?

    /// What is wrong with the structure of the stored data, in the engine's words; empty when nothing is. Reads all of it.
    func damages() async throws -> [String]

    /// Closes every connection; calls that come later throw `CatalogError.unavailable`.
    func close() async throws
}

extension Database {
    /// Whether `SQLConnection.send` reaches anybody.
    package var carriesSignals: Bool { engine == .postgresql }

    /// Runs `body` and then closes the database, however that ended.
    ///
    /// - Throws: what `body` throws; what `close` throws.
    package func closing<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        try await close()
        return try result.get()
    }

    /// A write that sees nothing of others, which is what nearly all of them want.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        try await write(.serializable, body)
    }
}

/// How much a transaction that writes sees of others that run at the same time. SQLite has one writer at a time: there
/// both are the same.
package enum SQLIsolation: Sendable {
    /// As if no other ran. Where that cannot be kept up, the closure runs again.
    case serializable
    /// Each statement sees what was committed before it: for single statements that many processes run at once, such as
    /// the claim of a job.
    case readCommitted
}

/// The engines that the facade knows.
package enum SQLEngine: String, Sendable {
    case sqlite
    case postgresql
}

/// One connection inside one closure of `Database`; it must not leave that closure.
package protocol SQLConnection: AnyObject {
    /// The engine behind this connection.
    var engine: SQLEngine { get }

    /// Runs a statement that returns no rows.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int

    /// Runs a statement whose outcome nobody waits for: at the latest before the next one that is waited for, or the end of the
    /// transaction, and maybe after rows of bulk inserts that come later. Many of them cost an engine behind a network one message.
    func executeLater(_ statement: SQLStatement, _ values: [SQLValue]) throws

    /// Runs a statement and hands over each row while it stands on it; the row must not be kept. Stops when `body` returns
    /// false.
    func forEachRow(_ statement: SQLStatement, _ values: [SQLValue], _ body: (SQLRow) throws -> Bool) throws

    /// Writes `count` rows into a table in the fastest way of the engine (a reused statement, or COPY).
    ///
    /// - Parameter fill: appends the values of row `index` in the order of `table.columns`.
    func insertRows(_ table: SQLBulkTable, count: Int, fill: (any SQLBulkRow, _ index: Int) throws -> Void) throws

    /// Waits until the engine has done with the rows of bulk inserts: one behind a network works on them while the next ones are made,
    /// and may have a thousand waiting. Nothing where they are written at once.
    func settle() throws

    /// Tells the other processes over this database, when the transaction is committed. Nothing where the engine carries no
    /// signals.
    func send(_ signal: NodeSignal) throws

    /// Says that statements of this transaction may take hours, as the building of an index over a large table does: an engine
    /// behind a network then does not take the silence of its server for its end.
    func allowLongStatements() throws

    /// Runs statements of the schema, which bind nothing.
    func executeScript(_ sql: String) throws
}

extension SQLConnection {
    /// Runs a statement without values.
    @discardableResult
    package func execute(_ statement: SQLStatement) throws -> Int {
        try execute(statement, [])
    }

    /// Every row of a statement, decoded.
    package func rows<Value>(
        _ statement: SQLStatement, _ values: [SQLValue] = [], _ decode: (SQLRow) throws -> Value
    ) throws -> [Value] {
        var result: [Value] = []
        try forEachRow(statement, values) { row in
            result.append(try decode(row))
            return true
        }
        return result
    }

    /// The first row of a statement, decoded, or nil.
    package func firstRow<Value>(
        _ statement: SQLStatement, _ values: [SQLValue] = [], _ decode: (SQLRow) throws -> Value
    ) throws -> Value? {
        var result: Value?
        try forEachRow(statement, values) { row in
            result = try decode(row)
            return false
        }
        return result
    }
}
