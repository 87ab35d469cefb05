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

/// Tokens of a session: the answer to a login and to a refresh.
struct SignedInPayload: Encodable, Sendable {
    let user: UserPayload
    let sessionToken: String
    let refreshToken: String
    let expiresAt: String
    /// The names by which other clients know the same values.
    let token: String
    let tokenType = "Bearer"
    let expiresIn: Int64
    let userID: UserID
    let username: String

    /// - Parameter now: microseconds since 1970.
    init(_ signedIn: SignedIn, now: Int64) {
        user = UserPayload(signedIn.user, role: signedIn.role, now: now, showsAddress: true)
        sessionToken = signedIn.accessToken.text
        refreshToken = signedIn.refreshToken
        expiresAt = Timestamp.text(microseconds: signedIn.accessToken.expiresAt)
        token = signedIn.accessToken.text
        expiresIn = Lifetimes.accessToken / 1_000_000
        userID = signedIn.user.id
        username = signedIn.user.username
    }

    enum CodingKeys: String, CodingKey {
        case user
        case sessionToken = "session_token"
        case refreshToken = "refresh_token"
        case expiresAt = "expires_at"
        case token
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case userID = "user_id"
        case username
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
            username: try Self.required(username, "username"), email: try Self.required(email, "email"),
            password: Password(try Self.required(password, "password")),
            firstName: try Self.required(firstName, "first_name"), lastName: try Self.required(lastName, "last_name"))
    }

    private static func required(_ value: String?, _ name: String) throws -> String {
        guard let value, !value.isEmpty else { throw CatalogError(.invalidArgument, "\(name) is required") }
        return value
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

/// `GET /auth/status`; with nothing but `authenticated` when there is no valid token.
struct AuthenticationStatusPayload: Encodable, Sendable {
    let authenticated: Bool
    let user: UserPayload?
    let permissions: [String]?
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
