import CatalogCore

/// `POST /auth/login`.
struct LoginRequest: Decodable, Sendable {
    let username: String
    let password: String
    let deviceInfo: JSONObject?
    let rememberMe: Bool?

    enum CodingKeys: String, CodingKey {
        case username
        case password
        case deviceInfo = "device_info"
        case rememberMe = "remember_me"
    }

    /// What the database keeps about the device.
    ///
    /// - Throws: `CatalogError.invalidArgument` when it is too long.
    func device() throws -> JSONObject {
        let device = deviceInfo ?? JSONObject()
        guard device.text.utf8.count <= Limits.deviceInfoBytes else {
            throw CatalogError(.invalidArgument, "device_info is too large")
        }
        return device
    }
}

extension JSONWriter {
    /// Tokens of a session: the answer to a login and to a refresh.
    ///
    /// - Parameter now: microseconds since 1970.
    mutating func signedIn(_ signedIn: SignedIn, now: Int64) {
        beginObject()
        key("user")
        user(signedIn.user, signedIn.role, now: now, showsAddress: true)
        field("session_token", signedIn.accessToken.text)
        field("refresh_token", signedIn.refreshToken)
        field("expires_at", time: signedIn.accessToken.expiresAt)
        // The names by which other clients know the same values.
        field("token", signedIn.accessToken.text)
        field("token_type", "Bearer")
        field("expires_in", Lifetimes.accessToken / 1_000_000)
        field("user_id", signedIn.user.id)
        field("username", signedIn.user.username)
        endObject()
    }
}

/// `POST /auth/register`. What is missing is named one by one, so every member may be missing here.
struct RegisterRequest: Decodable, Sendable {
    let username: String?
    let email: String?
    let password: String?
    let firstName: String?
    let lastName: String?

    enum CodingKeys: String, CodingKey {
        case username
        case email
        case password
        case firstName = "first_name"
        case lastName = "last_name"
    }

    /// - Throws: `CatalogError.invalidArgument` naming the first member that is missing or empty.
    func registration() throws -> Registration {
        Registration(
            username: try RequiredText.check(username, "username"), email: try RequiredText.check(email, "email"),
            password: Password(try RequiredText.check(password, "password")),
            firstName: try RequiredText.check(firstName, "first_name"),
            lastName: try RequiredText.check(lastName, "last_name"))
    }
}

/// `POST /auth/refresh`.
struct RefreshRequest: Decodable, Sendable {
    let refreshToken: String

    enum CodingKeys: String, CodingKey {
        case refreshToken = "refresh_token"
    }
}

/// `POST /auth/change-password`.
struct ChangePasswordRequest: Decodable, Sendable {
    let currentPassword: String
    let newPassword: String

    enum CodingKeys: String, CodingKey {
        case currentPassword = "current_password"
        case newPassword = "new_password"
    }
}

/// `GET /auth/permissions`.
struct CallerPermissionsPayload: Encodable, Sendable {
    let role: String
    let permissions: [String]
    let isAdmin: Bool

    init(_ caller: Caller) {
        role = caller.roleName
        permissions = caller.permissions.names
        isAdmin = caller.permissions.allowsEverything
    }

    enum CodingKeys: String, CodingKey {
        case role
        case permissions
        case isAdmin = "is_admin"
    }
}

/// `GET /auth/init-status`.
struct InitialStatusPayload: Encodable, Sendable {
    let initialized: Bool
    let hasAdmin: Bool
    let userCount: Int64

    init(_ state: AccountService.InitialState) {
        initialized = state.hasAdministrator
        hasAdmin = state.hasAdministrator
        userCount = state.userCount
    }

    enum CodingKeys: String, CodingKey {
        case initialized
        case hasAdmin = "has_admin"
        case userCount = "user_count"
    }
}

/// `POST /auth/stream-ticket`.
struct StreamTicketPayload: Encodable, Sendable {
    let ticket: String
    let expiresIn = StreamTicketService.lifetimeSeconds

    enum CodingKeys: String, CodingKey {
        case ticket
        case expiresIn = "expires_in"
    }
}
