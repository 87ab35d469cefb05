import CatalogDatabase

/// SQL over `login_failures`, in the order of the store.
enum LoginFailureQueries {
    static let byUserAndAddress = SQLStatement(
        "SELECT failures, locked_until_us FROM login_failures WHERE user_id = $1 AND address = $2")

    static let set = SQLStatement(
        """
        INSERT INTO login_failures (user_id, address, failures, locked_until_us, updated_at_us)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, address) DO UPDATE SET failures = excluded.failures,
            locked_until_us = excluded.locked_until_us, updated_at_us = excluded.updated_at_us
        """)

    static let delete = SQLStatement("DELETE FROM login_failures WHERE user_id = $1 AND address = $2")

    static let deleteOfUser = SQLStatement("DELETE FROM login_failures WHERE user_id = $1")

    static let deleteOlder = SQLStatement("DELETE FROM login_failures WHERE updated_at_us <= $1")
}
