import CatalogDatabase

/// The SQL of the job table, in the order of `JobStore`.
enum JobQueries {
    private static let columns = """
        id, kind, payload, status, attempts, attempts_max, cancel_requested, created_at_us, started_at_us,
        finished_at_us, error_code, error_message
        """

    /// In these words the partial index serves a statement, however much history there is.
    private static let isLive = "status IN ('pending', 'running')"

    static let insert = SQLStatement(
        """
        INSERT INTO jobs (kind, unique_key, payload, status, priority, run_at_us, attempts, attempts_max,
            cancel_requested, created_at_us)
        VALUES ($1, $2, $3, 'pending', $4, $5, 0, $6, 0, $5)
        RETURNING id
        """)

    static let find = SQLStatement("SELECT \(columns) FROM jobs WHERE id = $1")

    static let findLive = SQLStatement(
        "SELECT \(columns) FROM jobs WHERE unique_key = $1 AND \(isLive)")

    static let countPending = SQLStatement(
        "SELECT COUNT(*) FROM jobs WHERE \(isLive) AND status = 'pending' AND kind = $1")

    static let countLive = SQLStatement(
        "SELECT kind, status, COUNT(*) FROM jobs WHERE status IN ('pending', 'running') GROUP BY kind, status")

    static let findDue = SQLStatement(
        "SELECT id FROM jobs WHERE \(isLive) AND status = 'pending' AND run_at_us <= $1 AND cancel_requested = 0 LIMIT 1"
    )

    /// A fork, since SQLite has one writer: elsewhere a row that another process is claiming is passed over, so that many
    /// may claim at once without waiting for each other.
    static let claim = SQLStatement(
        sqlite: claim(lock: ""), postgreSQL: claim(lock: "FOR UPDATE SKIP LOCKED"))

    private static func claim(lock: StaticString) -> String {
        """
        UPDATE jobs SET status = 'running', attempts = attempts + 1, lease_owner = $1, heartbeat_us = $2,
            started_at_us = COALESCE(started_at_us, $2), error_code = NULL, error_message = NULL
        WHERE id = (
            SELECT id FROM jobs WHERE \(isLive) AND status = 'pending' AND run_at_us <= $2 AND cancel_requested = 0
            ORDER BY priority DESC, run_at_us, id LIMIT 1 \(lock))
        RETURNING \(columns)
        """
    }

    static let claimOne = SQLStatement(
        """
        UPDATE jobs SET status = 'running', attempts = attempts + 1, lease_owner = $1, heartbeat_us = $2,
            started_at_us = COALESCE(started_at_us, $2), error_code = NULL, error_message = NULL
        WHERE id = $3 AND status = 'pending' AND cancel_requested = 0
        RETURNING \(columns)
        """)

    static let heartbeat = SQLStatement(
        """
        UPDATE jobs SET heartbeat_us = $3 WHERE id = $1 AND lease_owner = $2 AND status = 'running'
        RETURNING cancel_requested
        """)

    static let finish = SQLStatement(
        """
        UPDATE jobs SET status = $3, finished_at_us = $4, error_code = $5, error_message = $6, lease_owner = NULL
        WHERE id = $1 AND lease_owner = $2 AND status = 'running'
        """)

    /// Work that was interrupted by a stop of the program is no failed attempt.
    static let release = SQLStatement(
        """
        UPDATE jobs SET status = 'pending', attempts = attempts - 1, lease_owner = NULL, heartbeat_us = NULL
        WHERE id = $1 AND lease_owner = $2 AND status = 'running'
        """)

    static let requestCancel = SQLStatement(
        "UPDATE jobs SET cancel_requested = 1 WHERE id = $1 AND status IN ('pending', 'running')")

    static let cancelPending = SQLStatement(
        """
        UPDATE jobs SET status = 'cancelled', finished_at_us = $2
        WHERE id = $1 AND status = 'pending'
        """)

    static let running = SQLStatement(
        """
        SELECT id, lease_owner, heartbeat_us, attempts, attempts_max, cancel_requested FROM jobs
        WHERE \(isLive) AND status = 'running'
        """)

    static let forget = SQLStatement(
        "DELETE FROM jobs WHERE unique_key = $1 AND id <= $2 AND finished_at_us IS NOT NULL")

    static let recover = SQLStatement(
        """
        UPDATE jobs SET status = $3, finished_at_us = $4, error_code = $5, error_message = $6, lease_owner = NULL,
            heartbeat_us = NULL
        WHERE id = $1 AND lease_owner = $2 AND status = 'running'
        """)
}
