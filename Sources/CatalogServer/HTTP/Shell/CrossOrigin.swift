import HTTPTypes

/// Which other sites' pages may call the API (`server.cors_allowed_origins`; Fetch standard).
struct CrossOrigin: Sendable {
    private let allowed: Set<String>
    private let allowsEveryone: Bool

    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    private static let requestHeaders =
        "Authorization, Content-Type, X-Request-ID, Range, If-Range, If-Match, If-None-Match, Last-Event-ID, "
        + "Idempotency-Key"
    private static let exposedHeaders =
        "X-Request-ID, Content-Disposition, Content-Range, Content-Length, Accept-Ranges, ETag, Last-Modified, "
        + "X-Total-Count, RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
        + "Retry-After, Link"
    /// How long a browser may remember a preflight; two hours is the most that any of them does.
    private static let maxAgeSeconds = "7200"

    /// - Parameter origins: as browsers write them (`https://media.example`); `*` lets everybody read what needs no cookie.
    init(_ origins: [String]) {
        allowed = Set(origins.filter { $0 != "*" })
        allowsEveryone = origins.contains("*")
    }

    /// Adds what the browser needs to hand the answer to a page.
    func apply(to headers: inout HTTPFields, origin: String?) {
        guard allowsEveryone || !allowed.isEmpty else { return }
        headers[values: .vary].append("Origin")
        guard let origin else { return }
        if isAllowed(origin) {
            headers[.accessControlAllowOrigin] = origin
            headers[.accessControlAllowCredentials] = "true"
        } else if allowsEveryone {
            // Never together with credentials.
            headers[.accessControlAllowOrigin] = "*"
        } else {
            return
        }
        headers[.accessControlExposeHeaders] = CrossOrigin.exposedHeaders
    }

    /// Browsers write origins in ASCII. Looking another text up would normalise it, in time that grows with the square of
    /// its length.
    private func isAllowed(_ origin: String) -> Bool {
        origin.utf8.allSatisfy { $0 < 0x80 } && allowed.contains(origin)
    }

    /// Adds the answer to a preflight, for origins that are allowed.
    func applyPreflight(to headers: inout HTTPFields, origin: String?) {
        guard let origin, allowsEveryone || isAllowed(origin) else { return }
        headers[.accessControlAllowMethods] = CrossOrigin.methods
        headers[.accessControlAllowHeaders] = CrossOrigin.requestHeaders
        headers[.accessControlMaxAge] = CrossOrigin.maxAgeSeconds
    }
}
