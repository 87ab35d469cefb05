/// The endpoints for monitors and proxies.
enum HealthEndpoints {
    private static let noAccount = "Monitors have no account"

    static let all = [
        Endpoint(.get, "/health", id: "health.summary", "Whether the server works", tag: .health)
            .open(because: noAccount).rated(.unlimited)
            .answers(200, "Health").answers(503, "Health", "The database does not answer"),
        Endpoint(.get, "/livez", id: "health.live", "Whether the process runs", tag: .health)
            .open(because: noAccount).rated(.unlimited)
            .answers(200, "Probe"),
        Endpoint(.get, "/readyz", id: "health.ready", "Whether requests can be served", tag: .health)
            .described(
                "Ready means: the schema is migrated and the database can be written. A storage root that is away does not matter."
            )
            .open(because: noAccount).rated(.unlimited)
            .query(QueryParameter("verbose", .boolean, "Lists every check", default: "false"))
            .answers(200, "Probe").answers(503, "Probe", "Not ready"),
        Endpoint(.get, "/metrics", id: "health.metrics", "Metrics for Prometheus", tag: .health)
            .open(because: noAccount).rated(.unlimited)
            .described("Clients that accept `application/openmetrics-text` get OpenMetrics 1.0.")
            .answers(200, contentType: "text/plain; version=0.0.4; charset=utf-8"),
        Endpoint(.get, "/openapi.json", id: "health.openapi", "This document", tag: .health)
            .open(because: "The API is documented for everybody").rated(.unlimited)
            .answers(200, contentType: "application/json"),
    ]

    static let schemas = [
        SchemaDefinition(
            "Health", "Whether the server works", example: #"{"status":"healthy","time":"2024-01-20T12:00:00Z"}"#,
            .always("status", .oneOf(["healthy", "unhealthy"])), .always("time", .time),
            .maybe("version", .text)),
        SchemaDefinition(
            "Probe", "The answer to a probe", example: #"{"status":"ok"}"#,
            .always("status", .oneOf(["ok", "failed"])),
            .maybe("checks", .object, "What was checked, with `ok` or what is wrong")),
    ]
}
