extension Migrations {
    /// What copies leave on storages until they are done.
    static let copyParts = Migration(
        number: 22, name: "copy_parts",
        ddl: """
            -- The name of what the copy has written so far, beside its destination; NULL when nothing is there.
            ALTER TABLE copies ADD COLUMN part_name {text};
            """)
}
