import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// What a scan would remove and may not without a word, over HTTP.
@Suite struct ScanRemovalContractTests {
    @Test func `Parked removals are applied when they are confirmed`() async throws {
        try await withParkedScan { api, job in
            let scan = try await api.get("scans/\(job)").object()
            #expect(scan["status"] as? String == "needs_confirmation")
            #expect(scan["removal_state"] as? String == "needs_confirmation")
            #expect(scan["removals_parked"] as? Int == 5)
            #expect(scan["removal_reason"] as? String != nil)
            #expect(try await names(api).count == 5)
            let confirmed = try await api.post("scans/\(job)/confirm")
            #expect(confirmed.status == 202)
            #expect(try confirmed.object()["job_id"] as? Int == job)
            try await api.waitForScan(job) { $0["removal_state"] as? String == "confirmed" }
            #expect(try await api.get("scans/\(job)").object()["files_deleted"] as? Int == 5)
            #expect(try await names(api).isEmpty)
            try await expectNothingToDecide(api, job)
        }
    }

    @Test func `Parked removals are dropped when they are discarded`() async throws {
        try await withParkedScan { api, job in
            #expect(try await api.post("scans/\(job)/discard").text == #"{"message":"Removals discarded"}"#)
            #expect(try await api.get("scans/\(job)").object()["removal_state"] as? String == "discarded")
            #expect(try await names(api).count == 5)
            try await expectNothingToDecide(api, job)
        }
    }

    @Test func `Who may not configure may not decide`() async throws {
        try await withParkedScan { api, job in
            for action in ["confirm", "discard", "cancel"] {
                let answer = try await api.post("scans/\(job)/\(action)", token: api.viewer)
                #expect(answer.status == 403)
            }
        }
    }

    @Test func `The scans of a deleted root are as hidden as its entries`() async throws {
        try await withParkedScan { api, job in
            #expect(try await api.send(.delete, "storage/roots/media").status == 204)
            #expect(try await api.get("scans/\(job)").status == 404)
            #expect(try await api.post("scans/\(job)/confirm").status == 404)
            let scans = try await api.get("scans").objects("scans")
            #expect(scans.isEmpty)
            // By its number it can still be forgotten.
            #expect(try await api.send(.delete, "storage/roots/1?purge=true").status == 204)
            #expect(try await api.send(.delete, "storage/roots/1?purge=true").status == 404)
        }
    }

    @Test func `A disabled root is not scanned`() async throws {
        try await CatalogAPI.with { api in
            try await api.addRoot()
            #expect(try await api.send(.put, "storage/roots/media", #"{"enabled":false}"#).status == 200)
            let answer = try await api.post("scans", #"{"storage_root_id":"media"}"#)
            #expect(answer.status == 409)
            #expect(answer.text == #"{"error":"The storage root is disabled; enable it to scan it"}"#)
        }
    }

    /// A root that lost everything, and the scan that saw it.
    private func withParkedScan(_ body: @escaping @Sendable (CatalogAPI, Int) async throws -> Void) async throws {
        try await CatalogAPI.with { api in
            for number in 0..<5 { try api.server.write("\(number).txt", [1]) }
            try await api.addRoot()
            try await api.scan()
            for number in 0..<5 { try FileManager.default.removeItem(atPath: api.server.tree + "/\(number).txt") }
            let job = try #require(try await api.scan().object()["job_id"] as? Int)
            try await body(api, job)
        }
    }

    private func names(_ api: CatalogAPI) async throws -> [String] {
        try await api.get("catalog/media").strings("name")
    }

    private func expectNothingToDecide(_ api: CatalogAPI, _ job: Int) async throws {
        for action in ["confirm", "discard"] {
            let answer = try await api.post("scans/\(job)/\(action)")
            #expect(answer.status == 409)
            #expect(try answer.object()["error"] as? String == "Scan has no removals to decide about")
        }
    }
}
