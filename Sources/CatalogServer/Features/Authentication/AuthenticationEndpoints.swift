/// The endpoints of authentication (`/api/v1/auth`).
enum AuthenticationEndpoints {
    private static let ownData = "The caller's own account"
    private static let beforeLogin = "Callers have no token yet"

    static let all = [
        Endpoint(
            .post, "/api/v1/auth/login", id: "auth.login", "Log in by username or e-mail address", tag: .authentication
        )
        .open(because: beforeLogin).rated(.auth)
        .body("LoginRequest", malformed: ErrorText.invalidFormat)
        .answers(200, "SignedIn").fails(400, 401, 403, 503),
        Endpoint(.post, "/api/v1/auth/register", id: "auth.register", "Make an account", tag: .authentication)
            .open(because: beforeLogin).rated(.auth)
            .body("RegisterRequest", malformed: ErrorText.invalidFormat)
            .answers(201, "User").fails(400, 403, 409, 503),
        Endpoint(.post, "/api/v1/auth/refresh", id: "auth.refresh", "Get new tokens", tag: .authentication)
            .described(
                """
                A refresh token works once. One that comes a second time ends its session. Without a body, a valid \
                bearer token renews its own session.
                """
            )
            .anyCaller(because: beforeLogin).authenticated(by: .optional).rated(.auth)
            .body("RefreshRequest", isRequired: false, malformed: ErrorText.invalidFormat)
            .answers(200, "SignedIn").fails(400, 401),
        Endpoint(.post, "/api/v1/auth/logout", id: "auth.logout", "End the session", tag: .authentication)
            .anyCaller(because: ownData).rated(.auth)
            .answers(200, "Message"),
        Endpoint(.get, "/api/v1/auth/me", id: "auth.me", "The caller's account", tag: .authentication)
            .anyCaller(because: ownData).rated(.auth)
            .answers(200, "User"),
        Endpoint(.get, "/api/v1/auth/status", id: "auth.status", "Whether a token is valid", tag: .authentication)
            .anyCaller(because: "Says who the caller is, if anybody").authenticated(by: .optional)
            .answers(200, "AuthenticationStatus"),
        Endpoint(
            .get, "/api/v1/auth/permissions", id: "auth.permissions", "What the caller may do", tag: .authentication
        )
        .anyCaller(because: ownData)
        .answers(200, "CallerPermissions"),
        Endpoint(.get, "/api/v1/auth/profile", id: "auth.profile", "The caller's account", tag: .authentication)
            .anyCaller(because: ownData)
            .answers(200, "User"),
        Endpoint(
            .put, "/api/v1/auth/profile", id: "auth.updateProfile", "Change the caller's account", tag: .authentication
        )
        .anyCaller(because: ownData)
        .body("ProfileRequest", malformed: ErrorText.invalidFormat)
        .answers(200, "User").fails(400, 409),
        Endpoint(
            .post, "/api/v1/auth/change-password", id: "auth.changePassword", "Change the caller's password",
            tag: .authentication
        )
        .described("Every other session of the caller ends, and so do the caller's download links.")
        .anyCaller(because: ownData).rated(.auth)
        .body("ChangePasswordRequest", malformed: ErrorText.invalidFormat)
        .answers(200, "Message").fails(400, 403, 503),
        Endpoint(
            .post, "/api/v1/auth/password", id: "auth.password", "Change the caller's password", tag: .authentication
        )
        .described("Another name of `change-password`, for clients that know only this one.")
        .anyCaller(because: ownData).rated(.auth)
        .body("ChangePasswordRequest", malformed: ErrorText.invalidFormat)
        .answers(200, "Message").fails(400, 403, 503),
        Endpoint(
            .get, "/api/v1/auth/init-status", id: "auth.initStatus", "Whether the server is set up",
            tag: .authentication
        )
        .open(because: beforeLogin)
        .answers(200, "InitialStatus"),
        Endpoint(
            .post, "/api/v1/auth/stream-ticket", id: "auth.streamTicket", "Get a ticket for a live stream",
            tag: .authentication
        )
        .described("For clients that cannot set header fields: 30 seconds, one use, as `?ticket=`.")
        .anyCaller(because: "Allows no more than the caller's own token")
        .answers(200, "StreamTicket"),
    ]
}
