extension Migrations {
    /// When files of a storage root may be read for their hashes, and how much of them in a day.
    static let hashLimits = Migration(
        number: 18, name: "hash_limits",
        ddl: """
            -- As 22:00-06:00; NULL for any time.
            ALTER TABLE storage_roots ADD COLUMN hash_window {text};
            -- NULL for no limit.
            ALTER TABLE storage_roots ADD COLUMN hash_budget_bytes {int};

            -- What a job that stopped waits for (window, budget), and how much it knows that it has to read then.
            ALTER TABLE hash_runs ADD COLUMN waits_for {text};
            ALTER TABLE hash_runs ADD COLUMN pending_bytes {int};

            -- Bytes read of a root for hashes on a day, in days since 1970 of the server's calendar. A running job takes some of
            -- them ahead.
            CREATE TABLE hash_days (
                root_id {int} NOT NULL,
                day {int} NOT NULL,
                bytes_read {int} NOT NULL,
                PRIMARY KEY (root_id, day)
            ){strict};

            -- Files that were read in part: the state of the hash over the bytes before the offset, which belongs to a version of
            -- the library, and what the file was then.
            CREATE TABLE hash_parts (
                entry_id {int} NOT NULL PRIMARY KEY,
                root_id {int} NOT NULL,
                size_bytes {int} NOT NULL,
                modified_ns {int} NOT NULL,
                offset_bytes {int} NOT NULL,
                state {blob} NOT NULL
            ){strict};
            CREATE INDEX hash_parts_by_root ON hash_parts (root_id);
            """)
}
