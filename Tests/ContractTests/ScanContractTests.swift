import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Scans: asked for, followed, refused.
@Suite struct ScanContractTests {
    @Test func `A scan is queued, ends, and stands in the list`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("a.txt", [1])
            try await api.addRoot()
            let scan = try await api.scan()
            #expect(scan.status == 200)
            #expect(try scan.object()["status"] as? String == "completed")
            #expect(try scan.object()["files_added"] as? Int == 1)
            let job = try #require(try scan.object()["job_id"] as? Int)
            #expect(try await api.get("scans", token: api.viewer).objects("scans").first?["job_id"] as? Int == job)
            let errors = try await api.get("scans/\(job)/errors")
            #expect(try errors.object()["total"] as? Int == 0)
            let late = try await api.post("scans/\(job)/cancel")
            #expect(late.status == 409)
            #expect(try late.object()["error"] as? String == "Scan is not running")
        }
    }

    private func lastScan(_ api: CatalogAPI) async throws -> String {
        try #require(try await api.get("storage/roots/media").object()["last_scan_at"] as? String)
    }

    @Test func `One directory can be scanned by itself`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("films/old/a.txt", [1])
            try await api.addRoot()
            #expect(try await api.scan().object()["path"] is NSNull)
            let known = try await lastScan(api)
            try api.server.write("films/old/b.txt", [1, 2])
            try api.server.write("unseen.txt", [1])
            let scan = try await api.scan(path: "/films/old/").object()
            #expect(scan["path"] as? String == "films/old" && scan["files_added"] as? Int == 1)
            #expect(scan["files_found"] as? Int == 2 && scan["progress"] as? Int == 100)
            #expect(try await api.get("catalog-info/media/films").object()["size"] as? Int == 3)
            #expect(try await api.get("catalog-info/media/unseen.txt").status == 404)
            // It is no scan of the root.
            #expect(try await lastScan(api) == known)
        }
    }

    @Test(arguments: [
        (#"{"storage_root_id":"media","path":"../x"}"#, 400, #"{"error":"Invalid path"}"#),
        (#"{"storage_root_id":"media","path":"x"}"#, 404, #"{"error":"Path not found"}"#),
        (
            #"{"storage_root_id":"media","scan_type":"x"}"#, 400,
            #"{"error":"Invalid scan_type. Supported: full, incremental, quick, verify"}"#
        ),
        (#"{"storage_root_id":"none"}"#, 404, #"{"error":"Storage root not found"}"#),
        ("{}", 400, #"{"error":"Invalid request body","field":"storage_root_id"}"#),
    ])
    func `A scan that cannot be is refused`(body: String, status: Int, text: String) async throws {
        try await CatalogAPI.with { api in
            try await api.addRoot()
            let answer = try await api.post("scans", body)
            #expect(answer.status == status)
            #expect(answer.text == text)
        }
    }

    @Test(arguments: [("x", 400), ("-1", 400), ("99999999999999999999", 400), ("9999", 404)])
    func `An id that is no scan's is refused`(id: String, status: Int) async throws {
        try await CatalogAPI.with { api in
            let answer = try await api.get("scans/\(id)")
            #expect(answer.status == status)
            if status == 400 { #expect(answer.text == #"{"error":"Invalid job ID"}"#) }
        }
    }

    @Test func `An unknown channel of events is refused`() async throws {
        try await CatalogAPI.with { api in
            let answer = try await api.get("events?channels=none")
            #expect(answer.status == 400)
            let error = try #require(try answer.object()["error"] as? String)
            #expect(error.hasPrefix("Unknown channel none. Channels: scan_updates, media_updates"))
            #expect(try await api.get("events", token: "").status == 401)
        }
    }
}
