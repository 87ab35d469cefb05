extension Migrations {
    /// The catalog itself: entries, what is known of directories, and the journal that search indexes follow.
    static let catalog = Migration(
        number: 4, name: "catalog",
        ddl: """
            -- Each root has one entry without a parent: its own directory, with an empty name. Ids come from the counter
            -- 'entry_id'. A row with missing_since_us is a tombstone: its name is free, its id waits for its return.
            CREATE TABLE entries (
                id {int} NOT NULL PRIMARY KEY,
                root_id {int} NOT NULL,
                parent_id {int},
                kind {int} NOT NULL,
                name {blob} NOT NULL,
                -- NULL when the name is its own folded form.
                name_folded {blob},
                size_bytes {int} NOT NULL,
                modified_ns {int} NOT NULL,
                changed_ns {int} NOT NULL,
                birth_ns {int} NOT NULL,
                device {int} NOT NULL,
                inode {int} NOT NULL,
                link_count {int} NOT NULL,
                first_seen_us {int} NOT NULL,
                updated_us {int} NOT NULL,
                missing_since_us {int}
            ){strict};
            CREATE UNIQUE INDEX entries_by_parent ON entries (parent_id, name) WHERE missing_since_us IS NULL;
            CREATE INDEX entries_tombstones ON entries (parent_id, name) WHERE missing_since_us IS NOT NULL;

            -- One row for each directory entry that is not a tombstone. own_ figures are its direct children, total_
            -- figures its whole tree. A directory that was never listed has listed_scan_id 0 and no digest.
            CREATE TABLE directories (
                entry_id {int} NOT NULL PRIMARY KEY,
                root_id {int} NOT NULL,
                digest {blob},
                listed_scan_id {int} NOT NULL,
                listed_modified_ns {int} NOT NULL,
                listed_changed_ns {int} NOT NULL,
                own_bytes {int} NOT NULL,
                own_files {int} NOT NULL,
                own_directories {int} NOT NULL,
                total_bytes {int} NOT NULL,
                total_files {int} NOT NULL,
                total_directories {int} NOT NULL
            ){strict};
            CREATE INDEX directories_by_root ON directories (root_id, entry_id);

            -- What changed in the names, in order: a run of new ids, or a list of ids whose names came or went.
            -- Search indexes of every process read it from where they stopped.
            CREATE TABLE name_changes (
                sequence {id},
                root_id {int} NOT NULL,
                operation {int} NOT NULL,
                first_id {int} NOT NULL,
                last_id {int} NOT NULL,
                ids {blob},
                created_at_us {int} NOT NULL
            ){strict};
            """)
}
