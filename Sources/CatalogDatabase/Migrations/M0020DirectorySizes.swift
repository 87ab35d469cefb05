extension Migrations {
    /// The largest directories of a root, without a look at the others.
    static let directorySizes = Migration(
        number: 20, name: "directory_sizes",
        ddl: """
            -- Directories get their sums at the end of a scan: until then a new one is not here, and costs the scan nothing.
            CREATE INDEX directories_by_size ON directories (root_id, total_bytes DESC, entry_id) WHERE total_bytes > 0;
            """)
}
