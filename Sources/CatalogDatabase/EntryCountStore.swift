package import CatalogCore

/// The counters of a root's entries (tables `entry_counts` and `entry_history`).
///
/// Who changes `entries` brings them up to date *in the same transaction*, so that they are the sums over the rows at every moment. One
/// transaction at a time changes the entries of a root, so that no two wait for each other here.
package struct EntryCountStore: Sendable {
    private let rootID: RootID

    package init(rootID: RootID) {
        self.rootID = rootID
    }

    /// Adds to the counters of each class.
    ///
    /// - Throws: what the database throws.
    package func add(_ tally: EntryTally, on connection: any SQLConnection) throws {
        for (entry, figures) in tally.figures where figures != EntryTally.Figures() {
            try connection.executeLater(
                Self.addCounts,
                [
                    .integer(rootID), .integer(entry.kind.rawValue), .text(entry.fileExtension),
                    .integer(entry.size.rawValue), .integer(figures.count), .integer(figures.bytes),
                ])
        }
    }

    /// Adds to what happened in the part of time that begins at `start`: see `EntryHistory.start`.
    ///
    /// - Throws: what the database throws.
    package func add(_ history: EntryHistory, at start: Int64, on connection: any SQLConnection) throws {
        guard !history.isEmpty else { return }
        try connection.executeLater(
            Self.addHistory,
            [
                .integer(rootID), .integer(start), .integer(history.addedFiles), .integer(history.addedBytes),
                .integer(history.removedFiles), .integer(history.removedBytes), .integer(history.changedFiles),
                .integer(history.changedBytes), .integer(history.movedFiles),
            ])
    }

    /// Adds up by the hour what happened long ago. For whoever has the turn among those that write entries of the root.
    ///
    /// - Parameter now: microseconds since 1970.
    /// - Throws: what the database throws.
    package func foldHistory(now: Int64, on connection: any SQLConnection) throws {
        let values: [SQLValue] = [.integer(rootID), .integer(EntryHistory.momentsBegin(now: now))]
        for statement in Self.fold { try connection.execute(statement, values) }
    }

    /// Forgets everything about the root.
    ///
    /// - Throws: what the database throws.
    package func forget(on connection: any SQLConnection) throws {
        for statement in Self.forget { try connection.execute(statement, [.integer(rootID)]) }
    }

    /// How the counters differ from the sums over the rows: what would have to be added to them. Nothing but a damaged database, or an
    /// error of ours, makes them differ. Reads every entry of the root.
    ///
    /// - Parameter connection: of a read, which sees rows and counters of the same moment.
    /// - Throws: what the database throws.
    package func drift(on connection: any SQLConnection) throws -> EntryTally {
        var tally = EntryTally()
        try connection.forEachRow(Self.entries, [.integer(rootID)]) { row in
            tally.add(entry: row)
            return true
        }
        try connection.forEachRow(Self.counts, [.integer(rootID)]) { row in
            tally.add(counts: row, times: -1)
            return true
        }
        return tally
    }

    private static let addCounts = SQLStatement(
        """
        INSERT INTO entry_counts (root_id, kind, extension, size_class, entries, bytes) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (root_id, kind, extension, size_class) DO UPDATE SET
            entries = entry_counts.entries + excluded.entries, bytes = entry_counts.bytes + excluded.bytes
        """)

    private static let addHistory = SQLStatement(
        """
        INSERT INTO entry_history (\(historyColumns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        \(addToHistory)
        """)

    private static let historyColumns = """
        root_id, start_us, added_files, added_bytes, removed_files, removed_bytes, changed_files, changed_bytes,
            moved_files
        """

    private static let addToHistory = """
        ON CONFLICT (root_id, start_us) DO UPDATE SET
            added_files = entry_history.added_files + excluded.added_files,
            added_bytes = entry_history.added_bytes + excluded.added_bytes,
            removed_files = entry_history.removed_files + excluded.removed_files,
            removed_bytes = entry_history.removed_bytes + excluded.removed_bytes,
            changed_files = entry_history.changed_files + excluded.changed_files,
            changed_bytes = entry_history.changed_bytes + excluded.changed_bytes,
            moved_files = entry_history.moved_files + excluded.moved_files
        """

    /// Where $1 has moments before $2.
    private static let oldMoments = """
        FROM entry_history WHERE root_id = $1 AND start_us < $2 AND start_us % \(EntryHistory.hourLength) <> 0
        """

    private static let fold = [
        SQLStatement(
            """
            INSERT INTO entry_history (\(historyColumns))
            SELECT root_id, start_us - start_us % \(EntryHistory.hourLength), CAST(SUM(added_files) AS BIGINT),
                CAST(SUM(added_bytes) AS BIGINT), CAST(SUM(removed_files) AS BIGINT), CAST(SUM(removed_bytes) AS BIGINT),
                CAST(SUM(changed_files) AS BIGINT), CAST(SUM(changed_bytes) AS BIGINT), CAST(SUM(moved_files) AS BIGINT)
            \(oldMoments) GROUP BY root_id, start_us - start_us % \(EntryHistory.hourLength)
            \(addToHistory)
            """),
        SQLStatement("DELETE \(oldMoments)"),
    ]

    private static let forget = [
        SQLStatement("DELETE FROM entry_counts WHERE root_id = $1"),
        SQLStatement("DELETE FROM entry_history WHERE root_id = $1"),
    ]

    private static let entries = SQLStatement(
        """
        SELECT kind, name, size_bytes FROM entries
        WHERE root_id = $1 AND missing_since_us IS NULL AND parent_id IS NOT NULL
        """
    ).withManyRows

    private static let counts = SQLStatement(
        "SELECT kind, extension, size_class, entries, bytes FROM entry_counts WHERE root_id = $1")
}
