/// The endpoints of API keys.
enum APIKeyEndpoints {
    private static let ownData = "The caller's own keys; a key cannot manage keys"

    static let all = [
        Endpoint(.post, "/api/v1/auth/api-keys", id: "apiKeys.create", "Make a key for a script", tag: .authentication)
            .described(
                """
                The key stands in this answer only. Scripts send it as `Authorization: Bearer`. It allows what both \
                its `permissions` (absent: everything) and its owner's role allow, and has an allowance of requests \
                of its own.
                """
            )
            .anyCaller(because: ownData)
            .body("APIKeyRequest", malformed: ErrorText.invalidFormat)
            .answers(201, "NewAPIKey").fails(400, 403, 409),
        Endpoint(.get, "/api/v1/auth/api-keys", id: "apiKeys.list", "List the caller's keys", tag: .authentication)
            .anyCaller(because: ownData)
            .answers(200, "APIKeyList").fails(403),
        Endpoint(
            .delete, "/api/v1/auth/api-keys/{id}", id: "apiKeys.delete", "End one of the caller's keys",
            tag: .authentication
        )
        .anyCaller(because: ownData)
        .answers(204).fails(400, 403, 404),
    ]

    private static let members: [SchemaDefinition.Member] = [
        .always("id", .integer), .always("name", .text),
        .always("permissions", .nullable(.array(of: .text)), "Null: all that the owner may do"),
        .always("created_at", .time), .always("expires_at", .nullable(.time)),
        .always("last_used_at", .nullable(.time), "Exact to half a minute"),
    ]

    static let schemas = [
        SchemaDefinition(
            "APIKeyRequest", "A key to make",
            example: #"{"name":"backup script","permissions":["media.view","media.download"]}"#,
            .always("name", .text), .maybe("permissions", .nullable(.array(of: .text))),
            .maybe("expires_at", .nullable(.time), "Absent: never")),
        SchemaDefinition("APIKey", "A key without its secret", members: members),
        SchemaDefinition(
            "NewAPIKey", "A key with its secret",
            members: members + [.always("key", .text, "Cannot be seen again")]),
        SchemaDefinition("APIKeyList", "Keys, oldest first", .always("api_keys", .array(of: .named("APIKey")))),
    ]
}
