extension Migrations {
    /// Files that somebody may have written into without another size or modification time: their change time says so.
    static let doubtedHashes = Migration(
        number: 23, name: "doubted_hashes",
        ddl: """
            -- Whether the ends of the file have to be read again before its hashes are true.
            ALTER TABLE file_hashes ADD COLUMN is_doubted {int} NOT NULL DEFAULT 0;
            -- When the file was changed, its permissions included, as its storage said; 0 where that does not say. Nothing that was
            -- noted before is true where it does.
            ALTER TABLE archive_checksums ADD COLUMN changed_ns {int} NOT NULL DEFAULT 0;
            """)
}
