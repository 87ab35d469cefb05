import CatalogCore

/// Uses up the allowance of a request.
enum RateCheck {
    /// Counts against the caller, or against the address when there is none.
    ///
    /// - Throws: `RateLimitExceeded`.
    static func charge(
        _ exchange: Exchange, _ endpoint: Endpoint, caller: Caller?, isRanged: Bool
    ) async throws {
        let services = exchange.services
        guard let rule = services.settings.rateRules.rule(for: endpoint.rateClass) else { return }
        let subject = caller.map { "user:\($0.userID)" } ?? "address:\(exchange.clientAddress.rateKey)"
        let key = RateKey(subject, endpoint: endpoint)
        if isRanged, endpoint.countsRangesOnce {
            let mark = RateKey("range:\(subject):\(exchange.target.path)", endpoint: endpoint)
            guard await services.rateLimiter.remember(mark) else {
                exchange.charged(await services.rateLimiter.peek(key, rule), rule)
                return
            }
        }
        let decision = await services.rateLimiter.charge(key, rule)
        exchange.charged(decision, rule)
        guard decision.isAllowed else { throw RateLimitExceeded(decision: decision, rule: rule) }
    }
}
