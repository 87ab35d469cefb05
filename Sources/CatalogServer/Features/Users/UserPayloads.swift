import CatalogCore

/// A user on the wire. Every answer that shows a user uses it.
struct UserPayload: Encodable, Sendable {
    private let user: User
    private let role: Role
    private let isLocked: Bool
    private let showsAddress: Bool

    /// - Parameters:
    ///   - now: microseconds since 1970; decides whether a lock is in force.
    ///   - showsAddress: whether the reader may see where the user logged in from: the user, and holders of
    ///     `user.view`.
    init(_ user: User, role: Role, now: Int64, showsAddress: Bool) {
        self.user = user
        self.role = role
        self.showsAddress = showsAddress
        isLocked = user.isLocked(at: now)
    }

    enum CodingKeys: String, CodingKey {
        case id
        case username
        case email
        case roleID = "role_id"
        case role
        case firstName = "first_name"
        case lastName = "last_name"
        case displayName = "display_name"
        case avatarURL = "avatar_url"
        case timeZone = "time_zone"
        case language
        case settings
        case isActive = "is_active"
        case isLocked = "is_locked"
        case lockedUntil = "locked_until"
        case failedLoginAttempts = "failed_login_attempts"
        case mustChangePassword = "must_change_password"
        case lastLoginAt = "last_login_at"
        case lastLoginIP = "last_login_ip"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case permissions
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user.id, forKey: .id)
        try container.encode(user.username, forKey: .username)
        try container.encode(user.email, forKey: .email)
        try container.encode(user.roleID, forKey: .roleID)
        try container.encode(RolePayload(role: role), forKey: .role)
        try encode(user.profile, into: &container)
        try container.encode(user.isActive, forKey: .isActive)
        try container.encode(isLocked, forKey: .isLocked)
        if isLocked { try container.encodeIfPresent(user.lockedUntil.map(Timestamp.text), forKey: .lockedUntil) }
        try container.encode(user.failedLoginAttempts, forKey: .failedLoginAttempts)
        try container.encode(user.mustChangePassword, forKey: .mustChangePassword)
        try container.encode(user.lastLoginAt.map(Timestamp.text), forKey: .lastLoginAt)
        if showsAddress { try container.encodeIfPresent(user.lastLoginAddress, forKey: .lastLoginIP) }
        try container.encode(Timestamp.text(microseconds: user.createdAt), forKey: .createdAt)
        try container.encode(Timestamp.text(microseconds: user.updatedAt), forKey: .updatedAt)
        try container.encode(role.permissions.names, forKey: .permissions)
    }

    private func encode(_ profile: UserProfile, into container: inout KeyedEncodingContainer<CodingKeys>) throws {
        try container.encode(profile.firstName, forKey: .firstName)
        try container.encode(profile.lastName, forKey: .lastName)
        try container.encode(profile.displayName, forKey: .displayName)
        try container.encode(profile.avatarURL, forKey: .avatarURL)
        try container.encode(profile.timeZone, forKey: .timeZone)
        try container.encode(profile.language, forKey: .language)
        try container.encode(profile.settings, forKey: .settings)
    }
}

/// A change of a user's own data on the wire: an absent key stays, `null` clears.
struct ProfileRequest: Decodable, Sendable {
    let change: ProfileChange

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: UserPayload.CodingKeys.self)
        var change = ProfileChange()
        change.email = try container.change(forKey: .email)
        change.firstName = try container.change(forKey: .firstName)
        change.lastName = try container.change(forKey: .lastName)
        change.displayName = try container.change(forKey: .displayName)
        change.avatarURL = try container.change(forKey: .avatarURL)
        change.timeZone = try container.change(forKey: .timeZone)
        change.language = try container.change(forKey: .language)
        change.settings = try container.settingsChange(forKey: .settings)
        self.change = change
    }
}

extension KeyedDecodingContainer {
    /// What a request says about one field.
    func change<Value: Decodable>(forKey key: Key) throws -> FieldChange<Value> {
        guard contains(key) else { return .keep }
        return try decodeNil(forKey: key) ? .clear : .set(try decode(Value.self, forKey: key))
    }

    /// The same for settings, which some clients send as a text that holds the JSON.
    func settingsChange(forKey key: Key) throws -> FieldChange<JSONObject> {
        guard let text = try? decode(String.self, forKey: key) else { return try change(forKey: key) }
        guard let object = JSONObject(text: text) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "not a JSON object")
        }
        return .set(object)
    }
}
