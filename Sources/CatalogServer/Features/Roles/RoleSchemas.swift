/// How roles look on the wire.
enum RoleSchemas {
    static let all = [
        SchemaDefinition(
            "Role", "A named set of permissions",
            .always("id", .integer), .always("name", .text), .always("description", .nullable(.text)),
            .always("permissions", .array(of: .text)),
            .maybe(
                "storage_scope", .nullable(.array(of: .named("StorageScope"))),
                "What its users may see of the catalog; null: everything. Only where roles are asked for"),
            .always("is_system", .boolean), .always("created_at", .time),
            .always("updated_at", .time)),
        SchemaDefinition(
            "RoleRequest", "A role to make or change",
            example: #"{"name":"editor","permissions":["media.view","media.edit","media.upload"]}"#,
            .maybe("name", .text, "2 to 50 characters; a new role needs one"), .maybe("description", .nullable(.text)),
            .maybe("permissions", .array(of: .text)),
            .maybe(
                "storage_scope", .nullable(.array(of: .named("StorageScope"))),
                "Absent: stays; null: everything; empty: nothing")),
        SchemaDefinition(
            "StorageScope", "A place that a role shows, with everything below it",
            example: #"{"root":"media","path_prefix":"films/family"}"#,
            .always("root", .nullable(.text), "Name of a storage root; its string id or number are taken too"),
            .maybe("root_id", .integer, "In answers"), .maybe("path_prefix", .text, "Whole names; empty: all of it")),
        SchemaDefinition(
            "PermissionCatalog", "Permissions by category; each member is what it allows and the permission's name",
            .always("user_management", .object), .always("media_management", .object),
            .always("share_management", .object), .always("system", .object), .maybe("role_management", .object),
            .maybe("downloads", .object), .maybe("profile", .object), .maybe("favorites", .object),
            .maybe("conversion", .object), .maybe("reports", .object)),
    ]
}
