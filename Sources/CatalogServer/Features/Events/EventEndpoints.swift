/// The endpoint of live events.
enum EventEndpoints {
    private static let channels = LiveEvent.Channel.allCases.map(\.rawValue).joined(separator: ", ")

    static let all = [
        Endpoint(.get, "/api/v1/events", id: "events.stream", "Follow what happens (server-sent events)", tag: .events)
            .described(
                "Each event carries `type`, `data` (again as `payload`) and `timestamp`. Clients that cannot set header fields use a stream ticket."
            )
            .authenticated(by: .bearerOrTicket)
            .requires("media.view")
            .query(
                QueryParameter("channels", .string, "Separated by commas; all of them when left out: \(channels)")
            )
            .answers(200, contentType: "text/event-stream").fails(400, 429)
            .streaming()
    ]
}
