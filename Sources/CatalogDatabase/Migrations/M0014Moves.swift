extension Migrations {
    /// How scans recognise what has moved, and count it.
    static let moves = Migration(
        number: 14, name: "moves",
        ddl: """
            -- The first id that the scan may have given to a new entry; NULL before it begins, and for scans before this column.
            ALTER TABLE scans ADD COLUMN first_new_id {int};
            ALTER TABLE scans ADD COLUMN moved {int} NOT NULL DEFAULT 0;
            CREATE INDEX entries_tombstones_by_size ON entries (size_bytes) WHERE missing_since_us IS NOT NULL;
            """)
}
