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

    /// Fields that no answer is without; those that an answer may choose itself stay as they are.
    static func addToEveryAnswer(_ headers: inout HTTPFields, _ requestID: String, _ services: ShellServices) {
        let (choosesPolicy, choosesCaching) = (headers.has(.contentSecurityPolicy), headers.has(.cacheControl))
        headers.add(ShellHeader.requestID, requestID)
        headers.add(.date, services.date.text)
        headers.add(.xContentTypeOptions, "nosniff")
        headers.add(ShellHeader.frameOptions, "DENY")
        headers.add(ShellHeader.referrerPolicy, "no-referrer")
        if !choosesPolicy { headers.add(.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'") }
        if services.settings.tls != nil { headers.add(.strictTransportSecurity, "max-age=31536000") }
        if !choosesCaching { headers.add(.cacheControl, "no-store") }
    }
}

extension HTTPFields {
    /// The same fields without one of them.
    func without(_ name: HTTPField.Name) -> HTTPFields {
        var copy = self
        copy[name] = nil
        return copy
    }
}
