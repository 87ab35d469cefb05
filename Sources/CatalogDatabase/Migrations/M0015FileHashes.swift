extension Migrations {
    /// What is known of the content of files, and which files have the same.
    static let fileHashes = Migration(
        number: 15, name: "file_hashes",
        ddl: """
            -- A row is true for a file of this size and modification time. content_hash is NULL where nobody had to read all of
            -- the file. Names of one file share file_device and file_inode; a file with one name has -1 and the id of its
            -- entry there. is_present is 0 while the entry is a tombstone, or its root is hidden.
            CREATE TABLE file_hashes (
                entry_id {int} NOT NULL PRIMARY KEY,
                root_id {int} NOT NULL,
                size_bytes {int} NOT NULL,
                modified_ns {int} NOT NULL,
                algorithm {text} NOT NULL,
                quick_hash {blob} NOT NULL,
                content_hash {blob},
                file_device {int} NOT NULL,
                file_inode {int} NOT NULL,
                is_present {int} NOT NULL,
                hashed_at_us {int} NOT NULL
            ){strict};
            CREATE INDEX file_hashes_by_quick ON file_hashes
                (size_bytes, quick_hash, root_id, file_device, file_inode) WHERE is_present = 1;
            CREATE INDEX file_hashes_by_content ON file_hashes
                (content_hash, size_bytes, root_id, file_device, file_inode)
                WHERE is_present = 1 AND content_hash IS NOT NULL;
            CREATE INDEX file_hashes_in_part ON file_hashes (root_id, entry_id)
                WHERE is_present = 1 AND content_hash IS NULL;
            CREATE INDEX file_hashes_absent ON file_hashes (root_id, entry_id) WHERE is_present = 0;
            CREATE INDEX file_hashes_of_links ON file_hashes (root_id, file_device, file_inode)
                WHERE file_device <> -1;

            -- Two or more files with the same content: its members are the present rows of file_hashes with this content.
            CREATE TABLE duplicate_groups (
                id {id},
                size_bytes {int} NOT NULL,
                algorithm {text} NOT NULL,
                content_hash {blob} NOT NULL,
                created_at_us {int} NOT NULL,
                updated_at_us {int} NOT NULL
            ){strict};
            CREATE UNIQUE INDEX duplicate_groups_by_content ON duplicate_groups (content_hash, size_bytes);

            -- Files of a group in each root, and in all of them (root_id 0). A file with several names is one.
            CREATE TABLE duplicate_group_counts (
                group_id {int} NOT NULL,
                root_id {int} NOT NULL,
                file_count {int} NOT NULL,
                total_bytes {int} NOT NULL,
                PRIMARY KEY (group_id, root_id)
            ){strict};
            CREATE INDEX duplicate_group_counts_by_count ON duplicate_group_counts
                (root_id, file_count, total_bytes, group_id);
            CREATE INDEX duplicate_group_counts_by_size ON duplicate_group_counts
                (root_id, total_bytes, file_count, group_id);

            -- Sums over the groups with two or more files in a root, and over all (root_id 0).
            CREATE TABLE duplicate_counts (
                root_id {int} NOT NULL PRIMARY KEY,
                group_count {int} NOT NULL,
                file_count {int} NOT NULL,
                wasted_bytes {int} NOT NULL
            ){strict};

            -- How far hash jobs came; id is that of the job. settled names the state of the catalog in which a job found nothing to
            -- read.
            CREATE TABLE hash_runs (
                id {int} NOT NULL PRIMARY KEY,
                root_id {int} NOT NULL,
                started_at_us {int} NOT NULL,
                files_read {int} NOT NULL,
                bytes_read {int} NOT NULL,
                files_skipped {int} NOT NULL,
                errors {int} NOT NULL,
                updated_at_us {int} NOT NULL,
                settled {text}
            ){strict};
            """)
}
