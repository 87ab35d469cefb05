import CatalogCore

/// The endpoints of statistics.
enum StatisticsEndpoints {
    /// More directories are not given at once.
    static let directoriesMax = 500
    static let rowsDefault = 50

    static let all = [
        Endpoint(
            .get, "/api/v1/stats/directories/by-size", id: "stats.directories",
            "List the directories of a storage root, the largest first", tag: .statistics
        )
        .described(
            "Each with all that is below it, at every depth; the root's own directory is left out. Who may see parts of a root gets the directories that may be seen whole."
        )
        .requires("media.view").errors(.stats)
        .query(
            QueryParameter("smb_root", .string, "Name, string id or number of the storage root", isRequired: true),
            QueryParameter("limit", .integer, "Rows at most", default: "\(rowsDefault)").upTo(directoriesMax)
        )
        .answers(200, "LargestDirectories").fails(400, 404),
        Endpoint(.get, "/api/v1/stats/scans", id: "stats.scans", "List what scans have found", tag: .statistics)
            .described("The newest first; only of storage roots that the caller may see whole.")
            .requires("media.view").errors(.stats)
            .query(
                QueryParameter("smb_root", .string, "Only of this storage root: name, string id or number"),
                QueryParameter("limit", .integer, "Rows at most", default: "\(rowsDefault)")
                    .upTo(Limits.pageRowsMax), .offset
            )
            .answers(200, "ScanHistoryAnswer").fails(404),
    ]

    static let schemas = [
        SchemaDefinition(
            "LargestDirectories", "Directories by size", .always("directories", .array(of: .named("DirectorySize"))),
            .always("count", .integer)),
        SchemaDefinition(
            "DirectorySize", "A directory with all that is below it", .always("path", .text, "Begins with a slash"),
            .always("name", .text), .always("storage_root_name", .text), .always("file_count", .integer),
            .always("directory_count", .integer), .always("total_size", .integer, "Bytes"),
            .always("modified_at", .nullable(.time))),
        SchemaDefinition(
            "ScanHistoryAnswer", "Scans, wrapped", .always("success", .boolean), .always("data", .named("ScanHistory"))),
        SchemaDefinition(
            "ScanHistory", "One page of scans", .always("scans", .array(of: .named("ScanRecord"))),
            .always("total_count", .integer), .always("limit", .integer), .always("offset", .integer)),
        SchemaDefinition(
            "ScanRecord", "What a scan has found", .always("id", .integer), .always("job_id", .integer),
            .always("storage_root_id", .integer), .always("storage_root_name", .text),
            .always("smb_root_name", .text, "The same"), .always("scan_type", .text),
            .always("path", .nullable(.text), "The directory that was asked for; null for the whole root"),
            .always("status", .oneOf(["queued", "running", "completed", "failed", "cancelled"])),
            .always("start_time", .nullable(.time)), .always("end_time", .nullable(.time)),
            .always("files_processed", .integer), .always("files_added", .integer), .always("files_updated", .integer),
            .always("files_deleted", .integer), .always("error_count", .integer),
            .maybe("error_message", .text)),
    ]
}
