import HTTPTypes

/// The texts of every error that the shell itself answers with.
///
/// Clients compare them, so none appears elsewhere.
package enum ErrorText {
    /// 401 without a token.
    package static let tokenMissing = "Authentication required"
    /// 401 for a token that is none of ours.
    package static let tokenInvalid = "Invalid token"
    /// 401 for a token whose time is over.
    package static let tokenExpired = "Token has expired"
    /// 401 for a token whose session, user or role is no longer what it was.
    package static let tokenRevoked = "Token has been revoked"
    /// 403.
    package static let forbidden = "Insufficient permissions"
    /// 404 for a path that no endpoint has.
    package static let routeNotFound = "Not found"
    /// 405.
    package static let methodNotAllowed = "Method not allowed"
    /// 400 for a path that cannot be decoded.
    package static let invalidPath = "Invalid path"
    /// 400 for a query string that cannot be decoded.
    package static let invalidQuery = "Invalid query string"
    /// 400 for malformed JSON in authentication, download and copy.
    package static let invalidFormat = "Invalid request format"
    /// 400 for malformed JSON everywhere else.
    package static let invalidBody = "Invalid request body"
    /// 413.
    package static let bodyTooLarge = "Request body too large"
    /// 415.
    package static let unsupportedMediaType = "Content-Type must be application/json"
    /// 415 for a body that is packed.
    package static let unsupportedCoding = "Content-Encoding is not supported"
    /// 429.
    package static let rateLimited = "Rate limit exceeded. Please try again later."
    /// 500.
    package static let internalError = "Internal server error"
    /// 503.
    package static let unavailable = "Service unavailable"
    /// 400, 408, 431 and 501 for what is no complete HTTP request, or one that no server takes.
    static func unreadable(_ status: HTTPResponse.Status) -> String {
        switch status {
        case .requestTimeout: "Request body too slow"
        case .requestHeaderFieldsTooLarge: "Request head too large"
        case .notImplemented: "Transfer-Encoding is not supported"
        default: "Malformed HTTP request"
        }
    }
    /// 412.
    package static let preconditionFailed = "Precondition failed"
}
