/// What the endpoints of scans answer. The scan of the scene has the number 1 and is over.
enum ScanOutcomes {
    static let all = creation + reading + stopping + removals

    private static let creation = [
        EndpointOutcomes(
            "scans.create", "scans",
            [
                .failure(400, "JSON that breaks off", "Invalid request body").sending("{"),
                .failure(400, "no root", "Invalid request body", members: #""field":"storage_root_id""#).sending("{}"),
                .failure(
                    400, "a type that is none", "Invalid scan_type. Supported: full, incremental, quick, verify"
                )
                .sending(#"{"storage_root_id":"media","scan_type":"x"}"#),
                .failure(404, "an unknown root", "Storage root not found").sending(#"{"storage_root_id":"none"}"#),
                .success(202, "a root", showing: #""status":"queued","message":"Scan queued""#)
                    .sending(#"{"storage_root_id":"media","scan_type":"quick"}"#),
            ]),
        EndpointOutcomes(
            "scans.create", "scans",
            [
                .failure(503, "too many scans wait", "Scan queue is full")
                    .sending(#"{"storage_root_id":"media"}"#).after(.queueFull),
                .failure(
                    409, "a scan of the root waits", "A scan of this storage root is already queued",
                    members: #""job_id":1,"status":"queued""#
                ).sending(#"{"storage_root_id":"media"}"#).after(.scanWaiting),
                .failure(409, "a disabled root", "The storage root is disabled; enable it to scan it")
                    .sending(#"{"storage_root_id":"media"}"#).after(.rootDisabled),
            ]),
    ]

    private static let reading = [
        EndpointOutcomes(
            "scans.list", "scans",
            [
                .success(200, "a viewer", showing: #"{"scans":[{"id":1,"#).by(.viewer),
                .success(200, "one root", showing: #""storage_root":"media""#).at("scans?storage_root_id=media"),
                .failure(404, "an unknown root", "Storage root not found").at("scans?storage_root_id=none"),
            ]),
        EndpointOutcomes(
            "scans.get", "scans/1",
            [
                .success(200, "a scan that is over", showing: #""status":"completed""#).by(.viewer),
                .failure(400, "an id that is none", "Invalid job ID").at("scans/x"),
                .failure(404, "an unknown id", "Scan not found").at("scans/999999"),
            ]),
        EndpointOutcomes(
            "scans.errors", "scans/1/errors",
            [
                .success(200, "a scan without errors", showing: #"{"errors":[],"total":0,"count":0,"#).by(.viewer),
                .failure(400, "an id that is none", "Invalid job ID").at("scans/x/errors"),
                .failure(404, "an unknown id", "Scan not found").at("scans/999999/errors"),
            ]),
    ]

    private static let stopping = [
        EndpointOutcomes(
            "scans.cancel", "scans/1/cancel",
            [
                .failure(400, "an id that is none", "Invalid job ID").at("scans/x/cancel"),
                .failure(404, "an unknown id", "Scan not found").at("scans/999999/cancel"),
                .failure(409, "a scan that is over", "Scan is not running", members: #""status":"completed""#),
                .success(200, "a scan that waits", showing: #"{"message":"Scan cancelled"}"#).after(.scanWaiting),
            ]),
        EndpointOutcomes(
            "scans.delete", "scans/1",
            [
                .failure(400, "an id that is none", "Invalid job ID").at("scans/x"),
                .failure(404, "an unknown id", "Scan not found").at("scans/999999"),
                .failure(409, "a scan that is over", "Scan is not running", members: #""status":"completed""#),
                .success(204, "a scan that waits").after(.scanWaiting),
            ]),
    ]

    private static let nothingToDecide = Outcome.failure(
        409, "nothing was missing", "Scan has no removals to decide about", members: #""status":"completed""#)

    private static let removals = [
        EndpointOutcomes(
            "scans.confirm", "scans/1/confirm",
            [
                .failure(400, "an id that is none", "Invalid job ID").at("scans/x/confirm"),
                .failure(404, "an unknown id", "Scan not found").at("scans/999999/confirm"),
                nothingToDecide,
                .success(202, "everything is gone", showing: #""status":"queued","message":"Removals confirmed""#)
                    .at("scans/{parked}/confirm").after(.removalsParked),
            ]),
        EndpointOutcomes(
            "scans.discard", "scans/1/discard",
            [
                .failure(400, "an id that is none", "Invalid job ID").at("scans/x/discard"),
                .failure(404, "an unknown id", "Scan not found").at("scans/999999/discard"),
                nothingToDecide,
                .success(200, "everything is gone", showing: #"{"message":"Removals discarded"}"#)
                    .at("scans/{parked}/discard").after(.removalsParked),
            ]),
    ]
}
