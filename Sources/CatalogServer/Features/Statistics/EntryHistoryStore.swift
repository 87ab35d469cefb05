import CatalogCore
import CatalogDatabase

/// What came and went.
struct EntryHistoryStore {
    private let connection: any SQLConnection
    private let list: SQLValue

    /// - Parameter roots: nil for all.
    init(of roots: Set<RootID>?, on connection: any SQLConnection) {
        self.connection = connection
        list = StatisticsQueries.list(roots)
    }

    /// What happened in each hour since a time, in order, in all the roots together.
    func hours(since time: Int64) throws -> [(start: Int64, history: EntryHistory)] {
        try connection.rows(StatisticsQueries.hours, [list, .integer(time)]) {
            (start: $0.integer(0), history: EntryHistory(row: $0))
        }
    }

    /// What happened in each root since a time; a root where nothing did is left out.
    func changes(since time: Int64) throws -> [RootID: EntryHistory] {
        var changes: [RootID: EntryHistory] = [:]
        try connection.forEachRow(StatisticsQueries.changes, [list, .integer(time)]) { row in
            changes[row.integer(0)] = EntryHistory(row: row)
            return true
        }
        return changes
    }

    /// When the history of a root begins, in microseconds since 1970; nil when there is none.
    func start(of root: RootID) throws -> Int64? {
        try connection.firstRow(StatisticsQueries.historyStart, [.integer(root)]) { $0.optionalInteger(0) } ?? nil
    }
}

extension EntryHistory {
    /// Columns as in `StatisticsQueries.hours`, from the second one on.
    fileprivate init(row: SQLRow) {
        self.init()
        (addedFiles, addedBytes) = (row.integer(1), row.integer(2))
        (removedFiles, removedBytes) = (row.integer(3), row.integer(4))
        (changedFiles, changedBytes) = (row.integer(5), row.integer(6))
        movedFiles = row.integer(7)
    }
}
