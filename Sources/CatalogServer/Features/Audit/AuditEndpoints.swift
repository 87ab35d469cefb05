import CatalogCore

/// The endpoint of the audit trail.
enum AuditEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/audit", id: "audit.list", "Who changed what, and when", tag: .audit)
            .described(
                """
                Every change of users, roles, API keys, storage roots and settings, and every copied or uploaded file, the latest first. Nothing can \
                change or delete what stands here. Secrets are named, never shown.
                """
            )
            .requires("system.admin")
            .query(
                QueryParameter("user_id", .integer, "Changes that this user made"),
                QueryParameter("action", .string, "An action such as `user.locked`, or `user.` for all of users"),
                QueryParameter(
                    "target_type", .string, "Kind of what was changed",
                    allowed: AuditEvent.Target.Kind.allCases.map(\.rawValue)),
                QueryParameter("target_id", .integer, "Number of what was changed"),
                QueryParameter("since", .string, "Earliest time (RFC 3339)"),
                QueryParameter("until", .string, "Latest time (RFC 3339)"),
                .limit, .offset
            )
            .answers(200, "AuditPage").fails(400)
    ]

    static let schemas = [
        SchemaDefinition(
            "AuditPage", "Changes, the latest first",
            .always("events", .array(of: .named("AuditEvent"))), .always("total_count", .integer),
            .always("limit", .integer), .always("offset", .integer)),
        SchemaDefinition(
            "AuditEvent", "A change that somebody made",
            .always("id", .integer), .always("time", .time), .always("action", .text),
            .always("author", .object, "`type` (user, api_key, command_line or system), `id` or null, `name`"),
            .always("ip_address", .nullable(.text)), .always("target", .object, "`type`, `id` or null, `name`"),
            .always("changes", .array(of: .named("AuditChange")))),
        SchemaDefinition(
            "AuditChange", "A field before and after; both are null where it is secret or long",
            example: #"{"field":"role","from":"user","to":"moderator"}"#,
            .always("field", .text), .always("from", .nullable(.text)), .always("to", .nullable(.text))),
    ]
}
