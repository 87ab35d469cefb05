import CatalogScanner

/// The endpoints of storage roots.
enum StorageRootEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/storage/roots", id: "storage.list", "List the storage roots", tag: .storage)
            .requires("media.view")
            .answers(200, "StorageRoots"),
        Endpoint(
            .get, "/api/v1/storage/list/{path...}", id: "storage.files", "List a directory as it is now", tag: .storage
        )
        .described("Asks the storage itself, not the catalog. Directories first, then by name.")
        .requires("media.view")
        .query(
            QueryParameter(
                "storage_id", .string, "The storage root: its string id, name or number", isRequired: true),
            .limit, .offset
        )
        .answers(200, "StorageListing").fails(400, 404, 502),
        Endpoint(.post, "/api/v1/storage/roots", id: "storage.create", "Add a storage root", tag: .storage)
            .described(
                "One with the same name and protocol is changed instead, with 200; absent fields stay as they are."
            )
            .requires("system.configure")
            .query(QueryParameter("verify", .boolean, "Refuse a root that cannot be reached", default: "false"))
            .body("StorageRootRequest")
            .answers(201, "StorageRoot").answers(200, "StorageRoot", "Changed").fails(400, 409),
        Endpoint(.get, "/api/v1/storage/roots/{id}", id: "storage.get", "Describe a storage root", tag: .storage)
            .requires("media.view")
            .answers(200, "StorageRoot").fails(404),
        Endpoint(.put, "/api/v1/storage/roots/{id}", id: "storage.update", "Change a storage root", tag: .storage)
            .described(
                "Absent fields stay as they are; `options` replaces all of them, one by its own name only that one."
            )
            .requires("system.configure")
            .body("StorageRootRequest")
            .answers(200, "StorageRoot").fails(400, 404, 409),
        Endpoint(.delete, "/api/v1/storage/roots/{id}", id: "storage.delete", "Remove a storage root", tag: .storage)
            .described(
                "Its scan is stopped first. Its entries come back when a root is added at the same place again, unless "
                    + "they were purged."
            )
            .requires("system.configure")
            .query(QueryParameter("purge", .boolean, "Forget its entries for good", default: "false"))
            .answers(204).fails(404, 503),
        Endpoint(
            .post, "/api/v1/storage/roots/{id}/test", id: "storage.test", "Try to reach a storage root", tag: .storage
        )
        .requires("system.configure")
        .answers(200, "StorageTest").fails(404),
    ]

    static let schemas = [
        SchemaDefinition(
            "StorageRoots", "The storage roots", .always("roots", .array(of: .named("StorageRoot"))),
            .always("data", .array(of: .named("StorageRoot")), "The same list")),
        SchemaDefinition(
            "StorageRoot", "A place that is cataloged", .always("id", .text), .always("root_id", .integer),
            .always("name", .text), .always("path", .text), .always("protocol", .text),
            .always("host", .nullable(.text)),
            .always("port", .nullable(.integer)), .always("username", .nullable(.text)),
            .always("domain", .nullable(.text)), .always("mount_point", .nullable(.text)),
            .always("options", .nullable(.object), "What the protocol wants to know, as text"),
            .always("url", .nullable(.text)), .always("has_password", .boolean),
            .always("enabled", .boolean), .always("allow_overlap", .boolean), .always("max_depth", .nullable(.integer)),
            .always("enable_duplicate_detection", .boolean), .always("enable_metadata_extraction", .boolean),
            .always("include_patterns", .array(of: .text)), .always("exclude_patterns", .array(of: .text)),
            .always("scan_interval", .integer, "Seconds between scans that nobody asks for; 0 for none"),
            .always(
                "quiet_window", .nullable(.text), "When none of them begins, in the time of the server: 22:00-06:00"),
            .always(
                "hash_window", .nullable(.text),
                "When its files may be read to find duplicates, in the time of the server; null for any time"),
            .always("hash_budget", .integer, "Bytes of a day that are read of them for that; 0 for any number"),
            .maybe(
                "hash_state", .oneOf(HashActivity.State.allCases.map(\.rawValue)),
                "How far the search for duplicates is"),
            .maybe("hash_next_at", .nullable(.time), "When it goes on, while it waits"),
            .maybe("hash_bytes_today", .integer, "Read on this day; while it runs, up to 64 MiB ahead"),
            .maybe("hash_bytes_pending", .nullable(.integer), "At least to be read yet; known while it waits"),
            .always("status", .oneOf(["online", "offline", "unknown", "disabled"])),
            .always("last_error", .nullable(.text)), .always("last_checked_at", .nullable(.time)),
            .maybe(
                "circuit", .oneOf(["closed", "open", "half_open"]),
                "Of a remote root: closed while calls reach it; open while they fail at once, because it was away a moment ago"
            ),
            .maybe("free_bytes", .integer), .maybe("total_bytes", .integer), .always("created_at", .time),
            .always("updated_at", .time), .always("last_scan_at", .nullable(.time)), .maybe("message", .text)),
        SchemaDefinition(
            "StorageRootRequest", "A storage root to add or change",
            example: #"{"name":"media","protocol":"local","path":"/srv/media"}"#, .maybe("name", .text),
            .maybe("protocol", .oneOf(["local", "smb", "nfs", "ftp", "webdav"])),
            .maybe("path", .text, "A directory; a share or an export and a path in it"),
            .maybe("host", .text), .maybe("port", .integer), .maybe("url", .text, "Instead of host, port and path"),
            .maybe("username", .nullable(.text), "Absent: as a guest"),
            .maybe("password", .nullable(.text), "Sealed before it is stored, and never shown"),
            .maybe("domain", .nullable(.text)),
            .maybe(
                "options", .object,
                "timeout (seconds); NFS: version (3 or 4), mount_port, uid, gid; SMB: encryption (default or required). Also as "
                    + "members of their own"),
            .maybe("id", .text),
            .maybe("enabled", .boolean), .maybe("allow_overlap", .boolean), .maybe("max_depth", .nullable(.integer)),
            .maybe("enable_duplicate_detection", .boolean), .maybe("enable_metadata_extraction", .boolean),
            .maybe("include_patterns", .array(of: .text)), .maybe("exclude_patterns", .array(of: .text)),
            .maybe(
                "scan_interval", .nullable(.integer),
                "Seconds, from 60; 0 for never; null: a day for what is on other machines, never for what is watched here"
            ),
            .maybe("quiet_window", .nullable(.text)),
            .maybe("hash_window", .nullable(.text), "As 01:00-06:30; null for any time"),
            .maybe("hash_budget", .nullable(.integer), "Bytes of a day, from 1048576; 0 or null for any number")),
        SchemaDefinition(
            "StorageListing", "A directory as it is now", .always("path", .text, "With a slash in front"),
            .always("storage_id", .text), .always("files", .array(of: .named("LiveEntry"))),
            .always("count", .integer, "Rows of this page"), .always("total", .integer), .always("limit", .integer),
            .always("offset", .integer)),
        SchemaDefinition(
            "LiveEntry", "A name in a directory", .always("name", .text),
            .always("path", .text, "Below the root"), .always("is_directory", .boolean), .always("size", .integer),
            .always("modified_at", .nullable(.time)), .maybe("mime_type", .text), .maybe("extension", .text)),
        SchemaDefinition(
            "StorageTest", "Whether a root could be reached", example: #"{"success":true,"message":"Reachable"}"#,
            .always("success", .boolean), .always("message", .text), .maybe("free_bytes", .integer),
            .maybe("total_bytes", .integer)),
    ]
}
