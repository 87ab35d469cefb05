import Crypto

/// How many requests a minute are allowed, by class (`rate_limit.*`); 0 turns a class off.
package struct RateRules: Sendable, Equatable {
    /// Requests of the class `.auth` a minute, for each endpoint; 0 for no limit.
    package let authPerMinute: Int
    /// Requests of the class `.api` a minute; 0 for no limit.
    package let apiPerMinute: Int

    package init(authPerMinute: Int = 5, apiPerMinute: Int = 100) {
        self.authPerMinute = authPerMinute
        self.apiPerMinute = apiPerMinute
    }

    /// The rule of a class, or nil when it is not limited.
    func rule(for rateClass: Endpoint.RateClass) -> RateRule? {
        let limit =
            switch rateClass {
            case .auth: authPerMinute
            case .api: apiPerMinute
            case .unlimited: 0
            }
        return limit > 0 ? RateRule(name: rateClass.rawValue, limit: limit) : nil
    }
}

/// At most `limit` requests within any sixty seconds.
package struct RateRule: Sendable, Equatable {
    /// As the RateLimit header fields call it.
    package let name: String
    package let limit: Int
    /// Length of the window.
    package static let windowSeconds: Int64 = 60

    package init(name: String, limit: Int) {
        self.name = name
        self.limit = limit
    }
}

/// Whom a request counts for, and in which bucket.
package struct RateKey: Sendable, Hashable {
    /// Longer subjects stand in the key as their digest, so that no client decides how much memory a key takes.
    private static let subjectBytesMax = 64

    /// Equal texts share a bucket. At most some 150 bytes, whatever the subject is.
    package let text: String

    /// A key that another node wrote as `text`.
    init(text: String) { self.text = text }

    /// The bucket of `subject` (a user, an address, an account) at `endpoint`.
    package init(_ subject: String, endpoint: Endpoint) {
        // The strict class has a bucket for each endpoint, so that a login uses up nothing of the refresh after it; the
        // other one has one for all.
        let subject = subject.utf8.count <= Self.subjectBytesMax ? subject : Self.digest(of: subject)
        text = endpoint.rateClass == .auth ? "\(endpoint.id)|\(subject)" : "api|\(subject)"
    }

    /// No subject begins like this by itself.
    private static func digest(of subject: String) -> String {
        "sha256:"
            + SHA256.hash(data: Array(subject.utf8)).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }
}

/// What a limiter says to one request.
package struct RateDecision: Sendable, Equatable {
    /// Whether the request may go on.
    package let isAllowed: Bool
    /// Requests that are still allowed now.
    package let remaining: Int
    /// Seconds until one more is allowed (when refused), or until the window is empty again.
    package let resetSeconds: Int64

    package init(isAllowed: Bool, remaining: Int, resetSeconds: Int64) {
        self.isAllowed = isAllowed
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }
}

/// Counts requests.
///
/// In memory for one server; behind a protocol so that several servers may share their counts.
package protocol RateLimiting: Sendable {
    /// Counts one request and says whether it is allowed. A refused one does not count.
    func charge(_ key: RateKey, _ rule: RateRule) async -> RateDecision
    /// Says what `charge` would, and counts nothing.
    func peek(_ key: RateKey, _ rule: RateRule) async -> RateDecision
    /// Remembers `mark` for sixty seconds.
    ///
    /// - Returns: whether it was new.
    func remember(_ mark: RateKey) async -> Bool
}

/// A request over its allowance: 429.
struct RateLimitExceeded: Error {
    let decision: RateDecision
    let rule: RateRule
}
