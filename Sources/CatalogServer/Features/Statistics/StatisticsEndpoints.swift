import CatalogCore

/// The endpoints of statistics.
enum StatisticsEndpoints {
    /// More directories are not given at once.
    static let directoriesMax = 500
    static let rowsDefault = 50
    static let monthsDefault = 12
    static let monthsMax = 60
    static let daysDefault = 30
    static let daysMax = 365

    private static let root = QueryParameter(
        "smb_root", .string, "Only of this storage root: name, string id or number")

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
                root,
                QueryParameter("limit", .integer, "Rows at most", default: "\(rowsDefault)")
                    .upTo(Limits.pageRowsMax), .offset
            )
            .answers(200, "ScanHistoryAnswer").fails(404),
        Endpoint(.get, "/api/v1/stats/overall", id: "stats.overall", "Sum up the whole catalog", tag: .statistics)
            .described("What the caller may see of it. Links count as files; bytes are those of files.")
            .requires("media.view").errors(.stats).answers(200, "OverallAnswer"),
        Endpoint(
            .get, "/api/v1/stats/smb/{smb_root}", id: "stats.root", "Sum up one storage root", tag: .statistics
        )
        .described("Of any protocol; by name, string id or number.")
        .requires("media.view").errors(.stats).answers(200, "RootFiguresAnswer").fails(404),
        Endpoint(
            .get, "/api/v1/stats/filetypes", id: "stats.filetypes", "Count files by extension", tag: .statistics
        )
        .described("The most frequent first.")
        .requires("media.view").errors(.stats)
        .query(
            root,
            QueryParameter("limit", .integer, "Rows at most", default: "\(rowsDefault)").upTo(Limits.pageRowsMax)
        )
        .answers(200, "FileTypesAnswer").fails(404),
        Endpoint(.get, "/api/v1/stats/sizes", id: "stats.sizes", "Count files by size", tag: .statistics)
            .described(
                "Each class begins where the one before it ends: tiny is below 1 KiB, small below 1 MiB, medium below 10 MiB, large below 100 MiB, huge below 1 GiB."
            )
            .requires("media.view").errors(.stats).query(root).answers(200, "FileSizesAnswer").fails(404),
        Endpoint(.get, "/api/v1/stats/growth", id: "stats.growth", "Tell how the catalog grew", tag: .statistics)
            .described(
                "By months in UTC, the oldest first; the last one is not over. Only of storage roots that the caller may see whole."
            )
            .requires("media.view").errors(.stats)
            .query(root, QueryParameter("months", .integer, "Months", default: "\(monthsDefault)").upTo(monthsMax))
            .answers(200, "GrowthAnswer").fails(404),
        Endpoint(
            .get, "/api/v1/stats/changes", id: "stats.changes", "Tell what changed since a time", tag: .statistics
        )
        .described(
            "By storage root; only of those that the caller may see whole. What happened in the last two days is told from a tenth of a second on, and what was before by the hour: `since` goes back to the beginning of that, which the answer says to the second."
        )
        .requires("media.view").errors(.stats)
        .query(QueryParameter("since", .string, "A time (RFC 3339)", isRequired: true), root)
        .answers(200, "ChangesAnswer").fails(400, 404),
        Endpoint(.get, "/api/v1/stats/access", id: "stats.access", "Tell what was read", tag: .statistics)
            .described(
                "Files that were downloaded or streamed through the server, by days in UTC, today included. Many reads of one file by one user within a minute count once."
            )
            .requires("media.view").errors(.stats)
            .query(root, QueryParameter("days", .integer, "Days", default: "\(daysDefault)").upTo(daysMax))
            .answers(200, "AccessAnswer").fails(404),
        Endpoint(
            .get, "/api/v1/stats/forecast", id: "stats.forecast", "Tell when storages will be full", tag: .statistics
        )
        .described(
            "From the growth of the last 90 days, or of as many as are known, and the free space that each storage tells now; one that does not answer within a moment has no space here. Only of storage roots that the caller may see whole."
        )
        .requires("media.view").errors(.stats).query(root).answers(200, "ForecastAnswer").fails(404),
    ]
}
