import CatalogCore
import CatalogDatabase

/// One transaction on one connection, as stores see it.
///
/// It begins with its first statement, in the same message. Rows of bulk inserts are gathered and sent before the next
/// statement, or the end: a scan inserts the entries of one directory after the other, and each COPY costs two messages.
final class PostgresConnection: SQLConnection {
    /// Gathered rows that are sent without waiting for more.
    private static let gatheredBytesMax = 4 << 20
    /// Statements that wait at most.
    private static let waitingMax = 2_000
    /// Rows of one message where a statement has many.
    private static let rowsPerFetch = 2_000

    let engine = SQLEngine.postgresql
    private let link: PostgresLink
    private let beginning: [String]
    private var hasBegun = false
    private var gathered: [PostgresCopy] = []
    /// Statements that are sent with the gathered rows, after them.
    private var waiting: [(text: String, values: [SQLValue])] = []
    private var cursorCount = 0

    /// Whether the caller has seen anything of this transaction: until then it can be run again without anybody knowing.
    private(set) var hasAnswered = false

    /// - Parameter beginning: the statements that begin the transaction.
    init(_ link: PostgresLink, beginning: [String]) {
        self.link = link
        self.beginning = beginning
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
            _ = try hand(query(statement.postgreSQLText, values), to: body)
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
        if copy.byteCount >= Self.gatheredBytesMax { try sendGathered() }
    }

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
        _ = try? link.run(script: "ROLLBACK")
    }

    // MARK: Inside

    private func query(_ text: String, _ values: [SQLValue]) throws -> PostgresResult {
        try sendGathered()
        let opening = hasBegun ? [] : beginning
        // Also when the statement fails: the transaction may have begun, and has to be ended.
        hasBegun = true
        let result = try link.query(text, values, after: opening)
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
        let (copies, statements) = (gathered, waiting)
        gathered.removeAll()
        waiting.removeAll()
        for copy in copies { try copy.send(over: link) }
        try link.run(statements)
    }
}
