import CatalogCore

/// The body of create and update; what is absent stays as it is.
struct RoleRequest: Decodable, Sendable {
    let change: RoleChange

    private enum CodingKeys: String, CodingKey {
        case name, description, permissions
        case storageScope = "storage_scope"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        var change = RoleChange()
        change.name = try values.decodeIfPresent(String.self, forKey: .name)
        change.description = try values.change(forKey: .description)
        change.permissions = try values.decodeIfPresent([String].self, forKey: .permissions)
        switch try values.change(forKey: .storageScope) as FieldChange<[ScopeRequest]> {
        case .keep: break
        case .clear: change.storageScope = .clear
        case .set(let places): change.storageScope = .set(places.map(\.wish))
        }
        self.change = change
    }
}

/// A place in `storage_scope`: the root by its name, its string id or its number.
private struct ScopeRequest: Decodable, Sendable, Equatable {
    let wish: ScopeWish

    private enum CodingKeys: String, CodingKey {
        case root
        case pathPrefix = "path_prefix"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let number = try? values.decode(RootID.self, forKey: .root)
        wish = ScopeWish(
            root: try number.map(String.init) ?? values.decode(String.self, forKey: .root),
            path: try values.decodeIfPresent(String.self, forKey: .pathPrefix) ?? "")
    }
}

extension JSONWriter {
    /// A role: an answer of its own, or a part of one.
    ///
    /// - Parameter rootNames: names of storage roots, for whoever may see what a role shows; nil leaves that out.
    mutating func role(_ role: Role, rootNames: [RootID: String]? = nil) {
        beginObject()
        field("id", role.id)
        field("name", role.name)
        field("description", role.description)
        field("permissions", role.permissions.names)
        if let rootNames { storageScope(role.grants, rootNames) }
        field("is_system", role.isSystem)
        field("created_at", time: role.createdAt)
        field("updated_at", time: role.updatedAt)
        endObject()
    }

    private mutating func storageScope(_ grants: [AccessScope.Grant]?, _ rootNames: [RootID: String]) {
        guard let grants else { return nullField("storage_scope") }
        beginArray("storage_scope")
        for grant in grants {
            beginObject()
            // A root that was purged has no name any more, and shows nothing.
            field("root", rootNames[grant.rootID])
            field("root_id", grant.rootID)
            field("path_prefix", grant.path.text)
            endObject()
        }
        endArray()
    }
}
