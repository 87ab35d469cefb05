import CatalogCore

/// One login of one user on one device, until it is ended or expires.
struct Session: Sendable {
    let id: String
    let userID: UserID
    let rememberMe: Bool
    /// Microseconds since 1970.
    let refreshExpiresAt: Int64
    let revokedAt: Int64?

    func isActive(at now: Int64) -> Bool {
        revokedAt == nil && now < refreshExpiresAt
    }
}

/// A session as its owner looks at it.
struct SessionDetails: Sendable {
    let session: Session
    let device: JSONObject
    let address: String?
    let userAgent: String?
    /// Microseconds since 1970.
    let createdAt: Int64
    /// Microseconds since 1970; exact to half a minute.
    let lastActivityAt: Int64
}

/// From where a login comes; kept with its session.
package struct ClientOrigin: Sendable {
    /// The address of the client, as trusted proxies say.
    package let address: String
    /// What wrong passwords count by: the address, of IPv6 the network that one host owns.
    package let network: String
    /// As the client calls itself, if it does.
    package let userAgent: String?
    /// What the client says about its device, as it said it.
    package let device: JSONObject

    /// - Parameter network: the address itself when nil.
    package init(
        address: String, network: String? = nil, userAgent: String? = nil, device: JSONObject = JSONObject()
    ) {
        self.address = address
        self.network = network ?? address
        self.userAgent = userAgent
        self.device = device
    }
}

/// How long each thing that authentication hands out lives, in microseconds.
enum Lifetimes {
    static let accessToken: Int64 = 24 * 3_600 * 1_000_000
    static let refreshToken: Int64 = 7 * 86_400 * 1_000_000
    static let rememberedRefreshToken: Int64 = 30 * 86_400 * 1_000_000
    static let streamTicket: Int64 = 30 * 1_000_000
    static let expiredKeyShown: Int64 = 30 * 86_400 * 1_000_000
}

/// When the tokens of a session end that is opened or renewed now.
struct TokenTimes: Sendable {
    let now: Int64
    let access: Int64
    let refresh: Int64

    init(now: Int64, rememberMe: Bool) {
        self.now = now
        // The wire has whole seconds; the token and the answer must agree.
        access = now / 1_000_000 * 1_000_000 + Lifetimes.accessToken
        refresh = now + (rememberMe ? Lifetimes.rememberedRefreshToken : Lifetimes.refreshToken)
    }
}

/// What a login or a refresh gives to the client.
package struct SignedIn: Sendable {
    /// As the login or refresh left the account.
    package let user: User
    /// The user's role now.
    package let role: Role
    /// For every request, a day long.
    package let accessToken: AccessToken
    /// Gives new tokens once. The database knows only its hash.
    package let refreshToken: String
}
