/// The endpoints of scans.
enum ScanEndpoints {
    static let all = [
        Endpoint(.post, "/api/v1/scans", id: "scans.create", "Scan a storage root", tag: .scans)
            .requires("system.configure")
            .body("ScanRequest")
            .answers(202, "ScanQueued").fails(400, 404, 409, 503),
        Endpoint(.get, "/api/v1/scans", id: "scans.list", "List scans, the newest first", tag: .scans)
            .requires("media.view")
            .query(QueryParameter("storage_root_id", .string, "Only scans of this root"), .limit, .offset)
            .answers(200, "Scans").fails(404),
        Endpoint(.get, "/api/v1/scans/{job_id}", id: "scans.get", "Describe a scan", tag: .scans)
            .requires("media.view")
            .answers(200, "Scan").fails(400, 404),
        Endpoint(.post, "/api/v1/scans/{job_id}/cancel", id: "scans.cancel", "Stop a scan", tag: .scans)
            .requires("system.configure")
            .answers(200, "Message").fails(400, 404, 409),
        Endpoint(.delete, "/api/v1/scans/{job_id}", id: "scans.delete", "Stop a scan", tag: .scans)
            .requires("system.configure")
            .answers(204).fails(400, 404, 409),
        Endpoint(.post, "/api/v1/scans/{job_id}/confirm", id: "scans.confirm", "Apply parked removals", tag: .scans)
            .described("A scan that would remove a large part of a root parks the removals until they are confirmed.")
            .requires("system.configure")
            .answers(202, "ScanQueued").fails(400, 404, 409),
        Endpoint(.post, "/api/v1/scans/{job_id}/discard", id: "scans.discard", "Drop parked removals", tag: .scans)
            .requires("system.configure")
            .answers(200, "Message").fails(400, 404, 409),
        Endpoint(.get, "/api/v1/scans/{job_id}/errors", id: "scans.errors", "What a scan could not read", tag: .scans)
            .requires("media.view").query(.limit, .offset)
            .answers(200, "ScanErrors").fails(400, 404),
    ]

    static let schemas = [
        SchemaDefinition(
            "ScanRequest", "A scan to start", example: #"{"storage_root_id":"nas-media","scan_type":"incremental"}"#,
            .always("storage_root_id", .text, "Number, string id or name"),
            .maybe("scan_type", .oneOf(["full", "incremental", "quick"])), .maybe("max_depth", .integer),
            .maybe("path", .text, "A directory of the catalog to look at with all below it, instead of the whole root"),
            .maybe("confirm_removals", .boolean, "Remove what is missing without asking")),
        SchemaDefinition(
            "ScanQueued", "That a job waits", .always("job_id", .integer), .always("storage_root_id", .integer),
            .always("scan_type", .text), .always("status", .text), .always("message", .text)),
        SchemaDefinition("Scans", "Scans", .always("scans", .array(of: .named("Scan")))),
        SchemaDefinition(
            "Scan", "A scan", .always("id", .integer), .always("job_id", .integer),
            .always("storage_root_id", .integer),
            .always("storage_root", .text), .always("protocol", .text), .always("scan_type", .text),
            .always("path", .nullable(.text), "The directory that was asked for; null for the whole root"),
            .always(
                "status",
                .oneOf(["queued", "running", "completed", "needs_confirmation", "failed", "cancelled"])),
            .always("progress", .nullable(.integer), "Percent; null while nobody can know"),
            .always("start_time", .nullable(.time)), .always("end_time", .nullable(.time)),
            .always("elapsed_ms", .integer), .always("current_path", .nullable(.text)),
            .always("files_per_second", .integer), .always("files_processed", .integer),
            .always("files_found", .integer), .always("directories_listed", .integer), .always("files_added", .integer),
            .always("files_updated", .integer), .always("files_deleted", .integer),
            .always("files_moved", .integer, "Entries that are somewhere else than before, or have another name"),
            .always("error_count", .integer),
            .always("error_message", .nullable(.text)), .always("removal_state", .nullable(.text)),
            .always("removals_parked", .integer), .always("removal_reason", .nullable(.text))),
        SchemaDefinition(
            "ScanErrors", "What a scan could not read", .always("errors", .array(of: .named("ScanError"))),
            .always("total", .integer), .always("count", .integer), .always("limit", .integer),
            .always("offset", .integer)),
        SchemaDefinition(
            "ScanError", "A place that a scan could not read", .always("path", .text), .always("code", .text),
            .always("message", .text), .always("time", .time)),
    ]
}
