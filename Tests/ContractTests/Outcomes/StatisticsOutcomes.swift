/// What the endpoints of statistics answer.
enum StatisticsOutcomes {
    static let all = [
        EndpointOutcomes(
            "stats.directories", "stats/directories/by-size?smb_root=media",
            [
                .success(200, "a root", showing: #"{"directories":["#).by(.viewer),
                .statsFailure(400, "no root", "smb_root is required").at("stats/directories/by-size"),
                .statsFailure(404, "an unknown root", "Storage root not found")
                    .at("stats/directories/by-size?smb_root=none"),
            ]),
        EndpointOutcomes(
            "stats.scans", "stats/scans",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":{"scans":[{"id":1,"#).by(.viewer),
                .statsFailure(404, "an unknown root", "Storage root not found").at("stats/scans?smb_root=none"),
            ]),
        EndpointOutcomes(
            "stats.overall", "stats/overall",
            [.success(200, "a viewer", showing: #"{"success":true,"data":{"total_files":"#).by(.viewer)]),
        EndpointOutcomes(
            "stats.root", "stats/smb/media",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":{"name":"media","total_files":"#).by(
                    .viewer),
                .statsFailure(404, "an unknown root", "Storage root not found").at("stats/smb/none"),
            ]),
        ofRoots("filetypes", showing: #"[{"file_type":"#),
        ofRoots("sizes", showing: #"{"tiny":"#),
        ofRoots("growth", showing: #"{"monthly_growth":["#),
        EndpointOutcomes(
            "stats.changes", "stats/changes?since=2024-01-15T10:30:00Z",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":{"since":"2024-01-15T10:30:00Z""#)
                    .by(.viewer),
                .statsFailure(400, "no time", "since is required: a time such as 2024-01-15T10:30:00Z")
                    .at("stats/changes"),
                .statsFailure(404, "an unknown root", "Storage root not found")
                    .at("stats/changes?since=2024-01-15T10:30:00Z&smb_root=none"),
            ]),
        ofRoots("access", showing: #"{"period_days":30"#),
        EndpointOutcomes(
            "search.duplicates", "search/duplicates?smb_root=media",
            [
                .success(200, "a root", showing: #"{"groups":["#).by(.viewer),
                .failure(400, "no root", "SMB root is required").at("search/duplicates"),
                .failure(404, "an unknown root", "Storage root not found").at("search/duplicates?smb_root=none"),
            ]),
        EndpointOutcomes(
            "stats.duplicates.count", "stats/duplicates/count",
            [
                .success(200, "a viewer", showing: #"{"duplicate_groups":"#).by(.viewer),
                .statsFailure(404, "an unknown root", "Storage root not found")
                    .at("stats/duplicates/count?smb_root=none"),
            ]),
        ofRoots("duplicates", showing: #"{"total_duplicates":"#),
        EndpointOutcomes(
            "stats.duplicates.groups", "stats/duplicates/groups",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":["#).by(.viewer),
                .statsFailure(400, "an order that is none", "sort_by must be 'count' or 'size'")
                    .at("stats/duplicates/groups?sort_by=name"),
                .statsFailure(404, "an unknown root", "Storage root not found")
                    .at("stats/duplicates/groups?smb_root=none"),
            ]),
        ofRoots("forecast", showing: #"[{"storage_root_id":1"#),
    ]

    /// A statistic over all roots or one of them.
    private static func ofRoots(_ name: String, showing data: String) -> EndpointOutcomes {
        EndpointOutcomes(
            "stats.\(name)", "stats/\(name)",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":"# + data).by(.viewer),
                .statsFailure(404, "an unknown root", "Storage root not found").at("stats/\(name)?smb_root=none"),
            ])
    }
}
