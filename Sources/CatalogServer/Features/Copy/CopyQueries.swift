import CatalogDatabase

/// The SQL of copies that are jobs.
enum CopyQueries {
    static let insert = SQLStatement(
        """
        INSERT INTO copies (id, requested_by, source, destination, phase, done_bytes, total_bytes, updated_at_us)
        VALUES ($1, $2, $3, $4, '', 0, 0, $5)
        """)

    static let find = SQLStatement(
        """
        SELECT c.id, c.requested_by, c.source, c.destination, c.phase, c.done_bytes, c.total_bytes, j.status,
            j.error_message, j.created_at_us, j.started_at_us, j.finished_at_us
        FROM copies c JOIN jobs j ON j.id = c.id WHERE c.id = $1
        """)

    static let saveProgress = SQLStatement(
        "UPDATE copies SET phase = $2, done_bytes = $3, total_bytes = $4, updated_at_us = $5 WHERE id = $1")

    static let part = SQLStatement("SELECT part_name FROM copies WHERE id = $1")

    static let notePart = SQLStatement("UPDATE copies SET part_name = $2 WHERE id = $1")

    /// Copies behind $1 that are over and have left something, $2 at most, with what was asked for.
    static let leftovers = SQLStatement(
        """
        SELECT c.id, j.payload FROM copies c JOIN jobs j ON j.id = c.id
        WHERE c.id > $1 AND c.part_name IS NOT NULL AND j.status IN ('failed', 'cancelled') ORDER BY c.id LIMIT $2
        """)

    static let copyAfter = SQLStatement("SELECT id FROM copies ORDER BY id DESC LIMIT 1 OFFSET $1")

    /// The jobs went first.
    static let forget = SQLStatement("DELETE FROM copies WHERE id <= $1 AND id NOT IN (SELECT id FROM jobs)")
}
