import CatalogCore

extension JSONWriter {
    /// A user. Every answer that shows one uses it.
    ///
    /// - Parameters:
    ///   - now: microseconds since 1970; decides whether a lock is in force.
    ///   - showsAddress: whether the reader may see where the user logged in from: the user, and holders of `user.view`.
    mutating func user(_ user: User, _ role: Role, now: Int64, showsAddress: Bool) {
        let isLocked = user.isLocked(at: now)
        beginObject()
        field("id", user.id)
        field("username", user.username)
        field("email", user.email)
        field("role_id", user.roleID)
        key("role")
        self.role(role)
        profile(user.profile)
        field("is_active", user.isActive)
        field("is_locked", isLocked)
        if isLocked, let until = user.lockedUntil, until != User.lockedWithoutEnd { field("locked_until", time: until) }
        field("failed_login_attempts", user.failedLoginAttempts)
        field("must_change_password", user.mustChangePassword)
        field("last_login_at", time: user.lastLoginAt)
        if showsAddress, let address = user.lastLoginAddress { field("last_login_ip", address) }
        field("created_at", time: user.createdAt)
        field("updated_at", time: user.updatedAt)
        field("permissions", role.permissions.names)
        endObject()
    }

    private mutating func profile(_ profile: UserProfile) {
        field("first_name", profile.firstName)
        field("last_name", profile.lastName)
        field("display_name", profile.displayName)
        field("avatar_url", profile.avatarURL)
        field("time_zone", profile.timeZone)
        field("language", profile.language)
        key("settings")
        raw(profile.settings.text.utf8)
    }
}

/// Names of what a request says about a user.
enum UserKey: String, CodingKey {
    case username, email, password, language, settings
    case roleID = "role_id"
    case firstName = "first_name"
    case lastName = "last_name"
    case displayName = "display_name"
    case avatarURL = "avatar_url"
    case timeZone = "time_zone"
    case isActive = "is_active"
}

/// A change of a user's own data on the wire: an absent key stays, `null` clears.
struct ProfileRequest: Decodable, Sendable {
    let change: ProfileChange

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: UserKey.self)
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

/// `POST /users`. What is missing is named one by one, so every member may be missing here.
struct UserCreateRequest: Decodable, Sendable {
    private let username: String?
    private let email: String?
    private let password: String?
    private let roleID: RoleID?
    private let isActive: Bool?
    private let profile: ProfileChange

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: UserKey.self)
        username = try container.decodeIfPresent(String.self, forKey: .username)
        email = try container.decodeIfPresent(String.self, forKey: .email)
        password = try container.decodeIfPresent(String.self, forKey: .password)
        roleID = try container.decodeIfPresent(RoleID.self, forKey: .roleID)
        isActive = try container.decodeIfPresent(Bool.self, forKey: .isActive)
        profile = try ProfileRequest(from: decoder).change
    }

    /// - Throws: `CatalogError.invalidArgument` naming the first member that is missing or empty.
    func account() throws -> NewAccount {
        var account = NewAccount(
            username: try RequiredText.check(username, "username"), email: try RequiredText.check(email, "email"),
            password: Password(try RequiredText.check(password, "password")), role: roleID.map { .id($0) } ?? .byDefault
        )
        account.profile = profile
        account.isActive = isActive ?? true
        return account
    }
}

/// A text that a request must have.
enum RequiredText {
    /// - Throws: `CatalogError.invalidArgument` naming the member when it is missing or empty.
    static func check(_ value: String?, _ name: String) throws -> String {
        guard let value, !value.isEmpty else { throw CatalogError(.invalidArgument, "\(name) is required") }
        return value
    }
}

/// `PUT /users/{id}`: an absent key stays.
struct UserUpdateRequest: Decodable, Sendable {
    private var edit: UserEdit
    private let role: FieldChange<RoleID>
    private let isActive: FieldChange<Bool>

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: UserKey.self)
        edit = UserEdit(profile: try ProfileRequest(from: decoder).change)
        edit.username = try container.change(forKey: .username)
        role = try container.change(forKey: .roleID)
        isActive = try container.change(forKey: .isActive)
    }

    /// - Throws: `CatalogError.invalidArgument` for a null where there must be a value.
    func checked() throws -> UserEdit {
        var edit = edit
        switch role {
        case .keep: break
        case .clear: throw CatalogError(.invalidArgument, "role_id is required")
        case .set(let id): edit.role = .id(id)
        }
        switch isActive {
        case .keep: break
        case .clear: throw CatalogError(.invalidArgument, "is_active is required")
        case .set(let value): edit.isActive = value
        }
        return edit
    }
}

/// `POST /users/{id}/reset-password`.
struct ResetPasswordRequest: Decodable, Sendable {
    private let newPassword: String?

    private enum CodingKeys: String, CodingKey {
        case newPassword = "new_password"
    }

    /// - Throws: `CatalogError.invalidArgument` when it is missing or empty.
    func password() throws -> Password { Password(try RequiredText.check(newPassword, "new_password")) }
}

/// `POST /users/{id}/lock`.
struct LockRequest: Decodable, Sendable {
    private let lockUntil: String?

    private enum CodingKeys: String, CodingKey {
        case lockUntil = "lock_until"
    }

    /// Microseconds since 1970; nil for a lock without end.
    ///
    /// - Throws: `CatalogError.invalidArgument` for what is no time.
    func until() throws -> Int64? {
        guard let lockUntil else { return nil }
        guard let time = Timestamp.microseconds(rfc3339: lockUntil) else {
            throw CatalogError(.invalidArgument, "lock_until must be a time such as 2024-02-01T00:00:00Z")
        }
        return time
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
