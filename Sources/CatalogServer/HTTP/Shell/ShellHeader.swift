import HTTPTypes

/// Names of header fields that HTTPTypes does not know.
enum ShellHeader {
    static let requestID = HTTPField.Name.known("X-Request-ID")
    static let forwardedFor = HTTPField.Name.known("X-Forwarded-For")
    static let rateLimit = HTTPField.Name.known("RateLimit")
    static let rateLimitPolicy = HTTPField.Name.known("RateLimit-Policy")
    static let legacyLimit = HTTPField.Name.known("X-RateLimit-Limit")
    static let legacyRemaining = HTTPField.Name.known("X-RateLimit-Remaining")
    static let legacyReset = HTTPField.Name.known("X-RateLimit-Reset")
    static let frameOptions = HTTPField.Name.known("X-Frame-Options")
    static let referrerPolicy = HTTPField.Name.known("Referrer-Policy")
}

extension HTTPFields {
    /// The same fields without one of them.
    func without(_ name: HTTPField.Name) -> HTTPFields {
        var copy = self
        copy[name] = nil
        return copy
    }
}
