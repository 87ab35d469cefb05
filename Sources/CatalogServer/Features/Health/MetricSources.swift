import NIOPosix

/// Where the numbers of `/metrics` come from.
package struct MetricSources: Sendable {
    private let registry: MetricsRegistry
    private let activity: ActivityMetrics?
    private let startedAt: Int64

    /// - Parameters:
    ///   - registry: what the server counts itself.
    ///   - activity: nil where there is no catalog, in tests.
    ///   - startedAt: when the process started, in microseconds since 1970.
    package init(registry: MetricsRegistry, activity: ActivityMetrics? = nil, startedAt: Int64) {
        self.registry = registry
        self.activity = activity
        self.startedAt = startedAt
    }

    /// All of them as they are now.
    func families() async throws -> [MetricFamily] {
        let startedAt = self.startedAt
        let process = try await NIOThreadPool.singleton.runIfActive { ProcessMetrics.families(startedAt: startedAt) }
        return await registry.snapshot() + process + (activity?.families() ?? [])
    }
}
