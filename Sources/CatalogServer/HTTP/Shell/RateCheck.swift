import CatalogCore

/// Uses up the allowance of a request.
enum RateCheck {
    /// Counts against the caller (a download link by itself), or against the address when there is none.
    ///
    /// - Throws: `RateLimitExceeded`.
    static func charge(
        _ exchange: Exchange, _ endpoint: Endpoint, caller: Caller?, isRanged: Bool
    ) async throws {
        let services = exchange.services
        guard let rule = services.settings.rateRules.rule(for: endpoint.rateClass) else { return }
        let subject = subject(caller, exchange.clientAddress)
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

    /// Whoever was given a link uses up the allowance of the link, and a script the one of its key, not the one of their
    /// owner.
    private static func subject(_ caller: Caller?, _ address: ClientAddress) -> String {
        guard let caller else { return "address:\(address.rateKey)" }
        if let key = caller.apiKeyID { return "key:\(key)" }
        return caller.linkID.map { "link:\($0)" } ?? "user:\(caller.userID)"
    }
}
