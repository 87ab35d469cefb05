extension Migrations {
    /// History tells what happened since a moment, not only since the beginning of its hour.
    static let historyMoments = Migration(
        number: 24, name: "history_moments",
        ddl: """
            -- The start of a moment (see EntryHistory), or of an hour that is long ago.
            ALTER TABLE entry_history RENAME COLUMN hour_us TO start_us;
            """)
}
