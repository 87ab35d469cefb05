extension Migrations {
    /// What the content of files in archives came to, so that the end of an archive can be sent without reading them again.
    static let archiveChecksums = Migration(
        number: 16, name: "archive_checksums",
        ddl: """
            -- CRC-32 of the content that a file had while it had this size and this time.
            CREATE TABLE archive_checksums (
                entry_id {int} NOT NULL PRIMARY KEY,
                size_bytes {int} NOT NULL,
                modified_ns {int} NOT NULL,
                crc32 {int} NOT NULL
            ){strict};
            """)
}
