import CatalogCore
import CatalogDatabase

/// One transaction on one connection, as stores see it.
///
/// It begins with its first statement, in the same message. Rows of bulk inserts are gathered and sent before the next
/// statement, or the end: a scan inserts the entries of one directory after the other, and each COPY costs two messages. The
/// table that gets most of them is sent as they come, so that the server works while the next ones are made.
final class PostgresConnection: SQLConnection {
    /// Gathered rows of the first table with so many are sent from then on without waiting for more.
    private static let streamedBytes = 128 << 10
    /// Rows of another table are sent when there are so many.
    private static let gatheredBytesMax = 4 << 20
    /// Statements that wait at most.
    private static let waitingMax = 2_000
    /// Rows of one message where a statement has many.
    private static let rowsPerFetch = 2_000

    let engine = SQLEngine.postgresql
    private let link: PostgresLink
    private let beginning: [String]
    private let isReading: Bool
    private var hasBegun = false
    /// Whether the last statement of a read was run.
    private var hasEnded = false
    private var gathered: [PostgresCopy] = []
    /// The one of them whose COPY has begun.
    private var streaming: PostgresCopy?
    /// Statements that are sent with the gathered rows, after them.
    private var waiting: [(text: String, values: [SQLValue])] = []
    private var cursorCount = 0

    /// Whether the caller has seen anything of this transaction: until then it can be run again without anybody knowing.
    private(set) var hasAnswered = false

    /// - Parameters:
    ///   - beginning: the statements that begin the transaction.
    ///   - isReading: whether it only reads.
    init(_ link: PostgresLink, beginning: [String], isReading: Bool = false) {
        self.link = link
        self.beginning = beginning
        self.isReading = isReading
    }

    @discardableResult
    func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int {
        try query(statement.postgreSQLText, values).changedRows
    }

    func executeLater(_ statement: SQLStatement, _ values: [SQLValue]) throws {
        waiting.append((statement.postgreSQLText, values))
        if waiting.count >= Self.waitingMax { try sendGathered() }
    }

    func forEachRow(_ statement: SQLStatement, _ values: [SQLValue], _ body: (SQLRow) throws -> Bool) throws {
        guard statement.hasManyRows else {
            let isLast = isReading && statement.endsRead
            _ = try hand(query(statement.postgreSQLText, values, isLast: isLast), to: body)
            return
        }
        cursorCount += 1
        let cursor = "many\(cursorCount)"
        _ = try query("DECLARE \(cursor) NO SCROLL CURSOR FOR \(statement.postgreSQLText)", values)
        while true {
            let page = try query("FETCH \(Self.rowsPerFetch) FROM \(cursor)", [])
            guard try hand(page, to: body), page.rowCount == Self.rowsPerFetch else { break }
        }
        try link.run(script: "CLOSE \(cursor)")
    }

    func insertRows(_ table: SQLBulkTable, count: Int, fill: (any SQLBulkRow, Int) throws -> Void) throws {
        let copy = copy(into: table)
        for index in 0..<count { try copy.appendRow { try fill(copy, index) } }
        hasAnswered = true
        if copy.byteCount >= Self.streamedBytes, streaming == nil || streaming === copy {
            try stream(copy)
        } else if copy.byteCount >= Self.gatheredBytesMax {
            try sendGathered()
        }
    }

    private func stream(_ copy: PostgresCopy) throws {
        if streaming == nil {
            try begin()
            try copy.begin(over: link)
            streaming = copy
        }
        try copy.sendRows(over: link)
    }

    func settle() throws {
        guard let begun = streaming else { return }
        streaming = nil
        gathered.removeAll { $0 === begun }
        try begun.finish(over: link)
    }

    func send(_ signal: NodeSignal) throws {
        let text = PostgresSignals.sender + " " + signal.text
        guard text.utf8.count <= NodeSignal.textBytesMax else {
            throw CatalogError.internalError("a signal is too long")
        }
        try executeLater(PostgresSignals.notify, [.text(text)])
    }

    func allowLongStatements() { link.isPatient = true }

    func executeScript(_ sql: String) throws {
        try begin()
        try sendGathered()
        try link.run(script: sql)
        hasAnswered = true
    }

    // MARK: The end

    /// Whether the transaction may have changed anything.
    var hasWork: Bool { hasBegun || isGathering }
    private var isGathering: Bool { !gathered.isEmpty || !waiting.isEmpty }

    /// Sends what is gathered and ends the transaction for good.
    ///
    /// - Throws: `PostgresFailure`; one whose connection is lost leaves open whether the change is there.
    func commit() throws {
        try sendGathered()
        guard hasBegun else { return }
        // From here on nobody knows whether it is there, so it must not simply run again.
        hasAnswered = true
        let result = try link.run(script: "COMMIT")
        guard result.tag == "COMMIT" else {
            throw PostgresFailure(.refused, state: "25P02", "a transaction ended with \(result.tag)")
        }
    }

    /// Ends a transaction that only read; nobody waits for it.
    func finishReading() {
        if hasBegun { link.runLater(script: "COMMIT") }
    }

    /// Takes everything back, as far as the connection still serves.
    func rollBack() {
        gathered.removeAll()
        waiting.removeAll()
        guard hasBegun, !link.isBroken else { return }
        do {
            if streaming != nil { try link.abandonCopy() }
            streaming = nil
            try link.run(script: "ROLLBACK")
        } catch {
            // A connection that cannot end its transaction is broken, and says so.
        }
    }

    // MARK: Inside

    /// - Parameter isLast: no statement comes after it.
    private func query(_ text: String, _ values: [SQLValue], isLast: Bool = false) throws -> PostgresResult {
        guard !hasEnded else { throw CatalogError.internalError("a statement after the last one of a read: \(text)") }
        try sendGathered()
        hasEnded = isLast
        // A single statement is a transaction by itself.
        let opening = hasBegun || isLast ? [] : beginning
        let closing = isLast && hasBegun ? ["COMMIT"] : []
        // Also when the statement fails: the transaction may have begun, and has to be ended.
        hasBegun = hasBegun || !isLast
        let result = try link.query(text, values, after: opening, before: closing)
        if isLast { hasBegun = false }
        hasAnswered = true
        return result
    }

    private func begin() throws {
        guard !hasBegun else { return }
        hasBegun = true
        try link.run(script: beginning.joined(separator: "; "))
    }

    /// - Returns: false when `body` wants no more.
    private func hand(_ result: PostgresResult, to body: (SQLRow) throws -> Bool) throws -> Bool {
        for index in 0..<result.rowCount where try !body(result.row(index)) { return false }
        return true
    }

    private func copy(into table: SQLBulkTable) -> PostgresCopy {
        if let known = gathered.first(where: { $0.isInto(table) }) { return known }
        let new = PostgresCopy(table)
        gathered.append(new)
        return new
    }

    private func sendGathered() throws {
        guard isGathering else { return }
        try begin()
        let (copies, statements, begun) = (gathered, waiting, streaming)
        gathered.removeAll()
        waiting.removeAll()
        if let begun {
            streaming = nil
            try begun.finish(over: link)
        }
        for copy in copies where copy !== begun {
            try copy.begin(over: link)
            try copy.finish(over: link)
        }
        try link.run(statements)
    }
}
