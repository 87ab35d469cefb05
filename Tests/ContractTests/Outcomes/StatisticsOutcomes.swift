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
    ]
}
