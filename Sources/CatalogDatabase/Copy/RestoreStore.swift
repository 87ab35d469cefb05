import CatalogCore

/// What a restored catalog keeps of the one before it, inside the transaction that puts it there.
struct RestoreStore {
    private static let running = SQLStatement(
        "SELECT id FROM jobs WHERE status = 'running' AND heartbeat_us > $1 ORDER BY id LIMIT 1")
    private static let counters = SQLStatement("SELECT name, value FROM counters")
    private static let raiseCounter = SQLStatement(
        """
        INSERT INTO counters (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counters.value < excluded.value
        """)
    private static let releaseJobs = SQLStatement(
        """
        UPDATE jobs SET status = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'pending' END,
            finished_at_us = CASE WHEN cancel_requested = 1 THEN started_at_us END, attempts = attempts - 1,
            lease_owner = NULL, heartbeat_us = NULL
        WHERE status = 'running'
        """)
    private static let dropJournal = SQLStatement("DELETE FROM name_changes")
    private static let beginJournal = SQLStatement(
        """
        INSERT INTO name_changes (root_id, operation, first_id, last_id, ids, created_at_us)
        VALUES (0, 0, 1, 0, NULL, $1)
        """)

    private let connection: any SQLConnection

    init(_ connection: any SQLConnection) {
        self.connection = connection
    }

    /// A job that somebody runs: one that was heard of since `microseconds`.
    func runningJob(heardOfSince microseconds: Int64) throws -> JobID? {
        try connection.firstRow(Self.running, [.integer(microseconds)]) { $0.integer(0) }
    }

    /// Every counter and its value.
    func counters() throws -> [(name: String, value: Int64)] {
        try connection.rows(Self.counters) { ($0.text(0), $0.integer(1)) }
    }

    /// Sees that no counter is below these.
    func raise(_ counters: [(name: String, value: Int64)]) throws {
        for (name, value) in counters { try connection.execute(Self.raiseCounter, [.text(name), .integer(value)]) }
    }

    /// Gives back what was running when the backup was made: whoever ran it may live and have come to its end since, and would
    /// count as running it for ever.
    func releaseJobs() throws {
        try connection.execute(Self.releaseJobs)
    }

    /// Search indexes find that the journal of names does not go on where they were, and are built again.
    func beginJournal(at microseconds: Int64) throws {
        try connection.execute(Self.dropJournal)
        try connection.execute(Self.beginJournal, [.integer(microseconds)])
    }
}
