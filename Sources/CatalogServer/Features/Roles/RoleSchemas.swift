/// How roles look on the wire.
enum RoleSchemas {
    static let all = [
        SchemaDefinition(
            "Role", "A named set of permissions",
            .always("id", .integer), .always("name", .text), .always("description", .nullable(.text)),
            .always("permissions", .array(of: .text)), .always("is_system", .boolean), .always("created_at", .time),
            .always("updated_at", .time)),
        SchemaDefinition(
            "RoleRequest", "A role to make or change",
            example: #"{"name":"editor","permissions":["media.view","media.edit","media.upload"]}"#,
            .maybe("name", .text, "2 to 50 characters; a new role needs one"), .maybe("description", .nullable(.text)),
            .maybe("permissions", .array(of: .text))),
        SchemaDefinition(
            "PermissionCatalog", "Permissions by category; each member is what it allows and the permission's name",
            .always("user_management", .object), .always("media_management", .object),
            .always("share_management", .object), .always("system", .object), .maybe("role_management", .object),
            .maybe("downloads", .object), .maybe("profile", .object), .maybe("favorites", .object),
            .maybe("conversion", .object), .maybe("reports", .object)),
    ]
}
