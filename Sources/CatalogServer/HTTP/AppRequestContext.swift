import CatalogCore
package import Hummingbird
package import Logging
package import NIOCore

/// What a handler knows about the request beside the request itself.
package struct AppRequestContext: Sendable {
    /// Goes back as `X-Request-ID` and stands in every log line about the request.
    package let requestID: String
    package let endpoint: Endpoint
    /// Nil where the endpoint wants none, or makes it optional.
    package let caller: Caller?
    /// Where the request comes from, behind proxies that are trusted.
    package let clientAddress: ClientAddress
    package let path: PathValues
    package let query: QueryString
    /// Carries the request id.
    package let logger: Logger
    /// The connection, for handlers that write to it in their own way.
    package let channel: any Channel
    /// Lets a handler use up an allowance that is not the caller's own (`charge(account:)`).
    let rateLimiter: any RateLimiting
    let rateRules: RateRules

    /// The caller, for endpoints that always have one.
    ///
    /// - Throws: `CatalogError.unauthenticated` when there is none.
    package func requireCaller() throws -> Caller {
        guard let caller else { throw CatalogError(.unauthenticated, ErrorText.tokenMissing) }
        return caller
    }

    /// Uses up one request of an account's allowance at this endpoint, once the body has told which account it is about
    /// (rulings 11 and 33: login, register and refresh).
    ///
    /// - Parameter account: any text that stands for the account, for example its folded name.
    /// - Throws: `CatalogError.rateLimited`.
    package func charge(account: String) async throws {
        guard let rule = rateRules.rule(for: endpoint.rateClass) else { return }
        let decision = await rateLimiter.charge(RateKey("account:\(account)", endpoint: endpoint), rule)
        guard decision.isAllowed else { throw RateLimitExceeded(decision: decision, rule: rule) }
    }
}

/// What Hummingbird knows before a request is routed.
package struct ConnectionContext: InitializableFromSource, Sendable {
    let channel: any Channel
    let logger: Logger

    package init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }
}
