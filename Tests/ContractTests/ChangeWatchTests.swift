import CatalogServer
import CatalogTestSupport
import Foundation
import Logging
import ServiceLifecycle
import Testing

/// What changes in a local root is in the catalog without anybody asking for a scan.
@Suite struct ChangeWatchTests {
    /// A scanned root `media` that is watched while `body` runs.
    ///
    /// - Parameter prepare: called when the root is scanned and nobody watches it yet.
    private func withWatched(
        after prepare: @escaping @Sendable (CatalogAPI) async throws -> Void = { _ in },
        _ body: @escaping @Sendable (CatalogAPI) async throws -> Void
    ) async throws {
        try await CatalogAPI.with { api in
            try api.server.write("films/Alien.mkv", [1, 2, 3])
            try api.server.write("films/old/Metropolis.mkv", [1, 2])
            try await api.addRoot()
            try await api.scan()
            try await prepare(api)
            let services = api.server.services
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let group = ServiceGroup(
                services: [services.followChanges(logger: logger)], logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                // The scan that sees what nobody watched is the sign that the watch has begun.
                try await wait {
                    let scans = try await api.get("scans").objects("scans")
                    return scans.count > 1 && scans.allSatisfy { $0["status"] as? String == "completed" }
                }
                try await body(api)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    /// What a test waits for did not come.
    private struct NeverSeen: Error {
        let line: Int
    }

    private func wait(line: Int = #line, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + Patience.limit
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw NeverSeen(line: line) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func names(_ api: CatalogAPI, _ path: String) async throws -> [String] {
        try await api.get("catalog/media\(path)?limit=500").strings("name").sorted()
    }

    @Test(.timeLimit(.minutes(20))) func `New, changed, renamed and removed files are seen as they come and go`()
        async throws
    {
        try await withWatched { api in
            let tree = api.server.tree
            try api.server.write("films/Blade Runner.mkv", [1, 2, 3, 4])
            // The search follows the catalog a moment later.
            try await wait { try await api.get("search?query=runner").objects("files").count == 1 }
            let id = try await api.id(of: "films/Blade%20Runner.mkv")
            try api.server.write("films/Blade Runner.mkv", [UInt8](repeating: 1, count: 99))
            try await wait { try await api.get("search?query=runner").objects("files").first?["size"] as? Int == 99 }
            try FileManager.default.moveItem(
                atPath: tree + "/films/Blade Runner.mkv", toPath: tree + "/films/old/Runner.mkv")
            try await wait { try await names(api, "/films/old").contains("Runner.mkv") }
            // While the scan runs the file may have two rows, and the search follows the catalog.
            try await wait { try await names(api, "/films") == ["Alien.mkv", "old"] }
            try await wait {
                try await api.get("search?query=runner").objects("files").map { $0["id"] as? Int } == [id]
            }
            try FileManager.default.removeItem(atPath: tree + "/films/old/Runner.mkv")
            try await wait { try await names(api, "/films/old") == ["Metropolis.mkv"] }
            let totals = try await api.get("stats/overall").object()["data"] as? [String: Any]
            #expect(totals?["total_files"] as? Int == 2 && totals?["total_size"] as? Int == 5)
        }
    }

    @Test(.timeLimit(.minutes(20))) func `What comes in a new directory, and later, is seen too`() async throws {
        try await withWatched { api in
            let tree = api.server.tree
            try FileManager.default.createDirectory(atPath: tree + "-new/a/b", withIntermediateDirectories: true)
            try Data([1]).write(to: URL(fileURLWithPath: tree + "-new/a/b/deep.mkv"))
            try FileManager.default.moveItem(atPath: tree + "-new", toPath: tree + "/new")
            try await wait { try await names(api, "/new/a/b") == ["deep.mkv"] }
            try api.server.write("new/a/b/later.mkv", [1])
            try await wait { try await names(api, "/new/a/b") == ["deep.mkv", "later.mkv"] }
            // Under its new name it is watched as before.
            try FileManager.default.moveItem(atPath: tree + "/new", toPath: tree + "/newer")
            try await wait { try await names(api, "/newer/a/b") == ["deep.mkv", "later.mkv"] }
            try api.server.write("newer/a/b/last.mkv", [1])
            try await wait { try await names(api, "/newer/a/b").contains("last.mkv") }
            #expect(try await api.get("catalog/media/new").status == 404)
        }
    }

    @Test(.timeLimit(.minutes(20))) func `Directories that came while nobody watched are watched from then on`()
        async throws
    {
        try await withWatched { api in
            try api.server.write("films/fresh/deep/one.mkv", [1])
        } _: { api in
            try api.server.write("films/fresh/deep/two.mkv", [1])
            try await wait { try await names(api, "/films/fresh/deep") == ["one.mkv", "two.mkv"] }
            try FileManager.default.removeItem(atPath: api.server.tree + "/films/fresh/deep/one.mkv")
            try await wait { try await names(api, "/films/fresh/deep") == ["two.mkv"] }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `Removals that the brake holds wait for a person, however often something changes`() async throws {
        try await withWatched { api in
            for number in 0..<150 { try api.server.write("many/\(number)", [1]) }
            try await wait { try await names(api, "/many").count == 150 }
            // At once: what goes one by one may be seen in parts.
            try FileManager.default.moveItem(atPath: api.server.tree + "/many", toPath: api.server.tree + "-aside")
            try await wait {
                try await api.get("scans").objects("scans").contains { $0["status"] as? String == "needs_confirmation" }
            }
            try api.server.write("films/more.mkv", [1])
            try await wait { try await names(api, "/films").contains("more.mkv") }
            let parked = try await api.get("scans").objects("scans").first {
                $0["removal_state"] as? String == "needs_confirmation"
            }
            #expect(parked?["removals_parked"] as? Int == 151, "\(String(describing: parked))")
            #expect(try await names(api, "/many").count == 150)
            let job = try #require(parked?["job_id"] as? Int)
            // A scan of what has changed meanwhile may run.
            try await wait { try await api.post("scans/\(job)/confirm").status == 202 }
            try await wait { try await api.get("catalog/media/many").status == 404 }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func `A scan that somebody asked for is not disturbed, and nobody can ask for one of changes`() async throws {
        try await withWatched { api in
            #expect(
                try await api.post("scans", #"{"storage_root_id":"media","scan_type":"watch"}"#).status == 400)
            for round in 0..<3 {
                try api.server.write("round-\(round)/file", [1])
                // Whatever the program does by itself at this moment is waited for.
                let queued = try await api.post("scans", #"{"storage_root_id":"media"}"#)
                #expect(queued.status == 202, "\(queued.text)")
                let scan = try await api.waitForScan(try #require(try queued.object()["job_id"] as? Int)) {
                    !["queued", "running"].contains($0["status"] as? String)
                }
                #expect(try scan.object()["error_count"] as? Int == 0, "\(scan.text)")
                try await wait { try await names(api, "/round-\(round)") == ["file"] }
            }
        }
    }
}
