import CatalogCore
import CatalogDatabase
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Removals that do not go as planned lose nothing.
@Suite struct DuplicateRemovalContractTests {
    private static let file = [UInt8](repeating: 7, count: 3_000)

    @Test func `What is not as planned on the storage stays, and the last copy always does`() async throws {
        var files = ["nas/v": Self.file, "usb/v": Self.file]
        for name in ["w", "x", "y", "z"] {
            for root in ["nas", "usb"] { files["\(root)/\(name)"] = Array(name.utf8) + Self.file }
        }
        try await CatalogAPI.withTrees(files) { api in
            try api.write("nas/z", Array("z".utf8) + Self.file, modifiedAt: 1_700_000_000)
            try await api.scan("nas")
            try await api.server.waitForHashes()
            let plan = try PlanView(
                try await api.post("duplicates/plan", #"{"keep":[{"rule":"root_order","roots":["nas"]}]}"#))
            #expect(plan.totals["files"] == 5)
            // No scan sees any of this.
            try FileManager.default.removeItem(atPath: api.server.tree + "/nas/w")
            try api.server.write("nas/x", [1])
            try api.server.write("usb/y", Array("other".utf8))
            try api.write("nas/z", [UInt8](repeating: 1, count: 3_001), modifiedAt: 1_700_000_000)
            try #require(try await api.post("duplicates/plan/\(plan.id)/apply").status == 202)
            let done = try await api.waitForPlan(plan.id)
            #expect(done.status == "completed" && done.states == ["kept": 5, "removed": 1, "skipped": 4])
            #expect(api.names("usb") == ["w", "x", "y", "z"])
            let skipped = try PlanView(try await api.get("duplicates/plan/\(plan.id)?state=skipped"))
            #expect(skipped.json["total"] as? Int == 4 && skipped.notes.count == 4)
            #expect(skipped.notes["z"] == "Its content is not that of the kept file", "\(skipped.notes)")
            for name in ["nas", "usb"] { try await api.scan(name) }
            try await api.server.waitForHashes()
        }
    }

    @Test func `Two ways to one file are not two files`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("nas/sub/a.mkv", Self.file)
            try await api.addTree("nas")
            let place = #""path":"\#(api.server.tree)/nas/sub","allow_overlap":true"#
            let inner = #"{"name":"inner","protocol":"local",\#(place)}"#
            try #require(try await api.post("storage/roots", inner).status == 201)
            try await api.scan("inner")
            try await api.server.waitForHashes()
            let plan = try PlanView(try await api.post("duplicates/plan", #"{"keep":[{"rule":"newest"}]}"#))
            #expect(plan.lines == [])
            // Were the catalog mistaken about it, the file would stay all the same.
            try await api.server.database.write {
                try $0.executeScript("UPDATE entries SET inode = inode + 1000000 WHERE kind = 0 AND root_id = 2")
            }
            let wrong = try PlanView(try await api.post("duplicates/plan", #"{"keep":[{"rule":"newest"}]}"#))
            try #require(wrong.lines.count == 2)
            try #require(try await api.post("duplicates/plan/\(wrong.id)/apply").status == 202)
            #expect(try await api.waitForPlan(wrong.id).states == ["kept": 1, "skipped": 1])
            #expect(api.names("nas/sub") == ["a.mkv"])
        }
    }

    @Test func `A removal that broke off goes on`() async throws {
        let files = ["nas/a": Self.file, "nas/b": Self.file, "usb/a": Self.file, "usb/old/a": Self.file]
        try await CatalogAPI.withTrees(files) { api in
            let plan = try PlanView(
                try await api.post("duplicates/plan", #"{"keep":[{"rule":"root_order","roots":["nas"]}]}"#))
            let away = api.server.tree + "/usb.away"
            try FileManager.default.moveItem(atPath: api.server.tree + "/usb", toPath: away)
            let refused = try await api.post("duplicates/plan/\(plan.id)/apply")
            #expect(refused.status == 409 && refused.text.contains("cannot be reached"), "\(refused.text)")
            try FileManager.default.moveItem(atPath: away, toPath: api.server.tree + "/usb")
            // The second file is set aside when its storage goes away.
            let faults = api.server.faults
            let before = faults.calls(.remove)
            faults.before(.remove) { number in
                guard number > before + 1 else { return }
                faults.goAway()
                throw MemoryFaults.away
            }
            try #require(try await api.post("duplicates/plan/\(plan.id)/apply").status == 202)
            let failed = try await api.waitForPlan(plan.id)
            #expect(failed.status == "failed" && failed.json["error_message"] is String)
            #expect(failed.states == ["kept": 1, "planned": 2, "removed": 1])
            #expect(api.names("usb").first?.hasPrefix(".catalogizer-") == true, "\(api.names("usb"))")
            faults.before(.remove, nil)
            faults.goAway(false)
            // However late: only the plan knows what became of the file.
            api.server.clock.advance(by: .seconds(30 * 3_600))
            let api = try await api.loggedInAgain()
            let kept = try await api.send(.delete, "duplicates/plan/\(plan.id)")
            #expect(kept.status == 409 && kept.text.contains("set aside"), "\(kept.text)")
            try #require(try await api.post("duplicates/plan/\(plan.id)/apply").status == 202)
            #expect(try await api.waitForPlan(plan.id).states == ["kept": 1, "removed": 3])
            #expect(try await api.send(.delete, "duplicates/plan/\(plan.id)").status == 200)
            #expect(api.names("nas") == ["a"] && api.names("usb") == ["old"] && api.names("usb/old") == [])
        }
    }
}
