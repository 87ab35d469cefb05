import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import Synchronization
import Testing

/// Copies that nobody waits for.
@Suite struct CopyJobContractTests {
    private static func body(_ more: String = "") -> String {
        #"{"source_path":"media:films/a film.mkv","dest_path":"c.mkv","storage_id":"other","async":true\#(more)}"#
    }

    @Test func `A copy becomes a job that can be followed to its end`() async throws {
        try await CatalogAPI.withRoots { api in
            let answer = try await api.post("copy/storage", Self.body())
            #expect(answer.status == 202)
            let queued = try answer.object()
            #expect(queued["status"] as? String == "queued" && queued["destination"] as? String == "c.mkv")
            let copy = try await api.waitForCopy(try #require(queued["job_id"] as? Int))
            #expect(copy["status"] as? String == "completed" && copy["progress"] as? Int == 100, "\(copy)")
            #expect(copy["total_bytes"] as? Int == 1_300_000)
            #expect(copy["error_message"] is NSNull)
            #expect(api.content("other/c.mkv") == CopyContent.film)
            #expect(try await api.get("catalog-info/other/c.mkv").status == 200)
        }
    }

    @Test func `A job to the server's machine works too`() async throws {
        try await CatalogAPI.withRoots { api in
            let body =
                #"{"source_path":"media:films/a film.mkv","destination_path":"\#(api.server.transfer)/c","async":true}"#
            let job = try await api.post("copy/local", body).object()["job_id"] as? Int
            #expect(try await api.waitForCopy(job ?? 0)["status"] as? String == "completed")
            #expect(
                FileManager.default.contents(atPath: api.server.transfer + "/c").map { Array($0) } == CopyContent.film)
        }
    }

    @Test func `One that needs a place of the server is for the server, whoever has the root`() async throws {
        try await CatalogAPI.withRoots { api in
            try await api.server.pinRoots(to: "another node")
            let body =
                #"{"source_path":"media:films/a film.mkv","destination_path":"\#(api.server.transfer)/c","async":true}"#
            let job = try await api.post("copy/local", body).object()["job_id"] as? Int
            #expect(try await api.waitForCopy(job ?? 0)["status"] as? String == "completed")
        }
    }

    @Test func `What could not begin is refused at once`() async throws {
        try await CatalogAPI.withRoots { api in
            try api.server.write("other/c.mkv", [1])
            #expect(try await api.post("copy/storage", Self.body()).status == 409)
            let absent = Self.body().replacing("a film.mkv", with: "none")
            let answer = try await api.post("copy/storage", absent)
            #expect(answer.status == 404 && answer.text == #"{"error":"Source file not found"}"#)
        }
    }

    @Test func `A copy that runs is shown, is alone, and can be stopped`() async throws {
        try await CatalogAPI.withRoots { api in
            let isOpen = Mutex(false)
            api.server.faults.before(.finish) { _ in
                while !isOpen.withLock({ $0 }) { usleep(1_000) }
            }
            let job = try #require(try await api.post("copy/storage", Self.body()).object()["job_id"] as? Int)
            while try await api.get("copy/jobs/\(job)").object()["done_bytes"] as? Int == 0 {}
            let shown = try await api.get("copy/jobs/\(job)").object()
            #expect(shown["status"] as? String == "running" && shown["phase"] as? String == "copying")
            #expect(shown["destination"] as? String == "c.mkv")
            let second = try await api.post("copy/storage", Self.body())
            #expect(
                second.text
                    == #"{"error":"A copy to this destination is already running","job_id":\#(job),"status":"running"}"#
            )
            let now = try await api.post("copy/storage", Self.body().replacing(#","async":true"#, with: ""))
            #expect(now.status == 409 && now.text.contains("Another copy to this destination is running"))
            // Others see nothing of it.
            let stranger = try await api.get("copy/jobs/\(job)", token: api.viewer)
            #expect(stranger.status == 404 && stranger.text == #"{"error":"Copy not found"}"#)
            #expect(try await api.post("copy/jobs/\(job)/cancel", token: api.viewer).status == 404)
            #expect(try await api.post("copy/jobs/\(job)/cancel").status == 200)
            isOpen.withLock { $0 = true }
            #expect(try await api.waitForCopy(job)["status"] as? String == "cancelled")
            #expect(api.names("other") == ["old.txt"])
            #expect(try await api.post("copy/jobs/\(job)/cancel").status == 409)
        }
    }

    @Test func `A job whose storage goes away goes on when it is there again`() async throws {
        try await CatalogAPI.withRoots { api in
            api.server.faults.leaveRoom(1 << 20, then: MemoryFaults.away)
            let job = try #require(try await api.post("copy/storage", Self.body()).object()["job_id"] as? Int)
            while api.names("other").count < 2 { try await Task.sleep(for: .milliseconds(1)) }
            while try await api.get("copy/jobs/\(job)").object()["status"] as? String != "queued" {}
            api.server.faults.leaveRoom(1_300_000 - 1 << 20 + 10)
            // Its next attempt is due after some seconds of the server's clock.
            api.server.clock.advance(by: .seconds(10))
            #expect(try await api.waitForCopy(job)["status"] as? String == "completed")
            #expect(api.content("other/c.mkv") == CopyContent.film)
            #expect(api.names("other") == ["c.mkv", "old.txt"])
        }
    }

    @Test func `What a stopped copy has left on a storage that is away goes when it is back`() async throws {
        try await CatalogAPI.withRoots { api in
            let faults = api.server.faults
            faults.leaveRoom(1 << 20, then: MemoryFaults.away)
            faults.before(.remove) { _ in throw MemoryFaults.away }
            let job = try #require(try await api.post("copy/storage", Self.body()).object()["job_id"] as? Int)
            while api.names("other").count < 2 { try await Task.sleep(for: .milliseconds(1)) }
            while try await api.get("copy/jobs/\(job)").object()["status"] as? String != "queued" {}
            #expect(try await api.post("copy/jobs/\(job)/cancel").status == 200)
            #expect(try await api.waitForCopy(job)["status"] as? String == "cancelled")
            let leftovers = api.server.services.leftoverParts(logger: ShellFixture.quietLogger)
            try await leftovers.look()
            #expect(api.names("other").count == 2)
            faults.before(.remove, nil)
            try await leftovers.look()
            #expect(api.names("other") == ["old.txt"])
        }
    }

    @Test func `A copy that has run for hours waits for its storage as one that has just begun`() async throws {
        try await CatalogAPI.withRoots { api in
            let (faults, clock) = (api.server.faults, api.server.clock)
            faults.leaveRoom(1 << 20, then: MemoryFaults.away)
            faults.before(.write) { number in if number == 1 { clock.advance(by: .seconds(7_200)) } }
            let job = try #require(try await api.post("copy/storage", Self.body()).object()["job_id"] as? Int)
            while faults.calls(.write) < 2 { try await Task.sleep(for: .milliseconds(1)) }
            while try await api.get("copy/jobs/\(job)").object()["status"] as? String == "running" {}
            faults.leaveRoom(nil)
            clock.advance(by: .seconds(10))
            #expect(try await api.waitForCopy(job)["status"] as? String == "completed")
            #expect(api.content("other/c.mkv") == CopyContent.film)
        }
    }

    @Test func `A storage that does not keep what it is given is not tried again`() async throws {
        try await CatalogAPI.withRoots { api in
            api.server.faults.before(.finish) { _ in
                for name in api.names("other") where name.hasPrefix(".catalogizer-") {
                    let part = try FileHandle(forUpdating: URL(filePath: api.server.tree + "/other/" + name))
                    try part.seek(toOffset: 1_000)
                    try part.write(contentsOf: [UInt8](repeating: 0, count: 9))
                    try part.close()
                }
            }
            let job = try #require(try await api.post("copy/storage", Self.body()).object()["job_id"] as? Int)
            let copy = try await api.waitForCopy(job)
            #expect(copy["status"] as? String == "failed", "\(copy)")
            #expect(
                copy["error_message"] as? String == "The copy does not have the content of its source and was removed")
            #expect(api.names("other") == ["old.txt"])
        }
    }

    @Test func `The oldest copies that are over are forgotten`() async throws {
        try await CatalogAPI.withRoots { api in
            try await api.server.database.write { connection in
                try connection.executeScript(
                    """
                    WITH RECURSIVE number (n) AS (
                        SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < \(Limits.copiesKept + 5))
                    INSERT INTO jobs (kind, payload, status, priority, run_at_us, attempts, attempts_max,
                        cancel_requested, created_at_us, finished_at_us)
                    SELECT 'copy', '{}', 'completed', 0, 0, 1, 1, 0, 0, 1 FROM number;
                    INSERT INTO copies (id, requested_by, source, destination, phase, done_bytes, total_bytes,
                        updated_at_us)
                    SELECT id, 1, 'a', 'b', '', 0, 0, 0 FROM jobs WHERE kind = 'copy';
                    """)
            }
            let answer = try await api.post("copy/storage", Self.body())
            let job = try #require(try answer.object()["job_id"] as? Int)
            #expect(try await api.waitForCopy(job)["status"] as? String == "completed")
            for table in ["copies", "jobs WHERE kind = 'copy'"] {
                let statement = SQLStatement("SELECT COUNT(*) FROM \(table)")
                let count = try await api.server.database.read { try $0.firstRow(statement) { $0.integer(0) } }
                #expect(count == Int64(Limits.copiesKept), "\(table)")
            }
        }
    }

    @Test func `Who listens hears how far a copy is`() async throws {
        try await CatalogAPI.withRoots { api in
            let connection = try RawConnection(port: api.port)
            try await connection.send(
                "GET /api/v1/events?channels=copy_updates HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(api.admin)\r\n\r\n"
            )
            _ = try await connection.receiveAll { $0.contains("retry:") }
            let job = try #require(try await api.post("copy/storage", Self.body()).object()["job_id"] as? Int)
            let events = try await connection.receiveAll { $0.contains(#""status":"completed""#) }
            #expect(events.contains(#""type":"copy_progress","data":{"job_id":\#(job),"storage_root_id":2,"#))
            #expect(events.contains(#""phase":"copying""#) && events.contains(#""progress":100"#))
            #expect(!events.contains("a film"))
            connection.close(isReset: false)
        }
    }
}
