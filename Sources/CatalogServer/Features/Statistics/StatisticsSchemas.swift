/// The shapes of what statistics answer.
enum StatisticsSchemas {
    static let all = [
        SchemaDefinition(
            "LargestDirectories", "Directories by size", .always("directories", .array(of: .named("DirectorySize"))),
            .always("count", .integer)),
        SchemaDefinition(
            "DirectorySize", "A directory with all that is below it", .always("path", .text, "Begins with a slash"),
            .always("name", .text), .always("storage_root_name", .text), .always("file_count", .integer),
            .always("directory_count", .integer),
            .always("duplicate_count", .integer, "Files below it that have the content of another file"),
            .always("total_size", .integer, "Bytes"), .always("modified_at", .nullable(.time))),
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
            .always("files_deleted", .integer), .always("files_moved", .integer), .always("error_count", .integer),
            .maybe("error_message", .text)),
        wrapped("OverallAnswer", "The whole catalog, wrapped", .named("OverallFigures")),
        SchemaDefinition(
            "OverallFigures", "What there is in the catalog", .always("total_files", .integer),
            .always("total_directories", .integer), .always("total_size", .integer, "Bytes"),
            .always("total_duplicates", .integer, "Files in groups of equal ones, all of each group"),
            .always("duplicate_groups", .integer), .always("storage_roots_count", .integer),
            .always("active_storage_roots", .integer, "Enabled and not known to be away"),
            .always("last_scan_time", .integer, "Seconds since 1970; 0 before the first scan")),
        wrapped("RootFiguresAnswer", "One storage root, wrapped", .named("RootFigures")),
        SchemaDefinition(
            "RootFigures", "What there is in a storage root", .always("name", .text), .always("total_files", .integer),
            .always("total_directories", .integer), .always("total_size", .integer, "Bytes"),
            .always("duplicate_files", .integer, "Files that are in this root more than once"),
            .always("duplicate_groups", .integer),
            .always("last_scan_time", .integer, "Seconds since 1970; 0 before the first scan"),
            .always("is_online", .boolean)),
        wrapped("FileTypesAnswer", "Extensions, wrapped", .array(of: .named("FileTypeFigures"))),
        SchemaDefinition(
            "FileTypeFigures", "Files with one extension", .always("file_type", .text),
            .always("extension", .text, "With its dot; empty for none"), .always("count", .integer),
            .always("total_size", .integer, "Bytes"), .always("average_size", .integer, "Bytes, cut")),
        wrapped("FileSizesAnswer", "Sizes, wrapped", .named("FileSizes")),
        SchemaDefinition(
            "FileSizes", "Files by size", .always("tiny", .integer), .always("small", .integer),
            .always("medium", .integer), .always("large", .integer), .always("huge", .integer),
            .always("massive", .integer)),
        wrapped("GrowthAnswer", "Growth, wrapped", .named("Growth")),
        SchemaDefinition(
            "Growth", "How the catalog grew", .always("monthly_growth", .array(of: .named("MonthOfGrowth"))),
            .always("total_growth_rate", .number, "The mean of the two others"),
            .always("file_growth_rate", .number, "Percent of the files before the first month; 0 without any"),
            .always("size_growth_rate", .number, "The same of bytes")),
        SchemaDefinition(
            "MonthOfGrowth", "One month", .always("month", .text, "As 2024-01"), .always("files_added", .integer),
            .always("size_added", .integer, "Bytes"), .always("total_files", .integer, "At its end"),
            .always("total_size", .integer, "At its end, in bytes")),
        wrapped("ChangesAnswer", "Changes, wrapped", .named("CatalogChanges")),
        SchemaDefinition(
            "CatalogChanges", "What changed", .always("since", .time),
            .always("roots", .array(of: .named("RootChanges")))
        ),
        SchemaDefinition(
            "RootChanges", "What changed in a storage root", .always("storage_root_id", .integer),
            .always("storage_root_name", .text), .always("files_added", .integer),
            .always("size_added", .integer, "Bytes"), .always("files_removed", .integer),
            .always("size_removed", .integer, "Bytes"), .always("files_changed", .integer),
            .always("size_changed", .integer, "How many bytes larger the changed files became"),
            .always("files_moved", .integer, "Those from another root are added here and removed there, too")),
        wrapped("AccessAnswer", "What was read, wrapped", .named("AccessFigures")),
        SchemaDefinition(
            "AccessFigures", "What was read", .always("period_days", .integer), .always("total_accesses", .integer),
            .always("recently_accessed", .integer, "Files that were read in these days"),
            .always("never_accessed", .integer, "Files that never were"),
            .always("access_frequency", .array(of: .integer), "Of each day, the oldest first"),
            .always("popular_extensions", .array(of: .text)), .always("popular_directories", .array(of: .text)),
            .always("top_files", .array(of: .named("ReadFile")))),
        SchemaDefinition(
            "ReadFile", "A file that was read", .always("storage_root_name", .text), .always("path", .text),
            .always("accesses", .integer)),
        wrapped("ForecastAnswer", "Forecasts, wrapped", .array(of: .named("FillForecast"))),
        SchemaDefinition(
            "FillForecast", "When a storage will be full", .always("storage_root_id", .integer),
            .always("storage_root_name", .text), .always("free_bytes", .nullable(.integer)),
            .always("total_bytes", .nullable(.integer)), .always("days_known", .number, "Of history, 90 at most"),
            .always("bytes_per_day", .integer, "Below 0 when it became less"),
            .always("days_until_full", .nullable(.number), "Null when it does not grow, or its space is not known"),
            .always("full_at", .nullable(.time))),
    ]

    private static func wrapped(_ name: String, _ summary: String, _ data: Schema) -> SchemaDefinition {
        SchemaDefinition(name, summary, .always("success", .boolean), .always("data", data))
    }
}
