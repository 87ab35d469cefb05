/// How authentication looks on the wire.
enum AuthenticationSchemas {
    static let all = [
        SchemaDefinition(
            "LoginRequest", "Name and password",
            example: #"{"username":"admin","password":"securepassword","remember_me":true}"#,
            .always("username", .text, "Username or e-mail address"), .always("password", .text),
            .maybe("device_info", .object, "Kept with the session as it is"),
            .maybe("remember_me", .boolean, "Lets the refresh token live 30 days instead of 7")),
        SchemaDefinition(
            "SignedIn", "Tokens of a session",
            .always("user", .named("User")), .always("session_token", .text, "For `Authorization: Bearer`"),
            .always("refresh_token", .text, "Works once"), .always("expires_at", .time, "Of the session token"),
            .always("token", .text, "Same as session_token"), .always("token_type", .oneOf(["Bearer"])),
            .always("expires_in", .integer, "Seconds"), .always("user_id", .integer), .always("username", .text)),
        SchemaDefinition(
            "RegisterRequest", "What an account needs",
            example: """
                {"username":"newuser","email":"newuser@example.com","password":"securepassword",\
                "first_name":"John","last_name":"Doe"}
                """,
            .always("username", .text, "3 to 50 letters and digits of any script and . _ @ -"),
            .always("email", .string(format: "email")), .always("password", .text, "8 to 128 characters"),
            .always("first_name", .text), .always("last_name", .text)),
        SchemaDefinition("RefreshRequest", "A refresh token", .always("refresh_token", .text)),
        SchemaDefinition(
            "AuthenticationStatus", "Whether a token is valid, and whose it is",
            example: #"{"authenticated":false}"#,
            .always("authenticated", .boolean), .maybe("user", .named("User")),
            .maybe("permissions", .array(of: .text))),
        SchemaDefinition(
            "CallerPermissions", "What the caller may do",
            example: #"{"role":"admin","permissions":["*"],"is_admin":true}"#,
            .always("role", .text), .always("permissions", .array(of: .text)), .always("is_admin", .boolean)),
        SchemaDefinition(
            "ChangePasswordRequest", "The old and the new password",
            .always("current_password", .text), .always("new_password", .text, "8 to 128 characters")),
        SchemaDefinition(
            "InitialStatus", "Whether the server is set up",
            example: #"{"initialized":true,"has_admin":true,"user_count":1}"#,
            .always("initialized", .boolean), .always("has_admin", .boolean), .always("user_count", .integer)),
        SchemaDefinition(
            "StreamTicket", "A ticket for one live stream",
            .always("ticket", .text), .always("expires_in", .integer, "Seconds")),
    ]
}
