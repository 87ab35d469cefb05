import CatalogCore
import CatalogDatabase

/// Asks the catalog for names, inside a transaction of the caller.
struct NameIndexStore {
    private let connection: any SQLConnection

    init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    /// Which database this is.
    ///
    /// Needs a write transaction.
    func databaseID() throws -> UInt64 {
        let fresh = String(UInt64.random(in: 1 ... .max))
        try connection.execute(NameIndexQueries.createDatabaseID, [.text(fresh)])
        let text = try connection.firstRow(NameIndexQueries.databaseID) { $0.text(0) }
        guard let id = text.flatMap({ UInt64($0) }) else {
            throw CatalogError.internalError("instance row name_index_id is no number")
        }
        return id
    }

    /// Every entry that has a name now, by ascending id.
    func forEachEntry(_ body: (NewName) throws -> Void) throws {
        try forEach(NameIndexQueries.everyEntry, [], body)
    }

    /// The entries of a root from the id `first` to the id `last` that have a name now.
    func forEachEntry(of root: RootID, from first: EntryID, through last: EntryID, _ body: (NewName) throws -> Void)
        throws
    {
        try forEach(NameIndexQueries.entriesOfRun, [.integer(first), .integer(last), .integer(root)], body)
    }

    /// Those of `ids` that have a name now.
    func forEachEntry(among ids: [EntryID], _ body: (NewName) throws -> Void) throws {
        var start = 0
        while start < ids.count {
            let part = ids[start..<min(start + NameIndexQueries.idsPerQuestion, ids.count)]
            start = part.endIndex
            var values = part.map { SQLValue.integer($0) }
            while values.count < NameIndexQueries.idsPerQuestion { values.append(values[values.count - 1]) }
            try forEach(NameIndexQueries.entriesByID, values, body)
        }
    }

    private func forEach(
        _ statement: SQLStatement, _ values: [SQLValue], _ body: (NewName) throws -> Void
    ) throws {
        try connection.forEachRow(statement, values) { row in
            try row.withBytes(4) { folded in
                try body(
                    NewName(
                        id: row.integer(0), rootID: row.integer(1), parentID: row.integer(2), kind: row.integer(3),
                        figures: PackFigures(
                            sizeBytes: row.integer(5), modifiedNS: row.integer(6), firstSeenAt: row.integer(7)),
                        folded: folded))
            }
            return true
        }
    }
}
