/// The endpoints of sessions.
enum SessionEndpoints {
    private static let ownData = "The caller's own sessions; an API key cannot manage them"

    static let all = [
        Endpoint(
            .get, "/api/v1/auth/sessions", id: "sessions.list", "List the caller's sessions", tag: .authentication
        )
        .described("Those that are alive, the last used first.")
        .anyCaller(because: ownData)
        .answers(200, "SessionList").fails(403),
        Endpoint(
            .delete, "/api/v1/auth/sessions/{id}", id: "sessions.delete", "End one of the caller's sessions",
            tag: .authentication
        )
        .anyCaller(because: ownData)
        .answers(204).fails(403, 404),
        Endpoint(
            .get, "/api/v1/users/{id}/sessions", id: "users.sessions", "List a user's sessions", tag: .users
        )
        .requires("user.manage")
        .answers(200, "SessionList").fails(400, 404),
    ]

    static let schemas = [
        SchemaDefinition(
            "SessionList", "Sessions that are alive", .always("sessions", .array(of: .named("Session")))),
        SchemaDefinition(
            "Session", "A login of one user on one device",
            .always("id", .text), .always("user_id", .integer),
            .always("device_info", .object, "As the client said it"), .always("ip_address", .nullable(.text)),
            .always("user_agent", .nullable(.text)), .always("is_active", .boolean),
            .always("is_current", .boolean, "Whether this request belongs to it"), .always("expires_at", .time),
            .always("created_at", .time), .always("last_activity_at", .time, "Exact to half a minute")),
    ]
}
