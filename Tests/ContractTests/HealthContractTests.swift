import CatalogCore
import CatalogServer
import CatalogTestSupport
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@Suite struct HealthContractTests {
    /// A database that breaks and heals.
    private final class Fault: Sendable {
        private let isBroken = Mutex(false)

        func set(_ value: Bool) { isBroken.withLock { $0 = value } }

        func check() throws {
            guard isBroken.withLock({ $0 }) else { return }
            throw CatalogError(.unavailable, "The database is busy", cause: "SQLITE_BUSY at /srv/data")
        }
    }

    private func fixture(
        reading: Fault = Fault(), writing: Fault = Fault(), clock: ManualClock = ManualClock(),
        readiness: HealthService? = nil
    ) throws -> ShellFixture {
        let readable = HealthService.Check("database") { try reading.check() }
        let writable = HealthService.Check("database_writable") { try writing.check() }
        let routes = HealthRoutes(
            health: HealthService(checks: [readable], time: clock.source, patience: Patience.limit),
            readiness: readiness
                ?? HealthService(checks: [readable, writable], time: clock.source, patience: Patience.limit),
            metrics: MetricSources(registry: MetricsRegistry(), startedAt: clock.now), time: clock.source,
            document: OpenAPIDocument.json)
        return try ShellFixture(
            endpoints: EndpointManifest.all.filter { $0.tag == .health }, handlers: routes.handlers)
    }

    @Test func `health is healthy with the time, and needs no token`() async throws {
        let response = try await fixture().test { try await $0.execute(uri: "/health", method: .get) }
        #expect(response.status == .ok)
        #expect(String(buffer: response.body) == #"{"status":"healthy","time":"2024-01-15T10:30:00Z"}"#)
        #expect(response.headers[text: "RateLimit"] == nil)
    }

    @Test func `health is 503 while the database does not answer, and heals by itself`() async throws {
        let fault = Fault()
        let clock = ManualClock()
        fault.set(true)
        try await fixture(reading: fault, clock: clock).test { client async throws in
            let broken = try await client.execute(uri: "/health", method: .get)
            #expect(broken.status == .serviceUnavailable)
            #expect(String(buffer: broken.body) == #"{"status":"unhealthy","time":"2024-01-15T10:30:00Z"}"#)
            fault.set(false)
            clock.advance(by: .seconds(1))
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
        }
    }

    @Test func `a database that cannot be written is alive and healthy, but not ready`() async throws {
        let fault = Fault()
        fault.set(true)
        try await fixture(writing: fault).test { client async throws in
            let live = try await client.execute(uri: "/livez", method: .get)
            #expect(live.status == .ok)
            #expect(String(buffer: live.body) == #"{"status":"ok"}"#)
            #expect(try await client.execute(uri: "/health", method: .get).status == .ok)
            let ready = try await client.execute(uri: "/readyz", method: .get)
            #expect(ready.status == .serviceUnavailable)
            #expect(String(buffer: ready.body) == #"{"status":"failed"}"#)
            let verbose = try await client.execute(uri: "/readyz?verbose", method: .get)
            #expect(
                String(buffer: verbose.body)
                    == #"{"status":"failed","checks":{"database":"ok","database_writable":"The database is busy"}}"#)
        }
    }

    @Test func `a database that does not answer is not ready, and is asked only once meanwhile`() async throws {
        let clock = ManualClock()
        let (release, releasing) = AsyncStream.makeStream(of: Void.self)
        let asked = CallCount()
        let stuck = HealthService.Check("database_writable") {
            asked.add()
            for await _ in release { return }
        }
        let readiness = HealthService(checks: [stuck], time: clock.source, patience: .milliseconds(50))
        try await fixture(clock: clock, readiness: readiness).test { client async throws in
            for _ in 0..<2 {
                let answer = try await client.execute(uri: "/readyz?verbose", method: .get)
                #expect(answer.status == .serviceUnavailable)
                #expect(
                    String(buffer: answer.body)
                        == #"{"status":"failed","checks":{"database_writable":"No answer in time"}}"#)
                clock.advance(by: .seconds(1))
            }
            #expect(asked.count == 1)
            releasing.finish()
            while try await client.execute(uri: "/readyz", method: .get).status != .ok {
                clock.advance(by: .seconds(1))
            }
        }
    }

    @Test func `metrics are the text format of Prometheus, each name with help and type`() async throws {
        let response = try await fixture().test { try await $0.execute(uri: "/metrics", method: .get) }
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        let lines = String(buffer: response.body).split(separator: "\n")
        let typed = Set(
            lines.filter { $0.hasPrefix("# TYPE ") }.compactMap { $0.split(separator: " ").dropFirst(2).first })
        #expect(
            typed.isSuperset(of: ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"]))
        for line in lines where !line.hasPrefix("#") {
            let name = line.prefix { $0 != " " && $0 != "{" }
            let family = ["_bucket", "_sum", "_count"].reduce(name) { $0.hasSuffix($1) ? $0.dropLast($1.count) : $0 }
            #expect(typed.contains(name) || typed.contains(family), "\(line)")
            #expect(Double(line.split(separator: " ").last ?? "") != nil, "\(line)")
        }
    }

    @Test func `clients that want OpenMetrics get it, to its end`() async throws {
        let accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
        let response = try await fixture().test {
            try await $0.execute(uri: "/metrics", method: .get, headers: [.accept: accept])
        }
        #expect(response.headers[.contentType] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        let text = String(buffer: response.body)
        #expect(text.contains("# TYPE process_cpu_seconds counter\nprocess_cpu_seconds_total "))
        #expect(text.hasSuffix("\n# EOF\n"))
    }

    @Test func `metrics tell about the program, its jobs, its scans and its roots`() async throws {
        try await CatalogAPI.with { api in
            let before = try await api.get("/metrics", token: "").text
            #expect(before.contains("catalogizer_build_info{version=\"unknown\"} 1\n"))
            #expect(before.contains("catalogizer_scanned_entries_total 0\n"))
            #expect(before.contains("catalogizer_jobs_running{kind=\"scan\"} 0\n"))
            #expect(before.contains("catalogizer_jobs_queued{kind=\"scan\"} 0\n"))
            #expect(!before.contains("catalogizer_storage_root_online"))
            try api.server.write("film.mkv", [1])
            try await api.addRoot()
            try await api.scan()
            let after = try await api.get("/metrics", token: "").text
            #expect(after.contains("# TYPE catalogizer_scanned_entries_total counter\n"))
            #expect(!after.contains("catalogizer_scanned_entries_total 0\n"))
            #expect(after.contains("catalogizer_storage_root_online{root=\"media\"} 1\n"))
        }
    }

    @Test func `the document is served as it is printed`() async throws {
        let response = try await fixture().test { try await $0.execute(uri: "/openapi.json", method: .get) }
        #expect(response.headers[.contentType] == "application/json")
        #expect(response.body == OpenAPIDocument.json)
    }
}
