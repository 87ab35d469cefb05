import CatalogCore
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// When, and how much of, a storage root is read to find duplicates.
@Suite struct HashLimitContractTests {
    private static let large = 1_500_000
    /// What is read of two such files: the beginnings once, the last 64 KiB twice.
    private static let all = 2 * (large + 64 << 10)

    /// A scanned root with two large equal files and these limits.
    private func with(_ limits: String, _ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for name in ["a", "b"] { try api.server.write(name, [UInt8](repeating: 7, count: Self.large)) }
            let made = try await api.post(
                "storage/roots", #"{"name":"media","protocol":"local","path":"\#(api.server.tree)",\#(limits)}"#)
            try #require(made.status == 201, "\(made.text)")
            try await api.scan()
            try await body(api)
        }
    }

    /// A window that opens in an hour of the test's clock, for an hour.
    private static func window(_ clock: ManualClock, opensIn minutes: Int = 60) -> String {
        let start = LocalTime(microseconds: clock.now).minute + minutes
        return [start, start + 60].map { minute in
            let digits = "\(minute / 60 % 24 * 100 + minute % 60 + 10_000)".suffix(4)
            return digits.prefix(2) + ":" + digits.suffix(2)
        }.joined(separator: "-")
    }

    /// Waits until the hashing of the root is in a state.
    private func wait(for state: String, _ api: CatalogAPI) async throws -> [String: Any] {
        let deadline = ContinuousClock.now + Patience.limit
        // On another day the first token is none any more.
        let token = try await api.login("admin", "administrator")
        while true {
            let root = try await api.get("storage/roots/media", token: token).object()
            if root["hash_state"] as? String == state { return root }
            try #require(ContinuousClock.now < deadline, "\(root)")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func advance(_ api: CatalogAPI, to text: Any?) throws {
        let time = try #require((text as? String).flatMap(Timestamp.microseconds(rfc3339:)))
        api.server.clock.advance(by: .microseconds(time - api.server.clock.now))
    }

    private func groups(_ api: CatalogAPI) async throws -> Int? {
        let token = try await api.login("admin", "administrator")
        return try await api.get("stats/duplicates/count", token: token).object()["duplicate_groups"] as? Int
    }

    @Test func `Files are read when the window opens, and not before`() async throws {
        try await CatalogAPI.with { api in
            let clock = api.server.clock
            for name in ["a", "b"] { try api.server.write(name, [UInt8](repeating: 7, count: Self.large)) }
            let window = Self.window(clock)
            let made = try await api.post(
                "storage/roots",
                #"{"name":"media","protocol":"local","path":"\#(api.server.tree)","hash_window":"\#(window)"}"#)
            #expect(try made.object()["hash_window"] as? String == window)
            try await api.scan()
            let waiting = try await wait(for: "waiting_for_window", api)
            #expect(waiting["hash_bytes_pending"] as? Int == 2 * 128 << 10 && waiting["hash_bytes_today"] as? Int == 0)
            #expect(api.server.faults.calls(.openReader) == 0)
            try advance(api, to: waiting["hash_next_at"])
            let done = try await wait(for: "idle", api)
            #expect(done["hash_bytes_today"] as? Int == Self.all)
            #expect(done["hash_next_at"] is NSNull && done["hash_bytes_pending"] is NSNull)
            #expect(try await groups(api) == 1)
        }
    }

    @Test func `A budget is spread over days`() async throws {
        try await with(#""hash_budget":1048576"#) { api in
            for day in 1...2 {
                let waiting = try await wait(for: "waiting_for_budget", api)
                #expect(waiting["hash_bytes_today"] as? Int == 1 << 20 && waiting["hash_budget"] as? Int == 1 << 20)
                #expect(waiting["hash_bytes_pending"] as? Int == Self.all - day << 20)
                #expect(try await groups(api) == 0)
                try advance(api, to: waiting["hash_next_at"])
            }
            _ = try await wait(for: "idle", api)
            #expect(try await groups(api) == 1)
        }
    }

    @Test func `Who takes a limit away need not wait for the next day`() async throws {
        try await with(#""hash_budget":1048576"#) { api in
            _ = try await wait(for: "waiting_for_budget", api)
            let change = { (body: String) in try await api.send(.put, "storage/roots/media", body) }
            let closed = Self.window(api.server.clock)
            #expect(try await change(#"{"hash_budget":null,"hash_window":"\#(closed)"}"#).status == 200)
            _ = try await wait(for: "waiting_for_window", api)
            #expect(try await change(#"{"hash_window":""}"#).status == 200)
            _ = try await wait(for: "idle", api)
            #expect(try await groups(api) == 1)
        }
    }

    @Test func `Limits are shown, changed in parts, noted, and refused when they make no sense`() async throws {
        try await with(#""hash_window":"01:00-06:30","hash_budget":2000000"#) { api in
            let change = { (body: String) in try await api.send(.put, "storage/roots/media", body) }
            let root = try await change(#"{"hash_budget":5000000000000}"#).object()
            #expect(root["hash_budget"] as? Int == 5_000_000_000_000)
            #expect(root["hash_window"] as? String == "01:00-06:30")
            let plain = try await change(#"{"hash_budget":0,"hash_window":null}"#).object()
            #expect(plain["hash_budget"] as? Int == 0 && plain["hash_window"] is NSNull)
            for bad in [
                #"{"hash_budget":1048575}"#, #"{"hash_budget":-1}"#, #"{"hash_budget":1.5}"#,
                #"{"hash_budget":"1 MB"}"#, #"{"hash_window":"22:00"}"#, #"{"hash_window":"06:00-06:00"}"#,
                #"{"hash_window":"25:00-06:00"}"#, #"{"hash_budget":99999999999999999999}"#,
            ] {
                let answer = try await change(bad)
                #expect(answer.status == 400, "\(bad): \(answer.text)")
            }
            #expect(try await change(#"{"enable_duplicate_detection":false}"#).status == 200)
            _ = try await wait(for: "off", api)
        }
    }

    @Test func `How much is read is told to those who see all of a root`() async throws {
        try await with(#""hash_budget":1048576"#) { api in
            let role = try await api.post(
                "roles",
                #"{"name":"guest","permissions":["media.view"],"storage_scope":[{"root":"media","path_prefix":"a"}]}"#)
            try #require(role.status == 201, "\(role.text)")
            let token = try await api.token(ofNew: "guest", role: "guest")
            _ = try await wait(for: "waiting_for_budget", api)
            for (who, sees) in [(token, false), (api.viewer, true)] {
                let root = try await api.get("storage/roots/media", token: who).object()
                #expect((root["hash_state"] != nil) == sees && (root["hash_bytes_pending"] != nil) == sees)
                let listed = try #require(try await api.get("storage/roots", token: who).objects("roots").first)
                #expect((listed["hash_bytes_today"] != nil) == sees)
            }
        }
    }
}
