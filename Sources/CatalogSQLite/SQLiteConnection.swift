import CatalogCore
import CatalogDatabase
import GRDB
import GRDBSQLite

/// One SQLite connection inside one closure. With `SQLiteFailure` and `SQLiteGlance` the only place that sees SQLite's
/// pointers.
///
/// Statements are prepared and kept by GRDB's connection; binding and stepping go through the C interface.
final class SQLiteConnection: SQLConnection {
    let engine = SQLEngine.sqlite
    private let db: GRDB.Database
    private let handle: OpaquePointer
    fileprivate static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ db: GRDB.Database) throws {
        guard let handle = db.sqliteConnection else { throw CatalogError(.unavailable, "The database is closed") }
        self.db = db
        self.handle = handle
    }

    @discardableResult
    func execute(_ statement: SQLStatement, _ values: [SQLValue]) throws -> Int {
        try withPrepared(statement, values) { prepared in
            var code = sqlite3_step(prepared)
            while code == SQLITE_ROW { code = sqlite3_step(prepared) }
            guard code == SQLITE_DONE else { throw SQLiteFailure(handle) }
            return Int(sqlite3_changes(handle))
        }
    }

    func executeLater(_ statement: SQLStatement, _ values: [SQLValue]) throws {
        try execute(statement, values)
    }

    func forEachRow(_ statement: SQLStatement, _ values: [SQLValue], _ body: (SQLRow) throws -> Bool) throws {
        try withPrepared(statement, values) { prepared in
            let row = SQLRow(source: SQLiteRow(statement: prepared))
            while true {
                switch sqlite3_step(prepared) {
                case SQLITE_ROW:
                    guard try body(row) else { return }
                case SQLITE_DONE:
                    return
                default:
                    throw SQLiteFailure(handle)
                }
            }
        }
    }

    func insertRows(_ table: SQLBulkTable, count: Int, fill: (any SQLBulkRow, Int) throws -> Void) throws {
        try withPrepared(table.insertStatement, []) { prepared in
            let row = SQLiteBulkRow(statement: prepared)
            for index in 0..<count {
                row.begin()
                try fill(row, index)
                guard row.next == table.columns.count + 1 else {
                    throw CatalogError.internalError("\(row.next - 1) values for \(table.columns.count) columns")
                }
                try row.withBytesBound {
                    guard sqlite3_step(prepared) == SQLITE_DONE else { throw SQLiteFailure(handle) }
                }
                sqlite3_reset(prepared)
            }
        }
    }

    /// Nothing: rows are written at once.
    func settle() {}

    /// SQLite tells nobody: other processes on the same file look every now and then.
    func send(_ signal: NodeSignal) {}

    /// Nothing: no network is between.
    func allowLongStatements() {}

    func executeScript(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw SQLiteFailure(handle) }
    }

    private func withPrepared<Value>(
        _ statement: SQLStatement, _ values: [SQLValue], _ body: (OpaquePointer) throws -> Value
    ) throws -> Value {
        var owner = try db.cachedStatement(sql: statement.sqliteText)
        // A query inside the rows of the same query needs a cursor of its own.
        if sqlite3_stmt_busy(owner.sqliteStatement) != 0 { owner = try db.makeStatement(sql: statement.sqliteText) }
        return try withExtendedLifetime(owner) {
            let prepared = owner.sqliteStatement
            defer {
                sqlite3_reset(prepared)
                sqlite3_clear_bindings(prepared)
            }
            for (index, value) in values.enumerated() { try bind(value, Int32(index + 1), prepared) }
            return try body(prepared)
        }
    }

    private func bind(_ value: SQLValue, _ index: Int32, _ prepared: OpaquePointer) throws {
        try value.requireStorable()
        let code =
            switch value {
            case .null: sqlite3_bind_null(prepared, index)
            case .integer(let number): sqlite3_bind_int64(prepared, index, number)
            case .real(let number): sqlite3_bind_double(prepared, index, number)
            case .text(let text): sqlite3_bind_text(prepared, index, text, -1, Self.transient)
            case .blob(let bytes):
                bytes.withUnsafeBytes { buffer in
                    // A null pointer would bind NULL: an empty blob needs some address.
                    buffer.baseAddress.map {
                        sqlite3_bind_blob(prepared, index, $0, Int32(buffer.count), Self.transient)
                    }
                        ?? sqlite3_bind_zeroblob(prepared, index, 0)
                }
            }
        guard code == SQLITE_OK else { throw SQLiteFailure(handle) }
    }
}

/// The row under the cursor of one statement.
private struct SQLiteRow: SQLRowSource {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }
    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }
    func real(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }
    func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        let start = sqlite3_column_blob(statement, Int32(column))
        return try body(
            UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
    }
}

/// Binds the values of a bulk insert one after the other.
///
/// Bytes are gathered in one buffer and bound when the row is complete, since letting SQLite copy each of them costs an
/// allocation for every name.
private final class SQLiteBulkRow: SQLBulkRow {
    private let statement: OpaquePointer
    private(set) var next: Int32 = 1
    private var bytes: [UInt8] = []
    private var pieces: [(column: Int32, range: Range<Int>, isText: Bool)] = []

    init(statement: OpaquePointer) {
        self.statement = statement
    }

    func begin() {
        next = 1
        bytes.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
    }

    func append(_ value: Int64) {
        sqlite3_bind_int64(statement, next, value)
        next += 1
    }

    func append(_ piece: UnsafeRawBufferPointer) { append(piece, isText: false) }

    func append(text: UnsafeRawBufferPointer) { append(text, isText: true) }

    private func append(_ piece: UnsafeRawBufferPointer, isText: Bool) {
        let start = bytes.count
        bytes.append(contentsOf: piece)
        pieces.append((next, start..<bytes.count, isText))
        next += 1
    }

    func appendNull() {
        sqlite3_bind_null(statement, next)
        next += 1
    }

    /// Hands the bytes over for the time of `step`.
    func withBytesBound(_ step: () throws -> Void) rethrows {
        try bytes.withUnsafeBytes { buffer in
            for piece in pieces {
                let count = Int32(piece.range.count)
                // Static: the buffer does not move before the step is done.
                if let start = buffer.baseAddress, count > 0 {
                    let bytes = start + piece.range.lowerBound
                    if piece.isText {
                        sqlite3_bind_text(
                            statement, piece.column, bytes.assumingMemoryBound(to: CChar.self), count, nil)
                    } else {
                        sqlite3_bind_blob(statement, piece.column, bytes, count, nil)
                    }
                } else if piece.isText {
                    sqlite3_bind_text(statement, piece.column, "", 0, SQLiteConnection.transient)
                } else {
                    sqlite3_bind_zeroblob(statement, piece.column, 0)
                }
            }
            try step()
        }
    }
}
