import CatalogDatabase

/// SQL over `users`, in the order of the store.
enum UserQueries {
    private static let columns = """
        id, username, email, role_id, first_name, last_name, display_name, avatar_url, time_zone, language, settings,
        is_active, must_change_password, failed_login_attempts, locked_until_us, last_login_at_us, last_login_ip,
        created_at_us, updated_at_us
        """

    static let byID = SQLStatement("SELECT \(columns) FROM users WHERE id = $1")

    static let all = SQLStatement("SELECT \(columns) FROM users ORDER BY username_folded, id")

    private static let filter = """
        (search_folded LIKE $1 ESCAPE '\\' OR $1 = '' OR (search_folded IS NULL
                AND (username_folded LIKE $1 ESCAPE '\\' OR email_folded LIKE $1 ESCAPE '\\')))
            AND (role_id = $2 OR $2 = 0) AND (is_active = $3 OR $3 < 0)
        """

    /// Each parameter stands first where the column is, which tells PostgreSQL its type.
    static let page = SQLStatement(
        "SELECT \(columns) FROM users WHERE \(filter) ORDER BY created_at_us DESC, id DESC LIMIT $4 OFFSET $5")

    static let pageCount = SQLStatement("SELECT COUNT(*) FROM users WHERE \(filter)")

    /// A username wins over an equal e-mail address.
    static let credential = SQLStatement(
        """
        SELECT id, password_hash FROM users WHERE username_folded = $1 OR email_folded = $1
        ORDER BY CASE WHEN username_folded = $1 THEN 0 ELSE 1 END LIMIT 1
        """)

    static let passwordHash = SQLStatement("SELECT password_hash FROM users WHERE id = $1")

    /// `$2` is the account that may keep the name, or 0.
    static let nameIsTaken = SQLStatement(
        "SELECT 1 FROM users WHERE (username_folded = $1 OR email_folded = $1) AND id <> $2 LIMIT 1")

    static let count = SQLStatement("SELECT COUNT(*) FROM users")

    static let countOfRole = SQLStatement("SELECT COUNT(*) FROM users WHERE role_id = $1")

    /// Accounts with a role that could log in now, but for one.
    static let countOfOthersAbleToLogIn = SQLStatement(
        """
        SELECT COUNT(*) FROM users
        WHERE role_id = $1 AND id <> $2 AND is_active = 1 AND (locked_until_us IS NULL OR locked_until_us <= $3)
        """)

    static let insert = SQLStatement(
        """
        INSERT INTO users (username, username_folded, email, email_folded, password_hash, role_id, first_name,
            last_name, display_name, avatar_url, time_zone, language, settings, is_active, must_change_password,
            failed_login_attempts, locked_until_us, last_login_at_us, last_login_ip, created_at_us, updated_at_us)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, NULL, NULL, NULL, $16, $16)
        RETURNING id
        """)

    static let updateProfile = SQLStatement(
        """
        UPDATE users SET first_name = $2, last_name = $3, display_name = $4, avatar_url = $5, time_zone = $6,
            language = $7, settings = $8, updated_at_us = $9
        WHERE id = $1
        """)

    static let updateEmail = SQLStatement(
        "UPDATE users SET email = $2, email_folded = $3, updated_at_us = $4 WHERE id = $1")

    static let updateUsername = SQLStatement(
        "UPDATE users SET username = $2, username_folded = $3, updated_at_us = $4 WHERE id = $1")

    static let updateStanding = SQLStatement(
        "UPDATE users SET role_id = $2, is_active = $3, updated_at_us = $4 WHERE id = $1")

    static let updateSearch = SQLStatement("UPDATE users SET search_folded = $2 WHERE id = $1")

    static let lock = SQLStatement("UPDATE users SET locked_until_us = $2, updated_at_us = $3 WHERE id = $1")

    /// An account with all that belongs to it; what refers to a row stands before it.
    static let delete = [
        SQLStatement("DELETE FROM login_failures WHERE user_id = $1"),
        SQLStatement("DELETE FROM stream_tickets WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)"),
        SQLStatement("DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)"),
        SQLStatement("DELETE FROM sessions WHERE user_id = $1"),
        SQLStatement("DELETE FROM download_links WHERE user_id = $1"),
        SQLStatement("DELETE FROM api_keys WHERE user_id = $1"),
        SQLStatement("DELETE FROM users WHERE id = $1"),
    ]

    static let updatePassword = SQLStatement(
        "UPDATE users SET password_hash = $2, must_change_password = $3, updated_at_us = $4 WHERE id = $1")

    static let recordLogin = SQLStatement(
        """
        UPDATE users SET last_login_at_us = $2, last_login_ip = $3, failed_login_attempts = 0, locked_until_us = NULL
        WHERE id = $1
        """)

    static let setFailures = SQLStatement(
        "UPDATE users SET failed_login_attempts = $2, locked_until_us = $3 WHERE id = $1")
}
