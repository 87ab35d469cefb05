import CatalogCore

/// The body of create and update; what is absent stays as it is.
struct RoleRequest: Decodable, Sendable {
    let change: RoleChange

    private enum CodingKeys: String, CodingKey {
        case name, description, permissions
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        var change = RoleChange()
        change.name = try values.decodeIfPresent(String.self, forKey: .name)
        change.description = try values.change(forKey: .description)
        change.permissions = try values.decodeIfPresent([String].self, forKey: .permissions)
        self.change = change
    }
}

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

extension JSONWriter {
    /// A role as an answer of its own.
    mutating func role(_ role: Role) {
        beginObject()
        field("id", role.id)
        field("name", role.name)
        field("description", role.description)
        field("permissions", role.permissions.names)
        field("is_system", role.isSystem)
        field("created_at", time: role.createdAt)
        field("updated_at", time: role.updatedAt)
        endObject()
    }
}
