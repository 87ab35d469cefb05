import CatalogCore
import CatalogDatabase
import Foundation

/// The row of one connection in `transaction_marks`: each write leaves its number there, in its own transaction. When the answer to
/// a COMMIT is lost, the row says whether the write is there.
struct TransactionMark {
    /// Rows of connections that were not used for so long are removed.
    private static let keptMicroseconds: Int64 = 86_400_000_000

    private let connection = UUID().uuidString
    private var leftAt = TimeSource.system.now
    /// Whether the row is surely still there. A connection that slept for long makes a new one before its next write: a row that
    /// came with the write itself could not be waited for.
    var isFresh: Bool { TimeSource.system.now - leftAt < Self.keptMicroseconds / 2 }
    private(set) var sequence: Int64 = 0

    private static let insert =
        "INSERT INTO transaction_marks (connection, sequence, updated_at_us) VALUES ($1, 0, $2)"
    private static let forget = "DELETE FROM transaction_marks WHERE updated_at_us < $1"
    private static let advance = SQLStatement(
        "UPDATE transaction_marks SET sequence = $2, updated_at_us = $3 WHERE connection = $1")
    private static let append = SQLStatement(
        "INSERT INTO transaction_marks (connection, sequence, updated_at_us) VALUES ($1, $2, $3)")
    /// The lock waits for a transaction that is still ending on the lost connection.
    private static let find = SQLStatement("SELECT sequence FROM transaction_marks WHERE connection = $1 FOR UPDATE")

    /// Makes the row of a connection.
    ///
    /// - Returns: nil before the schema has the table: who makes the schema takes care of being interrupted.
    static func make(on link: PostgresLink) throws -> TransactionMark? {
        let mark = TransactionMark()
        do {
            let now = TimeSource.system.now
            _ = try link.query(insert, [.text(mark.connection), .integer(now)])
            _ = try link.query(forget, [.integer(now - keptMicroseconds)])
            return mark
        } catch let failure as PostgresFailure where failure.state == "42P01" {
            return nil
        }
    }

    /// Leaves the next number, inside the transaction of `transaction`.
    mutating func leave(in transaction: PostgresConnection) throws {
        sequence += 1
        leftAt = TimeSource.system.now
        let values: [SQLValue] = [.text(connection), .integer(sequence), .integer(leftAt)]
        // Somebody may have emptied the table, as a restored backup does.
        if try transaction.execute(Self.advance, values) == 0 { try transaction.execute(Self.append, values) }
    }

    /// Whether the transaction that left this number is there.
    func isThere(_ transaction: PostgresConnection) throws -> Bool {
        try transaction.firstRow(Self.find, [.text(connection)]) { $0.integer(0) == sequence } ?? false
    }
}
