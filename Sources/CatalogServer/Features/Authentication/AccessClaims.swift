package import CatalogCore
package import JWTKit

/// What a session token says. It only leads to the session: what the caller may do is in the database.
package struct AccessClaims: JWTPayload, Equatable {
    static let issuer = "catalogizer"
    static let type = "access"

    /// Whose session it is; the same as `sub`.
    package let userID: UserID
    /// For whoever reads the token; we do not.
    package let username: String
    /// The role when the token was signed; a user with another one needs a new token.
    package let roleID: RoleID
    /// Leads to everything else.
    package let sessionID: String
    /// Seconds since 1970.
    package let expiresAt: Int64
    /// Seconds since 1970.
    package let issuedAt: Int64
    /// Seconds since 1970; tokens of ours have none.
    package let notBefore: Int64?
    let issuer: String
    let subject: String
    let tokenID: String
    let type: String

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case username
        case roleID = "role_id"
        case sessionID = "session_id"
        case expiresAt = "exp"
        case issuedAt = "iat"
        case notBefore = "nbf"
        case issuer = "iss"
        case subject = "sub"
        case tokenID = "jti"
        case type = "typ"
    }

    /// What does not depend on the time; `TokenIssuer` checks the rest, since it knows the time.
    package func verify(using algorithm: some JWTAlgorithm) throws {
        guard issuer == Self.issuer, type == Self.type, subject == "\(userID)" else {
            throw AuthenticationFailure.invalidToken
        }
    }
}

/// A signed session token.
package struct AccessToken: Sendable, Equatable {
    /// Three parts joined by dots; goes to the client and nowhere else.
    package let text: String
    /// Microseconds since 1970, whole seconds.
    package let expiresAt: Int64
}
