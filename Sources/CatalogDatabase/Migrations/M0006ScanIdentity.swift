extension Migrations {
    /// Which disk a scan looked at, so that neither its rest nor its removals are ever applied to another one.
    static let scanIdentity = Migration(
        number: 6, name: "scan identity",
        ddl: """
            ALTER TABLE scans ADD COLUMN identity {text};
            """)
}
