import CatalogDatabase

/// SQL over `download_links`, in the order of the store.
enum DownloadLinkQueries {
    static let insert = SQLStatement(
        """
        INSERT INTO download_links (token_hash, user_id, entry_id, created_at_us, expires_at_us, revoked_at_us)
        VALUES ($1, $2, $3, $4, $5, NULL) RETURNING id
        """)

    static let liveByHash = SQLStatement(
        """
        SELECT id, user_id, entry_id, created_at_us, expires_at_us FROM download_links
        WHERE token_hash = $1 AND revoked_at_us IS NULL AND expires_at_us > $2
        """)

    static let liveOfUser = SQLStatement(
        """
        SELECT id, user_id, entry_id, created_at_us, expires_at_us FROM download_links
        WHERE user_id = $1 AND revoked_at_us IS NULL AND expires_at_us > $2 ORDER BY id
        """)

    static let countLiveOfUser = SQLStatement(
        """
        SELECT COUNT(*) FROM download_links WHERE user_id = $1 AND revoked_at_us IS NULL AND expires_at_us > $2
        """)

    static let revoke = SQLStatement(
        "UPDATE download_links SET revoked_at_us = $3 WHERE id = $1 AND user_id = $2 AND revoked_at_us IS NULL")

    static let revokeOfUser = SQLStatement(
        "UPDATE download_links SET revoked_at_us = $2 WHERE user_id = $1 AND revoked_at_us IS NULL")

    static let deleteDead = SQLStatement(
        "DELETE FROM download_links WHERE expires_at_us <= $1 OR revoked_at_us IS NOT NULL")
}
