import CatalogDatabase

/// The SQL of archives.
enum ArchiveQueries {
    /// Everything below the directory $1 but links; a directory comes before what is in it.
    static let below = SQLStatement(
        """
        WITH RECURSIVE below (id, parent_id, kind, name, size_bytes, modified_ns, changed_ns) AS (
            SELECT e.id, e.parent_id, e.kind, e.name, e.size_bytes, e.modified_ns, e.changed_ns FROM entries e
            WHERE e.parent_id = $1 AND e.missing_since_us IS NULL
            UNION ALL
            SELECT e.id, e.parent_id, e.kind, e.name, e.size_bytes, e.modified_ns, e.changed_ns
            FROM below b JOIN entries e ON e.parent_id = b.id
            WHERE b.kind = 1 AND e.missing_since_us IS NULL)
        SELECT id, parent_id, kind, name, size_bytes, modified_ns, changed_ns FROM below WHERE kind <> 2
        """
    ).withManyRows

    /// When an entry was changed, which listings do not show.
    static let changed = SQLStatement("SELECT changed_ns FROM entries WHERE id = $1")

    /// Ids of one question for checksums.
    static let idsPerStatement = 64

    static let checksums = SQLStatement(
        """
        SELECT entry_id, size_bytes, modified_ns, changed_ns, crc32 FROM archive_checksums
        WHERE entry_id IN (\((1...idsPerStatement).map { "$\($0)" }.joined(separator: ", ")))
        """)

    static let addChecksum = SQLStatement(
        """
        INSERT INTO archive_checksums (entry_id, size_bytes, modified_ns, changed_ns, crc32) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (entry_id) DO UPDATE SET size_bytes = excluded.size_bytes, modified_ns = excluded.modified_ns,
            changed_ns = excluded.changed_ns, crc32 = excluded.crc32
        """)

    /// Of entries that are gone for good.
    static let forgetGone = SQLStatement(
        "DELETE FROM archive_checksums WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = entry_id)")
}
