extension Migrations {
    /// A directory has its row in `directories` from its first listing on: a first scan writes it once.
    /// The directories of a root, listed or not, are found in `entries`.
    static let listedDirectories = Migration(
        number: 8, name: "listed directories",
        ddl: """
            CREATE INDEX entries_directories ON entries (root_id, id) WHERE kind = 1 AND missing_since_us IS NULL;
            DROP INDEX directories_by_root;
            """)
}
