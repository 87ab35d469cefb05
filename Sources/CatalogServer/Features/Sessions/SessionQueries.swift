import CatalogDatabase

/// SQL over `sessions` and `refresh_tokens`, in the order of the store.
enum SessionQueries {
    static let byID = SQLStatement(
        "SELECT id, user_id, remember_me, refresh_expires_at_us, revoked_at_us FROM sessions WHERE id = $1")

    static let liveOfUser = SQLStatement(
        """
        SELECT id, user_id, remember_me, refresh_expires_at_us, revoked_at_us, device_info, ip_address, user_agent,
            created_at_us, last_activity_at_us
        FROM sessions WHERE user_id = $1 AND revoked_at_us IS NULL AND refresh_expires_at_us > $2
        ORDER BY last_activity_at_us DESC, id
        """)

    static let noteActivity = SQLStatement(
        "UPDATE sessions SET last_activity_at_us = $2 WHERE id = $1 AND last_activity_at_us < $2")

    static let insert = SQLStatement(
        """
        INSERT INTO sessions (id, user_id, device_info, ip_address, user_agent, remember_me, access_expires_at_us,
            refresh_expires_at_us, created_at_us, last_activity_at_us, revoked_at_us)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, NULL)
        """)

    static let revokeAllButNewest = SQLStatement(
        """
        UPDATE sessions SET revoked_at_us = $2
        WHERE user_id = $1 AND revoked_at_us IS NULL AND id NOT IN (
            SELECT id FROM sessions WHERE user_id = $1 AND revoked_at_us IS NULL
            ORDER BY created_at_us DESC, id LIMIT $3)
        """)

    static let renew = SQLStatement(
        """
        UPDATE sessions SET access_expires_at_us = $2, refresh_expires_at_us = $3, last_activity_at_us = $4
        WHERE id = $1
        """)

    static let revoke = SQLStatement("UPDATE sessions SET revoked_at_us = $2 WHERE id = $1 AND revoked_at_us IS NULL")

    /// `$3` is the session that stays, or the empty text.
    static let revokeOfUser = SQLStatement(
        "UPDATE sessions SET revoked_at_us = $2 WHERE user_id = $1 AND id <> $3 AND revoked_at_us IS NULL")

    static let refreshToken = SQLStatement(
        "SELECT session_id, expires_at_us, used_at_us FROM refresh_tokens WHERE token_hash = $1")

    static let insertRefreshToken = SQLStatement(
        "INSERT INTO refresh_tokens (token_hash, session_id, expires_at_us, used_at_us) VALUES ($1, $2, $3, NULL)")

    static let useRefreshToken = SQLStatement(
        "UPDATE refresh_tokens SET used_at_us = $2 WHERE token_hash = $1 AND used_at_us IS NULL")

    static let deleteUnusedRefreshTokens = SQLStatement(
        "DELETE FROM refresh_tokens WHERE session_id = $1 AND used_at_us IS NULL")

    static let deleteDeadRefreshTokens = SQLStatement(
        """
        DELETE FROM refresh_tokens WHERE expires_at_us <= $1 OR session_id IN (
            SELECT id FROM sessions WHERE refresh_expires_at_us <= $1 OR revoked_at_us IS NOT NULL)
        """)

    static let deleteDeadSessions = SQLStatement(
        "DELETE FROM sessions WHERE refresh_expires_at_us <= $1 OR revoked_at_us IS NOT NULL")
}
