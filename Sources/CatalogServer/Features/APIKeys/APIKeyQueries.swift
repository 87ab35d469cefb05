import CatalogDatabase

/// SQL over `api_keys`.
enum APIKeyQueries {
    private static let columns = "id, user_id, name, permissions, created_at_us, expires_at_us, last_used_at_us"

    static let byHash = SQLStatement("SELECT \(columns) FROM api_keys WHERE key_hash = $1")

    static let byID = SQLStatement("SELECT \(columns) FROM api_keys WHERE id = $1")

    static let ofUser = SQLStatement("SELECT \(columns) FROM api_keys WHERE user_id = $1 ORDER BY id")

    static let insert = SQLStatement(
        """
        INSERT INTO api_keys (key_hash, user_id, name, permissions, created_at_us, expires_at_us, last_used_at_us)
        VALUES ($1, $2, $3, $4, $5, $6, NULL) RETURNING id
        """)

    static let delete = SQLStatement("DELETE FROM api_keys WHERE id = $1")

    static let deleteOfUser = SQLStatement("DELETE FROM api_keys WHERE user_id = $1")

    static let deleteExpired = SQLStatement("DELETE FROM api_keys WHERE expires_at_us <= $1")

    static let noteUse = SQLStatement(
        """
        UPDATE api_keys SET last_used_at_us = $2
        WHERE id = $1 AND (last_used_at_us IS NULL OR last_used_at_us < $2)
        """)
}
