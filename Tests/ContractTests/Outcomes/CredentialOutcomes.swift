/// What the endpoints of sessions, of API keys and of the audit trail answer.
enum CredentialOutcomes {
    static let all = [sessions, sessionEnd, sessionsOfUser, keyCreation, keys, keyEnd, audit]

    private static let needsLogin = "This needs a login; an API key cannot do it"

    private static let sessions = EndpointOutcomes(
        "sessions.list", "auth/sessions",
        [
            .success(200, "one's own", showing: #""user_id":2,"device_info":{},"ip_address":"127.0.0.1""#).by(.viewer),
            .failure(403, "a key", needsLogin).by(.script).after(.keyMade),
        ])

    private static let sessionEnd = EndpointOutcomes(
        "sessions.delete", "auth/sessions/{session}",
        [
            .success(204, "one's own").by(.viewer).after(.adaSessionKnown),
            .failure(404, "the same again", "Session not found").by(.viewer),
            .failure(404, "none", "Session not found").at("auth/sessions/x"),
            .failure(403, "a key", needsLogin).by(.script).after(.keyMade),
        ])

    private static let sessionsOfUser = EndpointOutcomes(
        "users.sessions", "users/2/sessions",
        [
            .success(200, "somebody's", showing: #""is_current":false"#),
            .failure(400, "no number", "Invalid user ID").at("users/x/sessions"),
            .failure(404, "an unknown number", "User not found").at("users/99/sessions"),
        ])

    private static let keyCreation = EndpointOutcomes(
        "apiKeys.create", "auth/api-keys",
        [
            .success(201, "a key for everything", showing: #""name":"backup","permissions":null,"#)
                .sending(#"{"name":"backup"}"#).by(.viewer),
            .success(
                201, "one for some", showing: #""expires_at":"2030-02-01T00:00:00Z","last_used_at":null,"key":"cak_"#
            )
            .sending(
                #"{"name":"backup","permissions":["media.view"],"expires_at":"2030-02-01T01:00:00.5+01:00"}"#),
            .failure(400, "JSON that breaks off", "Invalid request format").sending("{"),
            .failure(400, "no name", "name is required").sending("{}"),
            .failure(400, "a blank name", "name is required").sending(#"{"name":" "}"#),
            .failure(400, "a name with a line break", "name contains control characters")
                .sending(#"{"name":"a\nb"}"#),
            .failure(400, "no permission", "Invalid permission: everything")
                .sending(#"{"name":"backup","permissions":["everything"]}"#),
            .failure(400, "no time", "expires_at must be a time such as 2030-02-01T00:00:00Z")
                .sending(#"{"name":"backup","expires_at":"soon"}"#),
            .failure(400, "a time that is past", "expires_at must be in the future")
                .sending(#"{"name":"backup","expires_at":"2024-01-15T10:30:00Z"}"#),
            .failure(403, "more than one has", "You cannot grant a permission that you do not have: system.admin")
                .sending(#"{"name":"backup","permissions":["media.view","system.admin"]}"#).by(.viewer),
            .failure(403, "a key", needsLogin).sending(#"{"name":"backup"}"#).by(.script).after(.keyMade),
            .failure(409, "as many as there may be", "Too many API keys, delete some first")
                .sending(#"{"name":"backup"}"#).after(.keysUsedUp),
        ])

    private static let keys = EndpointOutcomes(
        "apiKeys.list", "auth/api-keys",
        [
            .success(200, "none", showing: #"{"api_keys":[]}"#),
            .success(200, "one", showing: #"{"api_keys":[{"id":1,"name":"script","permissions":["media.view"]"#)
                .after(.keyMade),
            .failure(403, "a key", needsLogin).by(.script),
        ])

    private static let keyEnd = EndpointOutcomes(
        "apiKeys.delete", "auth/api-keys/1",
        [
            .failure(404, "none", "API key not found"),
            .failure(404, "somebody else's", "API key not found").by(.viewer).after(.keyMade),
            .failure(400, "no number", "Invalid API key ID").at("auth/api-keys/x"),
            .failure(403, "a key", needsLogin).by(.script),
            .success(204, "one's own"),
        ])

    private static let audit = EndpointOutcomes(
        "audit.list", "audit",
        [
            .success(200, "everything", showing: #""action":"storage_root.created","author":{"type":"user","id":1"#),
            .success(200, "of users", showing: #""total_count":2,"limit":100"#).at(
                "audit?action=user.&target_type=user"),
            .success(200, "of a time to come", showing: #"{"events":[],"total_count":0"#)
                .at("audit?since=2030-01-01T00:00:00Z&user_id=1&target_id=1&until=2031-01-01T00:00:00Z"),
            .failure(400, "no time", "Invalid since: must be a time such as 2024-01-15T10:30:00Z").at("audit?since=x"),
            .failure(400, "no number", "Invalid user_id: must be a whole number").at("audit?user_id=ada"),
            .failure(400, "no such kind", "Invalid target_type: there is no moon").at("audit?target_type=moon"),
        ])
}
