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
            "ProfileRequest", "Changes of the caller's own data; an absent member stays, null clears",
            example: #"{"display_name":"Ada","settings":{"theme":"dark"}}"#,
            .maybe("email", .text), .maybe("first_name", .nullable(.text)), .maybe("last_name", .nullable(.text)),
            .maybe("display_name", .nullable(.text)), .maybe("avatar_url", .nullable(.text)),
            .maybe("time_zone", .nullable(.text)), .maybe("language", .nullable(.text)), .maybe("settings", .object)),
    ]
}
