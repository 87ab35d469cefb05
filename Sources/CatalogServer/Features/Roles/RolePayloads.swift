import CatalogCore

/// A role on the wire.
struct RolePayload: Encodable, Sendable {
    let role: Role

    enum CodingKeys: String, CodingKey {
        case id
        case name
        case description
        case permissions
        case isSystem = "is_system"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(role.id, forKey: .id)
        try container.encode(role.name, forKey: .name)
        try container.encode(role.description, forKey: .description)
        try container.encode(role.permissions.names, forKey: .permissions)
        try container.encode(role.isSystem, forKey: .isSystem)
        try container.encode(Timestamp.text(microseconds: role.createdAt), forKey: .createdAt)
        try container.encode(Timestamp.text(microseconds: role.updatedAt), forKey: .updatedAt)
    }
}
