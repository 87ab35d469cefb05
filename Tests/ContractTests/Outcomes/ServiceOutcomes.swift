/// What monitors and listeners are answered.
enum ServiceOutcomes {
    static let all = [
        EndpointOutcomes(
            "health.summary", "/health", [.success(200, "anybody", showing: #""status":"healthy""#).by(.nobody)]),
        EndpointOutcomes(
            "health.summary", "/health",
            [.success(503, "no database", showing: #""status":"unhealthy""#).by(.nobody).after(.databaseAway)]),
        EndpointOutcomes(
            "health.live", "/livez",
            [
                .success(200, "anybody", showing: #"{"status":"ok"}"#).by(.nobody),
                .success(200, "no database", showing: #"{"status":"ok"}"#).by(.nobody).after(.databaseAway),
            ]),
        EndpointOutcomes(
            "health.ready", "/readyz",
            [
                .success(200, "anybody", showing: #"{"status":"ok"}"#).by(.nobody),
                .success(200, "every check", showing: #""database_writable":"ok""#).at("/readyz?verbose").by(.nobody),
                .failure(400, "neither yes nor no", "Invalid verbose: must be true or false")
                    .at("/readyz?verbose=x").by(.nobody),
            ]),
        EndpointOutcomes(
            "health.ready", "/readyz",
            [.success(503, "no database", showing: #"{"status":"failed"}"#).by(.nobody).after(.databaseAway)]),
        EndpointOutcomes(
            "health.metrics", "/metrics",
            [
                .success(200, "anybody", showing: "# TYPE process_open_fds gauge").by(.nobody),
                .success(200, "no database", showing: "# TYPE process_open_fds gauge").by(.nobody).after(.databaseAway),
            ]),
        EndpointOutcomes(
            "health.openapi", "/openapi.json", [.success(200, "anybody", showing: #""openapi":"3.1.0""#).by(.nobody)]),
        EndpointOutcomes(
            "events.stream", "events",
            [
                .success(200, "every channel").askingForHead().by(.viewer),
                .failure(
                    400, "an unknown channel",
                    "Unknown channel none. Channels: scan_updates, media_updates, system_updates, analysis_updates, "
                        + "asset_updates, conversion_updates, copy_updates"
                ).at("events?channels=scan_updates,none"),
                .failure(429, "one stream too many", "Too many event streams").after(.streamsOpen),
            ]),
    ]
}
