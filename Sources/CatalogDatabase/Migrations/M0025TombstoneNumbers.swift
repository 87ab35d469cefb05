extension Migrations {
    /// Finds directories, links and empty files that went missing by the numbers that their storage gave them.
    static let tombstoneNumbers = Migration(
        number: 25, name: "tombstone_numbers",
        ddl: """
            CREATE INDEX entries_tombstones_by_inode ON entries (inode) WHERE missing_since_us IS NOT NULL;
            """)
}
