extension Migrations {
    /// Which storage root a job needs, which nodes alone reach a root, and indexes that find the next job however many wait.
    static let jobRoots = Migration(
        number: 9, name: "job roots",
        ddl: """
            -- NULL for a job that any node can run.
            ALTER TABLE jobs ADD COLUMN root_id {int};
            DROP INDEX jobs_due;
            CREATE INDEX jobs_pending ON jobs (priority DESC, run_at_us, id) WHERE status = 'pending';
            CREATE INDEX jobs_running ON jobs (id) WHERE status = 'running';

            -- Roots that only these nodes reach: no other node takes a job of theirs. A node that was not heard of for a day
            -- counts no more.
            CREATE TABLE root_pins (
                root_id {int} NOT NULL,
                node {text} NOT NULL,
                seen_at_us {int} NOT NULL,
                PRIMARY KEY (root_id, node)
            ){strict};
            """)
}
