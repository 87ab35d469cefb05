import CatalogCore

/// Counts what a catalog had before there were counters.
enum EntryCountsFill {
    private static let entries = SQLStatement(
        """
        SELECT root_id, kind, name, size_bytes, first_seen_us FROM entries
        WHERE missing_since_us IS NULL AND parent_id IS NOT NULL
        """
    ).withManyRows

    /// As the table was made.
    private static let addHour = SQLStatement(
        """
        INSERT INTO entry_history (root_id, hour_us, added_files, added_bytes, removed_files, removed_bytes,
            changed_files, changed_bytes, moved_files)
        VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0)
        """)

    private struct Hour: Hashable {
        let root: RootID
        let start: Int64
    }

    static func run(_ connection: any SQLConnection) throws {
        var tallies: [RootID: EntryTally] = [:]
        var hours: [Hour: EntryHistory] = [:]
        try connection.forEachRow(entries, []) { row in
            let (root, bytes) = (row.integer(0), row.integer(3))
            tallies[root, default: EntryTally()].add(entry: row, from: 1)
            guard let kind = EntryKind(rawValue: row.integer(1)), kind != .directory else { return true }
            let hour = Hour(root: root, start: EntryHistory.hour(of: row.integer(4)))
            hours[hour, default: EntryHistory()].addedFiles += 1
            if kind == .file { hours[hour, default: EntryHistory()].addedBytes += bytes }
            return true
        }
        for (root, tally) in tallies { try EntryCountStore(rootID: root).add(tally, on: connection) }
        for (hour, history) in hours {
            let values = [hour.root, hour.start, history.addedFiles, history.addedBytes].map { SQLValue.integer($0) }
            try connection.execute(addHour, values)
        }
    }
}
