import Synchronization

/// What the shell counts about requests.
///
/// Labels carry route templates, never paths.
final class HTTPMetrics: Sendable {
    /// Numbers of one method, one template and one class of status.
    struct Series: Sendable {
        let duration: Histogram
        let requests: Counter
        let bytes: Counter
        let size: Histogram
    }

    private static let durationBounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    private static let sizeBounds: [Double] = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 16_777_216]

    /// Requests and other work in progress; everything that runs in the background adds to it.
    let activeTasks: Gauge
    /// Answers that ended before their last byte although the client was there.
    let brokenStreams: Counter
    private let registry: MetricsRegistry
    /// Looked up for every request, so not through the registry.
    private let known = Mutex<[String: Series]>([:])

    init(_ registry: MetricsRegistry) {
        self.registry = registry
        brokenStreams = registry.counter(
            "catalogizer_http_broken_streams_total", "Answers that the server could not finish.")
        activeTasks = registry.gauge("catalogizer_active_tasks", "Requests and background work in progress.")
    }

    /// Counts one request.
    ///
    /// Methods that we do not know become `OTHER`; a path that no endpoint has has no `route`.
    func record(method: String, route: String?, status: Int, seconds: Double, bytes: Int) {
        let verb = HTTPMetrics.methods.contains(method) ? method : "OTHER"
        let numbers = series(verb, route ?? "unmatched", status / 100)
        numbers.duration.observe(seconds)
        numbers.requests.increment()
        numbers.bytes.increment(by: UInt64(max(0, bytes)))
        numbers.size.observe(Double(bytes))
    }

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private func series(_ method: String, _ route: String, _ statusClass: Int) -> Series {
        let key = "\(method) \(route) \(statusClass)"
        if let found = known.withLock({ $0[key] }) { return found }
        let labels = [("method", method), ("route", route), ("status", "\(statusClass)xx")]
        let made = Series(
            duration: registry.histogram(
                "catalogizer_http_request_duration_seconds", "Time from a request's head to the end of its answer.",
                labels, bounds: HTTPMetrics.durationBounds),
            requests: registry.counter("catalogizer_http_requests_total", "Requests answered.", labels),
            bytes: registry.counter("catalogizer_http_response_bytes_total", "Bytes of response bodies.", labels),
            size: registry.histogram(
                "catalogizer_http_response_size_bytes", "Size of response bodies.", labels,
                bounds: HTTPMetrics.sizeBounds))
        known.withLock { $0[key] = made }
        return made
    }
}
