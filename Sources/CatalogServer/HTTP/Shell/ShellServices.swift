package import CatalogCore
package import NIOCore

/// What the shell works with; one for the life of the server.
package final class ShellServices: Sendable {
    let settings: HTTPSettings
    let authenticator: any RequestAuthenticator
    let rateLimiter: any RateLimiting
    let trust: ProxyTrust
    let crossOrigin: CrossOrigin
    let metrics: HTTPMetrics
    let executors: EventLoopExecutors
    let date: DateHeader
    let time: TimeSource
    let streams = LiveStreams()

    /// `group` holds the event loops of the server; nil where there is no socket.
    ///
    /// - Throws: `ProxyTrust.InvalidProxy`.
    package init(
        settings: HTTPSettings, authenticator: any RequestAuthenticator, rateLimiter: any RateLimiting,
        registry: MetricsRegistry, time: TimeSource, group: (any EventLoopGroup)?
    ) throws {
        self.settings = settings
        self.authenticator = authenticator
        self.rateLimiter = rateLimiter
        self.time = time
        trust = try ProxyTrust(settings.trustedProxies)
        crossOrigin = CrossOrigin(settings.corsAllowedOrigins)
        metrics = HTTPMetrics(registry)
        executors = EventLoopExecutors(group)
        date = DateHeader(time)
    }
}
