/// The endpoint of live events.
enum EventEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/events", id: "events.stream", "Follow what happens (server-sent events)", tag: .events)
            .described(
                "Each event carries `type`, `data` and `timestamp`. Clients that cannot set header fields use a stream ticket."
            )
            .authenticated(by: .bearerOrTicket)
            .requires("media.view")
            .query(QueryParameter("channels", .string, "Names of channels, separated by commas", default: "scan_updates"))
            .answers(200, contentType: "text/event-stream").fails(400, 429)
            .streaming()
    ]
}
