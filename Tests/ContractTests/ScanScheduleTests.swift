import CatalogServer
import CatalogTestSupport
import HTTPTypes
import Logging
import Testing

/// Scans that nobody asks for.
@Suite struct ScanScheduleTests {
    private static let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func withScheduled(
        _ schedule: String, _ body: @escaping @Sendable (CatalogAPI, ScanScheduler) async throws -> Void
    ) async throws {
        try await CatalogAPI.with { api in
            let made = try await api.post(
                "storage/roots", #"{"name":"media","protocol":"local","path":"\#(api.server.tree)",\#(schedule)}"#)
            try #require(made.status == 201, "\(made.text)")
            try await api.scan()
            let time = api.server.clock.source
            try await body(api, api.server.services.schedule(time: time, logger: Self.quietLogger))
        }
    }

    private func scans(_ api: CatalogAPI) async throws -> Int { try await api.get("scans").objects("scans").count }

    @Test func `A root is scanned when its time has come, and not before`() async throws {
        try await withScheduled(#""scan_interval":3600"#) { api, scheduler in
            api.server.clock.advance(by: .seconds(3_599))
            try await scheduler.look()
            #expect(try await scans(api) == 1)
            api.server.clock.advance(by: .seconds(1))
            try await scheduler.look()
            // A second look does not ask again.
            try await scheduler.look()
            #expect(try await scans(api) == 2)
            let scan = try #require(try await api.get("scans").objects("scans").first)
            #expect(scan["scan_type"] as? String == "incremental")
            try await api.waitForScan(try #require(scan["job_id"] as? Int)) { $0["status"] as? String == "completed" }
            api.server.clock.advance(by: .seconds(3_600))
            try await scheduler.look()
            #expect(try await scans(api) == 3)
        }
    }

    @Test func `In its quiet window nothing begins`() async throws {
        try await withScheduled(#""scan_interval":60,"quiet_window":"00:00-23:59""#) { api, scheduler in
            api.server.clock.advance(by: .seconds(3_600))
            try await scheduler.look()
            #expect(try await scans(api) == 1)
            #expect(try await api.send(.put, "storage/roots/media", #"{"quiet_window":null}"#).status == 200)
            try await scheduler.look()
            #expect(try await scans(api) == 2)
        }
    }

    @Test func `A root of this machine is scanned once a day, though nobody has said so`() async throws {
        try await withScheduled(#""scan_interval":null"#) { api, scheduler in
            api.server.clock.advance(by: .seconds(86_399))
            try await scheduler.look()
            #expect(try await scans(api) == 1)
            api.server.clock.advance(by: .seconds(1))
            try await scheduler.look()
            #expect(try await scans(api) == 2)
        }
    }

    @Test func `The schedule is shown, changed in parts, and refused when it makes no sense`() async throws {
        try await withScheduled(#""scan_interval":7200,"quiet_window":"22:00-06:00""#) { api, _ in
            let change = { (body: String) in try await api.send(.put, "storage/roots/media", body) }
            let root = try await change(#"{"scan_interval":0}"#).object()
            #expect(root["scan_interval"] as? Int == 0 && root["quiet_window"] as? String == "22:00-06:00")
            let plain = try await change(#"{"scan_interval":null,"quiet_window":""}"#).object()
            #expect(plain["scan_interval"] as? Int == 86_400 && plain["quiet_window"] as? String == nil)
            for bad in [
                #"{"scan_interval":59}"#, #"{"scan_interval":-1}"#, #"{"scan_interval":31536001}"#,
                #"{"quiet_window":"22:00"}"#, #"{"quiet_window":"24:00-06:00"}"#, #"{"quiet_window":"6:00-7:00"}"#,
                #"{"quiet_window":"06:00-06:00"}"#, #"{"quiet_window":"06:00-07:00-08:00"}"#,
            ] {
                let answer = try await change(bad)
                #expect(answer.status == 400, "\(bad): \(answer.text)")
            }
        }
        try await CatalogAPI.with { api in
            let remote = try await api.post(
                "storage/roots", #"{"name":"nas","protocol":"ftp","url":"ftp://127.0.0.1:9/media"}"#)
            #expect(try remote.object()["scan_interval"] as? Int == 86_400)
        }
    }
}
