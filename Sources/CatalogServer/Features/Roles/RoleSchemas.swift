/// How roles look on the wire.
enum RoleSchemas {
    static let all = [
        SchemaDefinition(
            "Role", "A named set of permissions",
            .always("id", .integer), .always("name", .text), .always("description", .nullable(.text)),
            .always("permissions", .array(of: .text)), .always("is_system", .boolean), .always("created_at", .time),
            .always("updated_at", .time))
    ]
}
