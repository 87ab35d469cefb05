import CatalogCore

/// The endpoints of users.
enum UserEndpoints {
    private static let pageRowsDefault = 50
    static let pageRowsMax = 100
    private static let ownOrOthers = "One's own account needs no permission; those of others need"

    static let all = [
        Endpoint(.post, "/api/v1/users", id: "users.create", "Make an account", tag: .users)
            .requires("user.create")
            .body("UserCreateRequest")
            .answers(201, "User").fails(400, 403, 409, 503),
        Endpoint(.get, "/api/v1/users", id: "users.list", "List the accounts", tag: .users)
            .described("The newest first.")
            .requires("user.view")
            .query(
                QueryParameter("search", .string, "Part of a username, an e-mail address or a name, in any case"),
                QueryParameter("role_id", .integer, "Users with this role"),
                QueryParameter("is_active", .boolean, "Active or disabled ones only"),
                QueryParameter("limit", .integer, "Rows at most", default: "\(pageRowsDefault)").upTo(pageRowsMax),
                .offset
            )
            .answers(200, "UserPage").fails(400),
        Endpoint(.get, "/api/v1/users/{id}", id: "users.get", "Describe an account", tag: .users)
            .handlerDecides(because: "\(ownOrOthers) user.view")
            .answers(200, "User").fails(400, 403, 404),
        Endpoint(.put, "/api/v1/users/{id}", id: "users.update", "Change an account", tag: .users)
            .described(
                """
                Absent members stay as they are. `role_id` and `is_active` need user.manage; a change of either ends \
                the user's sessions at once.
                """
            )
            .handlerDecides(because: "\(ownOrOthers) user.update")
            .body("UserUpdateRequest")
            .answers(200, "User").fails(400, 403, 404, 409),
        Endpoint(.delete, "/api/v1/users/{id}", id: "users.delete", "Delete an account", tag: .users)
            .requires("user.delete")
            .answers(204).fails(400, 403, 404, 409),
        Endpoint(
            .post, "/api/v1/users/{id}/reset-password", id: "users.resetPassword", "Set a user's password", tag: .users
        )
        .described(
            "The user must change it at the next login. Every session and API key ends, and so does a lock."
        )
        .requires("user.manage")
        .body("ResetPasswordRequest")
        .answers(200, "Message").fails(400, 403, 404, 503),
        Endpoint(.post, "/api/v1/users/{id}/lock", id: "users.lock", "Lock an account", tag: .users)
            .described("Until `lock_until`, or without it until somebody unlocks. Every session ends at once.")
            .requires("user.manage")
            .body("LockRequest", isRequired: false)
            .answers(200, "Message").fails(400, 403, 404, 409),
        Endpoint(.post, "/api/v1/users/{id}/unlock", id: "users.unlock", "Unlock an account", tag: .users)
            .requires("user.manage")
            .answers(200, "Message").fails(400, 403, 404),
    ]

    /// The page that a request asks for.
    static func page(_ query: QueryString) -> Page { query.page(default: pageRowsDefault, max: pageRowsMax) }
}
