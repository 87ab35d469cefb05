/// How users look on the wire.
enum UserSchemas {
    static let all = [
        SchemaDefinition(
            "User", "An account",
            .always("id", .integer), .always("username", .text), .always("email", .text), .always("role_id", .integer),
            .always("role", .named("Role")), .always("first_name", .nullable(.text)),
            .always("last_name", .nullable(.text)), .always("display_name", .nullable(.text)),
            .always("avatar_url", .nullable(.text)), .always("time_zone", .nullable(.text)),
            .always("language", .nullable(.text)), .always("settings", .object, "Kept for client programs as it is"),
            .always("is_active", .boolean), .always("is_locked", .boolean),
            .maybe("locked_until", .time, "While the lock is in force"), .always("failed_login_attempts", .integer),
            .always("must_change_password", .boolean, "After a generated or reset password"),
            .always("last_login_at", .nullable(.time)),
            .maybe("last_login_ip", .text, "For the user and holders of user.view"), .always("created_at", .time),
            .always("updated_at", .time), .always("permissions", .array(of: .text))),
        SchemaDefinition(
            "UserPage", "Accounts, the newest first",
            .always("users", .array(of: .named("User"))), .always("total_count", .integer),
            .always("limit", .integer), .always("offset", .integer)),
        SchemaDefinition(
            "UserCreateRequest", "An account to make",
            example: """
                {"username":"johndoe","email":"john@example.com","password":"securepassword123","role_id":2}
                """,
            .always("username", .text, "3 to 50 letters and digits of any script and . _ @ -"),
            .always("email", .string(format: "email")), .always("password", .text, "8 to 128 characters"),
            .maybe("role_id", .integer, "Default: the role of people who register themselves"),
            .maybe("first_name", .text), .maybe("last_name", .text), .maybe("display_name", .text),
            .maybe("avatar_url", .text), .maybe("time_zone", .text), .maybe("language", .text),
            .maybe("is_active", .boolean, "Default: true"), .maybe("settings", .object)),
        SchemaDefinition(
            "UserUpdateRequest", "Changes of an account; an absent member stays",
            example: #"{"display_name":"John D.","role_id":3}"#,
            .maybe("username", .text), .maybe("email", .text), .maybe("first_name", .nullable(.text)),
            .maybe("last_name", .nullable(.text)), .maybe("display_name", .nullable(.text)),
            .maybe("avatar_url", .nullable(.text)), .maybe("time_zone", .nullable(.text)),
            .maybe("language", .nullable(.text)), .maybe("role_id", .integer), .maybe("is_active", .boolean),
            .maybe("settings", .object, "Replaces all settings")),
        SchemaDefinition(
            "ResetPasswordRequest", "A new password", example: #"{"new_password":"newSecurePassword123"}"#,
            .always("new_password", .text, "8 to 128 characters")),
        SchemaDefinition(
            "LockRequest", "How long to lock", example: #"{"lock_until":"2030-02-01T00:00:00Z"}"#,
            .maybe("lock_until", .nullable(.time), "Absent or null: until somebody unlocks")),
        SchemaDefinition(
            "ProfileRequest", "Changes of the caller's own data; an absent member stays, null clears",
            example: #"{"display_name":"Ada","settings":{"theme":"dark"}}"#,
            .maybe("email", .text), .maybe("first_name", .nullable(.text)), .maybe("last_name", .nullable(.text)),
            .maybe("display_name", .nullable(.text)), .maybe("avatar_url", .nullable(.text)),
            .maybe("time_zone", .nullable(.text)), .maybe("language", .nullable(.text)), .maybe("settings", .object)),
    ]
}
