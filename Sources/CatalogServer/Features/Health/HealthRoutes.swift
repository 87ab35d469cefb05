package import CatalogCore
import HTTPTypes
import Hummingbird
package import NIOCore

/// Answers monitors and proxies.
package struct HealthRoutes: Sendable {
    /// Whether reading works.
    let health: HealthService
    /// Whether everything works that requests need.
    let readiness: HealthService
    let metrics: MetricSources
    let time: TimeSource
    /// The finished OpenAPI document.
    let document: ByteBuffer

    package init(
        health: HealthService, readiness: HealthService, metrics: MetricSources, time: TimeSource, document: ByteBuffer
    ) {
        self.health = health
        self.readiness = readiness
        self.metrics = metrics
        self.time = time
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

    @Sendable private func metricsText(_ request: Request, _: AppRequestContext) async throws -> Response {
        let families = try await metrics.families()
        let format = HealthRoutes.format(request.headers[.accept])
        let type =
            switch format {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        return Response(
            status: .ok, headers: [.contentType: type, .vary: "Accept"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: MetricFamily.text(of: families, format))))
    }

    private static func format(_ accept: String?) -> MetricFamily.Format {
        let weights = WeightedList(accept ?? "")
        let open = weights.weight(of: "application/openmetrics-text") ?? 0
        return open > 0 && open >= weights.weight(of: "text/plain") ?? 0 ? .openMetrics : .prometheus
    }

    @Sendable private func openAPI(_: Request, _: AppRequestContext) async throws -> Response {
        .json(document)
    }
}
