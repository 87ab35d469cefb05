extension Migrations {
    /// Who reads what: files that were downloaded or streamed through the server.
    static let fileAccesses = Migration(
        number: 13, name: "file_accesses",
        ddl: """
            -- By file and day (UTC), for a year.
            CREATE TABLE file_accesses (
                entry_id {int} NOT NULL,
                day_us {int} NOT NULL,
                accesses {int} NOT NULL,
                PRIMARY KEY (entry_id, day_us)
            ){strict};
            CREATE INDEX file_accesses_by_day ON file_accesses (day_us, entry_id);

            -- Ever.
            CREATE TABLE last_file_accesses (
                entry_id {int} NOT NULL PRIMARY KEY,
                accessed_at_us {int} NOT NULL
            ){strict};
            """)
}
