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
        EndpointOutcomes(
            "stats.filetypes", "stats/filetypes",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":[{"file_type":"#).by(.viewer),
                .statsFailure(404, "an unknown root", "Storage root not found").at("stats/filetypes?smb_root=none"),
            ]),
        EndpointOutcomes(
            "stats.sizes", "stats/sizes",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":{"tiny":"#).by(.viewer),
                .statsFailure(404, "an unknown root", "Storage root not found").at("stats/sizes?smb_root=none"),
            ]),
        EndpointOutcomes(
            "stats.growth", "stats/growth",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":{"monthly_growth":["#).by(.viewer),
                .statsFailure(404, "an unknown root", "Storage root not found").at("stats/growth?smb_root=none"),
            ]),
        EndpointOutcomes(
            "stats.changes", "stats/changes?since=2024-01-15T10:30:00Z",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":{"since":"2024-01-15T10:00:00Z""#)
                    .by(.viewer),
                .statsFailure(400, "no time", "since is required: a time such as 2024-01-15T10:30:00Z")
                    .at("stats/changes"),
                .statsFailure(404, "an unknown root", "Storage root not found")
                    .at("stats/changes?since=2024-01-15T10:30:00Z&smb_root=none"),
            ]),
        EndpointOutcomes(
            "stats.access", "stats/access",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":{"period_days":30"#).by(.viewer),
                .statsFailure(404, "an unknown root", "Storage root not found").at("stats/access?smb_root=none"),
            ]),
        EndpointOutcomes(
            "stats.forecast", "stats/forecast",
            [
                .success(200, "a viewer", showing: #"{"success":true,"data":[{"storage_root_id":1"#).by(.viewer),
                .statsFailure(404, "an unknown root", "Storage root not found").at("stats/forecast?smb_root=none"),
            ]),
    ]
}
