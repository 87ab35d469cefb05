extension Migrations {
    /// Finds directories, links and empty files that went missing by the numbers that their storage gave them.
    static let tombstoneNumbers = Migration(
        number: 25, name: "tombstone_numbers",
        ddl: """
            CREATE INDEX entries_tombstones_by_inode ON entries (inode) WHERE missing_since_us IS NOT NULL AND size_bytes = 0;
            CREATE INDEX scan_removals_by_entry ON scan_removals (entry_id);
            """)
}
