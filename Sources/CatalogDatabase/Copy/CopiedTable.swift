/// A table that belongs to an instance and moves with it to another database.
package struct CopiedTable: Sendable {
    /// As the schema names it.
    package let name: String
    /// The columns of its primary key.
    let key: [String]
    /// The column that the engine numbers, if it has one.
    let numberedColumn: String?
    /// Which rows move, as SQL; nil for all.
    let condition: String?

    private init(_ name: String, key: [String], numberedColumn: String? = nil, condition: String? = nil) {
        (self.name, self.key, self.numberedColumn, self.condition) = (name, key, numberedColumn, condition)
    }

    private static func numbered(_ name: String, by column: String = "id") -> CopiedTable {
        CopiedTable(name, key: [column], numberedColumn: column)
    }

    /// Every table that moves; what a row refers to is in a table before its own.
    package static let all: [CopiedTable] = [
        numbered("roles"), numbered("users"),
        CopiedTable("login_failures", key: ["user_id", "address"]),
        CopiedTable("sessions", key: ["id"]),
        CopiedTable("refresh_tokens", key: ["token_hash"]),
        CopiedTable("stream_tickets", key: ["token_hash"]),
        numbered("download_links"), numbered("api_keys"), numbered("audit_events"), numbered("storage_roots"),
        CopiedTable("entries", key: ["id"]),
        CopiedTable("directories", key: ["entry_id"]),
        CopiedTable("entry_counts", key: ["root_id", "kind", "extension", "size_class"]),
        CopiedTable("file_accesses", key: ["entry_id", "day_us"]),
        CopiedTable("last_file_accesses", key: ["entry_id"]),
        CopiedTable("archive_checksums", key: ["entry_id"]),
        CopiedTable("entry_history", key: ["root_id", "start_us"]),
        CopiedTable("file_hashes", key: ["entry_id"]),
        numbered("duplicate_groups"),
        CopiedTable("duplicate_group_counts", key: ["group_id", "root_id"]),
        CopiedTable("duplicate_counts", key: ["root_id"]),
        CopiedTable("hash_runs", key: ["id"]),
        CopiedTable("hash_days", key: ["root_id", "day"]),
        CopiedTable("hash_parts", key: ["entry_id"]),
        numbered("name_changes", by: "sequence"), numbered("jobs"),
        CopiedTable("scans", key: ["id"]),
        CopiedTable("copies", key: ["id"]),
        numbered("duplicate_plans"),
        CopiedTable("duplicate_plan_groups", key: ["plan_id", "position"]),
        CopiedTable("duplicate_plan_files", key: ["plan_id", "position"]),
        numbered("scan_errors"), numbered("scan_frontier"),
        CopiedTable("scan_removals", key: ["scan_id", "entry_id"]),
        CopiedTable("counters", key: ["name"]),
        // A search index that follows one database must not be taken for one of the other.
        CopiedTable(
            "instance", key: ["name"],
            condition: "name NOT IN ('\(InstanceCopyMark.name)', 'name_index_id')"),
    ]

    /// Tables that stay behind: what each database knows of itself, and which roots its workers have, who say so again.
    package static let leftBehind: Set<String> = ["schema_migrations", "transaction_marks", "root_pins"]
}

/// What a database has in its table `instance` while it is the unfinished copy of another one.
package enum InstanceCopyMark {
    /// The name of the row; its value says of which database.
    package static let name = "copy_source"
}
