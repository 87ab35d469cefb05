import CatalogCore

/// What authentication refuses, each with the one text that clients see.
enum AuthenticationFailure {
    /// The same for an unknown user and a wrong password: a login does not tell which names exist.
    static let invalidCredentials = CatalogError(.unauthenticated, "invalid credentials")
    /// Unknown, used, expired, or of a session that has ended.
    static let invalidRefreshToken = CatalogError(.unauthenticated, "invalid refresh token")
    static let invalidToken = CatalogError(.unauthenticated, ErrorText.tokenInvalid)
    static let expiredToken = CatalogError(.unauthenticated, ErrorText.tokenExpired)
    /// Signed by us and not expired, but its session, its user or its role is no longer what it was.
    static let revokedToken = CatalogError(.unauthenticated, ErrorText.tokenRevoked)
    static let invalidTicket = CatalogError(.unauthenticated, "Invalid or expired ticket")
    static let invalidLink = CatalogError(.unauthenticated, "Invalid or expired download link")
    static let accountDisabled = CatalogError(.permissionDenied, "Account is disabled")
    static let registrationDisabled = CatalogError(.permissionDenied, "Registration is disabled")
    static let usernameTaken = CatalogError(.alreadyExists, "Username already exists")
    static let emailTaken = CatalogError(.alreadyExists, "Email already exists")
    static let takenTexts = [usernameTaken.message, emailTaken.message]
    static let wrongCurrentPassword = CatalogError(.invalidArgument, "Current password is incorrect")

    /// - Parameter until: microseconds since 1970.
    static func accountLocked(until: Int64) -> CatalogError {
        guard until < User.lockedWithoutEnd else { return CatalogError(.permissionDenied, "Account is locked") }
        return CatalogError(
            .permissionDenied, "Account is locked",
            details: ["locked_until": .text(Timestamp.text(microseconds: until))])
    }
}
