import CatalogCore
package import Hummingbird
package import Logging
package import NIOCore

/// What a handler knows about the request beside the request itself.
package struct AppRequestContext: Sendable {
    /// Nil where the endpoint wants none, or makes it optional.
    package let caller: Caller?
    package let path: PathValues
    package let query: QueryString
    /// The connection, for handlers that write to it in their own way.
    package let channel: any Channel
    let exchange: Exchange
    /// The stream ticket that the request counts on, not yet used up.
    var ticket: String?
    private let route: Route

    init(
        exchange: Exchange, route: Route, caller: Caller?, path: PathValues, query: QueryString, channel: any Channel
    ) {
        self.exchange = exchange
        self.route = route
        self.caller = caller
        self.path = path
        self.query = query
        self.channel = channel
    }

    /// Goes back as `X-Request-ID` and stands in every log line about the request.
    package var requestID: String { exchange.requestID }

    /// The endpoint that the request was routed to.
    package var endpoint: Endpoint { route.endpoint }

    /// Where the request comes from, behind proxies that are trusted.
    package var clientAddress: ClientAddress { exchange.clientAddress }

    /// Carries the request id.
    ///
    /// Made anew each time, so keep it when more than one line is written.
    package var logger: Logger { exchange.logger }

    /// Whether only the header fields are wanted.
    ///
    /// The shell drops the body by itself; a handler may save itself the work.
    package var isHead: Bool { exchange.isHead }

    /// The caller, for endpoints that always have one.
    ///
    /// - Throws: `CatalogError.unauthenticated` when there is none.
    package func requireCaller() throws -> Caller {
        guard let caller else { throw CatalogError(.unauthenticated, ErrorText.tokenMissing) }
        return caller
    }

    /// Uses up one request of an account's allowance at this endpoint, once the body has told which account it is about
    /// (login, register and refresh).
    ///
    /// - Parameter account: any text that stands for the account: its number, or the folded name that nobody has.
    /// - Throws: what becomes 429.
    package func charge(account: String) async throws {
        let services = exchange.services
        guard let rule = services.settings.rateRules.rule(for: endpoint.rateClass) else { return }
        let decision = await services.rateLimiter.charge(RateKey("account:\(account)", endpoint: endpoint), rule)
        guard decision.isAllowed else {
            exchange.charged(decision, rule)
            throw RateLimitExceeded(decision: decision, rule: rule)
        }
    }
}

/// What Hummingbird knows before a request is routed.
package struct ConnectionContext: InitializableFromSource, Sendable {
    let channel: any Channel
    let logger: Logger

    /// Takes what Hummingbird's own application hands over; tests without a socket come this way.
    package init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }
}
