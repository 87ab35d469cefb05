package import CatalogCore
import HTTPTypes
import Hummingbird
package import NIOCore
import NIOPosix

/// Answers monitors and proxies.
package struct HealthRoutes: Sendable {
    /// Whether reading works.
    let health: HealthService
    /// Whether everything works that requests need.
    let readiness: HealthService
    let metrics: MetricsRegistry
    let time: TimeSource
    /// When the process started, in microseconds since 1970.
    let startedAt: Int64
    /// The finished OpenAPI document.
    let document: ByteBuffer

    package init(
        health: HealthService, readiness: HealthService, metrics: MetricsRegistry, time: TimeSource, startedAt: Int64,
        document: ByteBuffer
    ) {
        self.health = health
        self.readiness = readiness
        self.metrics = metrics
        self.time = time
        self.startedAt = startedAt
        self.document = document
    }

    /// One for each of `HealthEndpoints`.
    package var handlers: [EndpointHandler] {
        [
            EndpointHandler("health.summary", summary),
            EndpointHandler("health.live", live),
            EndpointHandler("health.ready", ready),
            EndpointHandler("health.metrics", metricsText),
            EndpointHandler("health.openapi", openAPI),
        ]
    }

    @Sendable private func summary(_: Request, _: AppRequestContext) async throws -> Response {
        let isHealthy = await health.report().isHealthy
        var json = JSONWriter(capacity: 64)
        json.beginObject()
        json.field("status", isHealthy ? "healthy" : "unhealthy")
        json.field("time", time: time.now)
        json.endObject()
        return json.response(status: isHealthy ? .ok : .serviceUnavailable)
    }

    @Sendable private func live(_: Request, _: AppRequestContext) async throws -> Response {
        probe(isHealthy: true, outcomes: nil)
    }

    @Sendable private func ready(_: Request, _ context: AppRequestContext) async throws -> Response {
        // A bare `?verbose` is what other servers' probes are called with.
        let isVerbose = try context.query["verbose"] == "" || context.query.bool("verbose") ?? false
        let report = await readiness.report()
        return probe(isHealthy: report.isHealthy, outcomes: isVerbose ? report.outcomes : nil)
    }

    private func probe(isHealthy: Bool, outcomes: [(name: String, problem: String?)]?) -> Response {
        var json = JSONWriter(capacity: 128)
        json.beginObject()
        json.field("status", isHealthy ? "ok" : "failed")
        if let outcomes {
            json.beginObject("checks")
            for outcome in outcomes {
                json.key(dynamic: outcome.name)
                json.string(outcome.problem ?? "ok")
            }
            json.endObject()
        }
        json.endObject()
        return json.response(status: isHealthy ? .ok : .serviceUnavailable)
    }

    @Sendable private func metricsText(_: Request, _: AppRequestContext) async throws -> Response {
        let startedAt = self.startedAt
        let process = try await NIOThreadPool.singleton.runIfActive { ProcessMetrics.text(startedAt: startedAt) }
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text() + process)))
    }

    @Sendable private func openAPI(_: Request, _: AppRequestContext) async throws -> Response {
        .json(document)
    }
}
