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

extension JSONWriter {
    /// A role: an answer of its own, or a part of one.
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
