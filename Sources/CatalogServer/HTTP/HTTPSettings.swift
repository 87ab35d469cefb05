/// The settings that the HTTP shell reads (`server.*`, `rate_limit.*`).
package struct HTTPSettings: Sendable {
    /// Files of a certificate chain and its key, both PEM.
    package struct TLSFiles: Sendable, Equatable {
        /// Path of the chain, the server's own certificate first.
        package let certificate: String
        /// Path of the key that belongs to it.
        package let key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The name or address to listen on.
    package var host: String
    /// 0 picks a free one.
    package var port: Int
    /// Nil serves plain HTTP.
    package var tls: TLSFiles?
    package var trustedProxies: [String]
    package var corsAllowedOrigins: [String]
    package var rateRules: RateRules
    package var connectionLimits: ConnectionLimits

    /// The defaults are those of the settings' table.
    package init(
        host: String = "127.0.0.1", port: Int = 8_080, tls: TLSFiles? = nil, trustedProxies: [String] = [],
        corsAllowedOrigins: [String] = [], rateRules: RateRules = RateRules()
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.trustedProxies = trustedProxies
        self.corsAllowedOrigins = corsAllowedOrigins
        self.rateRules = rateRules
        connectionLimits = ConnectionLimits()
    }

    /// `host:port` as URLs have it, with the brackets of IPv6 (RFC 3986 section 3.2.2).
    package func address(port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
