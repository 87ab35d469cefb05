extension Migrations {
    /// What statistics say: counters that each batch of entries brings up to date, and what came and went in each hour.
    static let entryCounts = Migration(
        number: 12, name: "entry_counts",
        ddl: """
            -- Entries that are no tombstones. kind as in entries, size_class as SizeClass; '' for no extension. Links have
            -- extensions, directories do not; only files have bytes.
            CREATE TABLE entry_counts (
                root_id {int} NOT NULL,
                kind {int} NOT NULL,
                extension {text} NOT NULL,
                size_class {int} NOT NULL,
                entries {int} NOT NULL,
                bytes {int} NOT NULL,
                PRIMARY KEY (root_id, kind, extension, size_class)
            ){strict};

            -- Files and links by the hour; hours in which nothing happened have no row. changed_bytes is how much larger
            -- the changed files became.
            CREATE TABLE entry_history (
                root_id {int} NOT NULL,
                hour_us {int} NOT NULL,
                added_files {int} NOT NULL,
                added_bytes {int} NOT NULL,
                removed_files {int} NOT NULL,
                removed_bytes {int} NOT NULL,
                changed_files {int} NOT NULL,
                changed_bytes {int} NOT NULL,
                moved_files {int} NOT NULL,
                PRIMARY KEY (root_id, hour_us)
            ){strict};
            """,
        fill: EntryCountsFill.run)
}
