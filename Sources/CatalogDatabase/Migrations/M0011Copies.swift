extension Migrations {
    /// What is known of copies that are jobs, beside the job itself.
    static let copies = Migration(
        number: 11, name: "copies",
        ddl: """
            -- The id is the job's.
            CREATE TABLE copies (
                id {int} NOT NULL PRIMARY KEY,
                requested_by {int},
                source {text} NOT NULL,
                destination {text} NOT NULL,
                phase {text} NOT NULL,
                done_bytes {int} NOT NULL,
                total_bytes {int} NOT NULL,
                updated_at_us {int} NOT NULL
            ){strict};
            """)
}
