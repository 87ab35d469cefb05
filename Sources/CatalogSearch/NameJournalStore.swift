import CatalogCore
import CatalogDatabase

/// A row to be written to the journal.
struct NewNameChange {
    let root: RootID
    let operation: NameJournal.Operation
    let first: EntryID
    let last: EntryID
    let ids: [UInt8]?
}

/// A row of the journal.
struct NameChange {
    let position: JournalPosition
    let root: RootID
    /// Nil for a number that this version does not know, or a list that cannot be read.
    let operation: NameJournal.Operation?
    /// Nil when the row speaks of all ids from the first to the last.
    let ids: [EntryID]?
}

/// Asks the journal, inside a transaction of the caller.
struct NameJournalStore {
    private let connection: any SQLConnection

    init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    /// - Returns: the number of the new row.
    func insert(_ change: NewNameChange, _ nowMicroseconds: Int64) throws -> Int64 {
        let values: [SQLValue] = [
            .integer(change.root), .integer(change.operation.rawValue), .integer(change.first), .integer(change.last),
            .optional(change.ids), .integer(nowMicroseconds),
        ]
        try connection.execute(NameJournalQueries.takeTurn)
        guard let sequence = try connection.firstRow(NameJournalQueries.insert, values, { $0.integer(0) }) else {
            throw CatalogError.internalError("the journal of names gave no number")
        }
        try connection.send(.namesChanged)
        return sequence
    }

    /// The newest row, or the position before all rows.
    func latest() throws -> JournalPosition {
        try connection.firstRow(NameJournalQueries.latest) { NameJournalStore.position($0) } ?? JournalPosition()
    }

    /// Rows from the number `sequence` on, itself included, in order.
    func changes(from sequence: Int64, limit: Int) throws -> [NameChange] {
        try connection.rows(NameJournalQueries.changes, [.integer(sequence), .integer(Int64(limit))]) { row in
            let ids = row.isNull(6) ? nil : row.withBytes(6) { NameJournal.decode($0) }
            let isReadable = row.isNull(6) || ids != nil
            return NameChange(
                position: NameJournalStore.position(row), root: row.integer(4),
                operation: isReadable ? NameJournal.Operation(rawValue: row.integer(5)) : nil, ids: ids)
        }
    }

    /// Deletes rows before `sequence` that are older than `cutoffMicroseconds`.
    ///
    /// - Returns: how many.
    func prune(before sequence: Int64, olderThan cutoffMicroseconds: Int64) throws -> Int {
        try connection.execute(NameJournalQueries.prune, [.integer(sequence), .integer(cutoffMicroseconds)])
    }

    private static func position(_ row: SQLRow) -> JournalPosition {
        JournalPosition(
            sequence: row.integer(0), createdAtMicroseconds: row.integer(1), firstID: row.integer(2),
            lastID: row.integer(3))
    }
}
