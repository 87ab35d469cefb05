import CatalogTestSupport
import Foundation
import Testing

/// Duplicates on other machines are removed as those on this one are, over real servers.
@Suite struct RemoteDuplicateTests {
    private static let kinds: [TestStorageServer.Kind] = [.smb, .nfs, .ftp, .webdav]
    private static let film = [UInt8](repeating: 7, count: 300_000)
    private static let text = [UInt8](repeating: 8, count: 3_000)

    @Test(.timeLimit(.minutes(20)), arguments: kinds)
    func `What another storage has goes, and what differs by then stays`(kind: TestStorageServer.Kind) async throws {
        try await TestStorageServer.with(kind) { server in
            let share = try ScratchDirectory(in: server.share)
            for directory in ["films", "old"] { try share.makeDirectory([directory]) }
            for path in [["films", "a.mkv"], ["old", "a copy.mkv"]] { try share.writeFile(path, Self.film) }
            for name in ["b.txt", "c.txt"] { try share.writeFile(["films", name], [UInt8](name.utf8) + Self.text) }
            try await CatalogAPI.with { api in
                try api.server.write("usb/a.mkv", Self.film)
                for name in ["b.txt", "c.txt"] { try api.server.write("usb/\(name)", [UInt8](name.utf8) + Self.text) }
                try await api.addTree("usb")
                try await add(kind, server.url(of: share.path), api)
                let plan = try PlanView(
                    try await api.post("duplicates/plan", #"{"keep":[{"rule":"root_order","roots":["usb"]}]}"#))
                #expect(plan.totals["files"] == 4, "\(plan.totals)")
                // Of the same size, and no scan sees it.
                try share.writeFile(["films", "c.txt"], [UInt8]("d.txt".utf8) + Self.text)
                try #require(try await api.post("duplicates/plan/\(plan.id)/apply").status == 202)
                let done = try await api.waitForPlan(plan.id)
                #expect(done.status == "completed" && done.states == ["kept": 3, "removed": 3, "skipped": 1])
                #expect(names(share, "films") == ["c.txt"] && names(share, "old") == [])
                #expect(api.names("usb") == ["a.mkv", "b.txt", "c.txt"])
                // The catalog has known it without a scan.
                let scan = try await api.scan("nas").object()
                #expect(scan["files_deleted"] as? Int == 0, "\(scan)")
                try await api.server.waitForHashes()
                #expect(try await DuplicateTruth.differences(api.server.database) == [])
            }
        }
    }

    /// Adds the storage root `nas` at a URL, scans it and waits for its hashes.
    private func add(_ kind: TestStorageServer.Kind, _ url: String, _ api: CatalogAPI) async throws {
        let login = kind == .nfs ? "" : #","username":"catalogizer","password":"catalogizer""#
        let root = #"{"name":"nas","protocol":"\#(kind.rawValue)","url":"\#(url)","timeout":300\#(login)}"#
        let made = try await api.post("storage/roots", root)
        try #require(made.status == 201, "\(made.text)")
        let scan = try await api.scan("nas")
        try #require(try scan.object()["status"] as? String == "completed", "\(scan.text)")
        try await api.server.waitForHashes()
    }

    private func names(_ share: ScratchDirectory, _ directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: share.path + "/" + directory)) ?? []).sorted()
    }
}
