import CatalogDatabase

/// The SQL of the job table, in the order of `JobStore`.
enum JobQueries {
    private static let columns = """
        id, kind, payload, status, attempts, attempts_max, cancel_requested, created_at_us, started_at_us,
        finished_at_us, error_code, error_message
        """

    static let insert = SQLStatement(
        """
        INSERT INTO jobs (kind, unique_key, payload, status, priority, run_at_us, attempts, attempts_max,
            cancel_requested, created_at_us, root_id)
        VALUES ($1, $2, $3, 'pending', $4, $8, 0, $6, 0, $5, $7)
        RETURNING id
        """)

    static let find = SQLStatement("SELECT \(columns) FROM jobs WHERE id = $1")

    static let findLive = SQLStatement(
        "SELECT \(columns) FROM jobs WHERE unique_key = $1 AND status IN ('pending', 'running')")

    static let lastStatus = SQLStatement(
        "SELECT status FROM jobs WHERE unique_key = $1 ORDER BY id DESC LIMIT 1")

    static let countPending = SQLStatement(
        "SELECT COUNT(*) FROM jobs WHERE status = 'pending' AND kind = $1")

    static let countLive = SQLStatement(
        """
        SELECT kind, status, COUNT(*) FROM jobs WHERE status = 'pending' GROUP BY kind, status
        UNION ALL
        SELECT kind, status, COUNT(*) FROM jobs WHERE status = 'running' GROUP BY kind, status
        """)

    /// The job that comes next, for a node that takes what no other node has to itself. `$1` is now, `$2` the time since which
    /// a node must have been heard of.
    private static let next = """
        SELECT j.id FROM jobs j WHERE j.status = 'pending' AND j.run_at_us <= $1 AND j.cancel_requested = 0
            AND NOT EXISTS (SELECT 1 FROM root_pins p WHERE p.root_id = j.root_id AND p.seen_at_us >= $2)
        ORDER BY j.priority DESC, j.run_at_us, j.id LIMIT 1
        """

    /// The same for a node that takes nothing but jobs of roots that are its own: `$2` is its name.
    private static let nextPinned = """
        SELECT j.id FROM jobs j WHERE j.status = 'pending' AND j.run_at_us <= $1 AND j.cancel_requested = 0
            AND EXISTS (SELECT 1 FROM root_pins p WHERE p.root_id = j.root_id AND p.node = $2)
        ORDER BY j.priority DESC, j.run_at_us, j.id LIMIT 1
        """

    static let findDue = SQLStatement(next)
    static let findDuePinned = SQLStatement(nextPinned)
    static let claim = claim(next)
    static let claimPinned = claim(nextPinned)

    /// A fork, since SQLite has one writer: elsewhere a row that another process is claiming is passed over, so that many
    /// may claim at once without waiting for each other.
    private static func claim(_ next: String) -> SQLStatement {
        let update = """
            UPDATE jobs SET status = 'running', attempts = attempts + 1, lease_owner = $3, heartbeat_us = $1,
                started_at_us = COALESCE(started_at_us, $1), error_code = NULL, error_message = NULL
            """
        return SQLStatement(
            sqlite: "\(update) WHERE id = (\(next)) RETURNING \(columns)",
            postgreSQL: "\(update) WHERE id = (\(next) FOR UPDATE OF j SKIP LOCKED) RETURNING \(columns)")
    }

    static let pinRoot = SQLStatement(
        """
        INSERT INTO root_pins (root_id, node, seen_at_us) VALUES ($1, $2, $3)
        ON CONFLICT (root_id, node) DO UPDATE SET seen_at_us = excluded.seen_at_us
        """)

    static let isPinned = SQLStatement("SELECT 1 FROM root_pins WHERE root_id = $1 AND seen_at_us >= $2 LIMIT 1")

    /// Roots that the node had before, and pins of nodes that are long gone.
    static let dropPins = SQLStatement(
        "DELETE FROM root_pins WHERE (node = $1 AND seen_at_us < $2) OR seen_at_us < $3")

    static let claimOne = SQLStatement(
        """
        UPDATE jobs SET status = 'running', attempts = attempts + 1, lease_owner = $1, heartbeat_us = $2,
            started_at_us = COALESCE(started_at_us, $2), error_code = NULL, error_message = NULL
        WHERE id = $3 AND status = 'pending' AND cancel_requested = 0
        RETURNING \(columns)
        """)

    /// The run $3 (its number) of the job $1 by $2. The same process may have claimed it again after it was taken for dead.
    private static let isOurs = "id = $1 AND lease_owner = $2 AND attempts = $3 AND status = 'running'"

    static let heartbeat = SQLStatement(
        """
        UPDATE jobs SET heartbeat_us = $4 WHERE \(isOurs)
        RETURNING cancel_requested
        """)

    static let finish = SQLStatement(
        """
        UPDATE jobs SET status = $4, finished_at_us = $5, error_code = $6, error_message = $7, lease_owner = NULL
        WHERE \(isOurs)
        """)

    /// Back to the queue, or to its end when somebody has asked for that meanwhile: nobody takes such a job again.
    private static func givenBack(now: String) -> String {
        """
        status = CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'pending' END,
            finished_at_us = CASE WHEN cancel_requested = 1 THEN \(now) END, lease_owner = NULL, heartbeat_us = NULL
        """
    }

    /// Work that was interrupted by a stop of the program is no failed attempt.
    static let release = SQLStatement(
        """
        UPDATE jobs SET attempts = attempts - 1, \(givenBack(now: "CAST($4 AS BIGINT)"))
        WHERE \(isOurs) RETURNING status
        """)

    /// Work that lost its database counts as an attempt: what loses it each time must come to an end.
    static let retry = SQLStatement(
        """
        UPDATE jobs SET run_at_us = $4, \(givenBack(now: "CAST($5 AS BIGINT)"))
        WHERE \(isOurs) RETURNING status
        """)

    static let holds = SQLStatement(
        "SELECT 1 FROM jobs WHERE \(isOurs)")

    static let requestCancel = SQLStatement(
        "UPDATE jobs SET cancel_requested = 1 WHERE id = $1 AND status IN ('pending', 'running')")

    static let cancelPending = SQLStatement(
        """
        UPDATE jobs SET status = 'cancelled', finished_at_us = $2
        WHERE id = $1 AND status = 'pending'
        """)

    static let replacePayload = SQLStatement(
        """
        UPDATE jobs SET payload = $2, run_at_us = CASE WHEN run_at_us > $3 THEN $3 ELSE run_at_us END
        WHERE id = $1 AND status IN ('pending', 'running')
        """)

    static let running = SQLStatement(
        """
        SELECT id, lease_owner, heartbeat_us, attempts, attempts_max, cancel_requested FROM jobs
        WHERE status = 'running'
        """)

    static let forget = SQLStatement(
        "DELETE FROM jobs WHERE kind = $1 AND unique_key = $2 AND id <= $3 AND finished_at_us IS NOT NULL")

    static let forgetOne = SQLStatement("DELETE FROM jobs WHERE id = $1 AND finished_at_us IS NOT NULL")

    static let forgetKind = SQLStatement(
        "DELETE FROM jobs WHERE kind = $1 AND id <= $2 AND finished_at_us IS NOT NULL")

    static let recover = SQLStatement(
        """
        UPDATE jobs SET status = $3, finished_at_us = $4, error_code = $5, error_message = $6, lease_owner = NULL,
            heartbeat_us = NULL
        WHERE id = $1 AND lease_owner = $2 AND status = 'running'
        """)
}
