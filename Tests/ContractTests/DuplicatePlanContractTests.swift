import CatalogCore
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Plans say which of several equal files stays and why, and removing what they say loses nothing.
@Suite struct DuplicatePlanContractTests {
    private static let file = [UInt8](repeating: 7, count: 3_000)

    private func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        let files = [
            "nas/films/a.mkv": Self.file, "usb/a.mkv": Self.file, "usb/old/a.mkv": Self.file,
            "nas/films/b.mkv": [UInt8](repeating: 8, count: 70_000),
            "nas/other/b.mkv": [UInt8](repeating: 8, count: 70_000),
            "usb/alone.mkv": [UInt8](repeating: 9, count: 70_000),
        ]
        try await CatalogAPI.withTrees(files, body)
    }

    @Test func `A plan names the file that stays, those that go, their bytes and why`() async throws {
        try await with { api in
            let rules = #"[{"rule":"root_order","roots":["nas","usb"]},{"rule":"path","prefix":"films"}]"#
            let answer = try await api.post("duplicates/plan", #"{"keep":\#(rules)}"#)
            #expect(answer.status == 201)
            let plan = try PlanView(answer)
            #expect(
                plan.lines == [
                    "keep nas/films/b.mkv", "remove nas/other/b.mkv path 70000",
                    "keep nas/films/a.mkv", "remove usb/a.mkv root_order 3000", "remove usb/old/a.mkv root_order 3000",
                ])
            #expect(plan.reasons.contains("nas comes before usb") && plan.reasons.contains("the kept file is in films"))
            #expect(plan.totals == ["groups": 2, "kept_files": 2, "files": 3, "bytes": 76_000])
            #expect(plan.status == "ready" && plan.json["is_complete"] as? Bool == true)
            #expect(plan.json["expires_at"] is String && plan.json["progress"] is NSNull)
            #expect(try await PlanView(api.get("duplicates/plan/\(plan.id)")).lines == plan.lines)
            // Nothing happens before somebody says so.
            #expect(api.names("usb") == ["a.mkv", "alone.mkv", "old"])
        }
    }

    @Test func `Rules follow each other, and filters leave files out`() async throws {
        let times = [
            "nas/x.1080p.mkv": 2_000_000_000, "nas/x.720p.mkv": 1_000_000_000, "usb/x 1280x720.mkv": 3_000_000_000,
        ]
        try await CatalogAPI.with { api in
            for (path, time) in times { try api.write(path, Self.file, modifiedAt: time) }
            for name in ["nas", "usb"] { try await api.addTree(name) }
            let kept = { (body: String) in
                try await PlanView(api.post("duplicates/plan", body)).lines.filter { $0.hasPrefix("keep") }
            }
            #expect(try await kept(#"{"keep":[{"rule":"newest"}]}"#) == ["keep usb/x 1280x720.mkv"])
            #expect(try await kept(#"{"keep":[{"rule":"oldest"}]}"#) == ["keep nas/x.720p.mkv"])
            #expect(try await kept(#"{"keep":[{"rule":"resolution"}]}"#) == ["keep nas/x.1080p.mkv"])
            let second = #"{"keep":[{"rule":"root_order","roots":["usb"]},{"rule":"oldest"}],"smb_roots":["nas"]}"#
            #expect(try await kept(second) == ["keep nas/x.720p.mkv"])
            #expect(try await kept(#"{"keep":[{"rule":"oldest"}],"smb_roots":["usb"]}"#) == [])
            #expect(try await kept(#"{"keep":[{"rule":"oldest"}],"min_size":3001}"#) == [])
            #expect(try await kept(#"{"keep":[{"rule":"oldest"}],"path":"sub"}"#) == [])
            let equal = try await PlanView(api.post("duplicates/plan", #"{"keep":[{"rule":"path","prefix":"none"}]}"#))
            #expect(equal.lines.first == "keep nas/x.1080p.mkv")
            #expect(equal.reasons.contains("no rule decides: the kept file comes first by storage root and path"))
        }
    }

    @Test func `Applying removes what is planned, and the catalog knows at once`() async throws {
        try await with { api in
            let plan = try PlanView(
                try await api.post("duplicates/plan", #"{"keep":[{"rule":"root_order","roots":["nas"]}]}"#))
            let queued = try await api.post("duplicates/plan/\(plan.id)/apply")
            #expect(queued.status == 202 && queued.text.contains(#""status":"queued"}"#))
            let done = try await api.waitForPlan(plan.id)
            #expect(done.status == "completed" && done.json["progress"] as? Int == 100)
            #expect(done.states == ["kept": 2, "removed": 3])
            #expect(done.skipped == 0)
            #expect(api.names("usb") == ["alone.mkv", "old"] && api.names("usb/old") == [])
            #expect(api.names("nas/films") == ["a.mkv", "b.mkv"] && api.names("nas/other") == [])
            // What the catalog says is what a scan finds.
            #expect(try await api.get("catalog-info/usb/a.mkv").status == 404)
            let usb = try await api.get("catalog-info/usb").object()["size"] as? Int
            #expect(usb == 70_000)
            #expect(try await api.get("search?query=old").objects("files").count == 1)
            #expect(try await api.get("stats/duplicates/count").object()["duplicate_groups"] as? Int == 0)
            let before = try await api.get("stats/overall").object()["data"] as? [String: Any]
            for name in ["nas", "usb"] {
                let scan = try await api.scan(name).object()
                #expect(scan["files_removed"] as? Int ?? 0 == 0, "\(scan)")
            }
            let after = try await api.get("stats/overall").object()["data"] as? [String: Any]
            #expect(before?["total_files"] as? Int == 3 && after?["total_files"] as? Int == 3)
            #expect(before?["total_size"] as? Int == after?["total_size"] as? Int)
            let audit = try await api.get("audit?action=file.removed").text
            #expect(audit.contains("usb:old/a.mkv") && audit.contains("nas:films/a.mkv"))
            let again = try await api.post("duplicates/plan/\(plan.id)/apply")
            #expect(again.status == 409 && again.text == #"{"error":"The plan was applied already"}"#)
        }
    }

    @Test func `Names of one file are one file, and go together or not at all`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("nas/a.mkv", Self.file)
            for (root, name) in [("usb", "one"), ("usb", "two")] { try api.server.write("\(root)/\(name)", Self.file) }
            let tree = api.server.tree
            try FileManager.default.linkItem(atPath: tree + "/usb/one", toPath: tree + "/usb/one again")
            // Its other name is nowhere in the catalog.
            try FileManager.default.createDirectory(atPath: tree + "/away", withIntermediateDirectories: true)
            try FileManager.default.linkItem(atPath: tree + "/usb/two", toPath: tree + "/away/two again")
            for name in ["nas", "usb"] { try await api.addTree(name) }
            let plan = try PlanView(
                try await api.post("duplicates/plan", #"{"keep":[{"rule":"root_order","roots":["nas"]}]}"#))
            #expect(
                plan.lines == [
                    "keep nas/a.mkv", "keep usb/two", "remove usb/one root_order 0",
                    "remove usb/one again root_order 3000",
                ])
            #expect(plan.totals["bytes"] == 3_000)
            try #require(try await api.post("duplicates/plan/\(plan.id)/apply").status == 202)
            #expect(try await api.waitForPlan(plan.id).states == ["kept": 2, "removed": 2])
            #expect(api.names("usb") == ["two"])
            #expect(try await DuplicateTruth.differences(api.server.database) == [])
        }
    }

    @Test func `A plan about files that have changed since is refused`() async throws {
        try await with { api in
            let plan = try PlanView(try await api.post("duplicates/plan", #"{"keep":[{"rule":"newest"}]}"#))
            try api.server.write("usb/old/a.mkv", [1, 2, 3])
            try await api.scan("usb")
            try await api.server.waitForHashes()
            let answer = try await api.post("duplicates/plan/\(plan.id)/apply")
            #expect(answer.status == 409)
            #expect(
                answer.text
                    == #"{"error":"The plan is stale: a file is not what it was when the plan was made","file":"usb:old/a.mkv"}"#
            )
            #expect(try await api.get("duplicates/plan/\(plan.id)").text.contains(#""status":"ready""#))
            let second = try PlanView(try await api.post("duplicates/plan", #"{"keep":[{"rule":"newest"}]}"#))
            api.server.clock.advance(by: .seconds(86_401))
            let admin = try await api.login("admin", "administrator")
            let late = try await api.post("duplicates/plan/\(second.id)/apply", token: admin)
            #expect(late.status == 409 && late.text.contains("too old"))
            #expect(api.names("usb/old") == ["a.mkv"])
        }
    }

    @Test func `A plan about files that were moved since is refused`() async throws {
        try await with { api in
            let plan = try PlanView(try await api.post("duplicates/plan", #"{"keep":[{"rule":"newest"}]}"#))
            let usb = api.server.tree + "/usb"
            try FileManager.default.moveItem(atPath: usb + "/old", toPath: usb + "/older")
            let scan = try await api.scan("usb").object()
            #expect(scan["files_added"] as? Int == 0, "\(scan)")
            let answer = try await api.post("duplicates/plan/\(plan.id)/apply")
            #expect(answer.status == 409 && answer.text.contains(#""file":"usb:old/a.mkv""#), "\(answer.text)")
        }
    }

    @Test func `Pages go through all files of a plan`() async throws {
        try await with { api in
            let plan = try PlanView(try await api.post("duplicates/plan?limit=1", #"{"keep":[{"rule":"oldest"}]}"#))
            #expect(plan.lines.count == 1 && plan.json["total"] as? Int == 5 && plan.json["count"] as? Int == 1)
            var lines: [String] = []
            for offset in stride(from: 0, to: 6, by: 2) {
                let page = try PlanView(try await api.get("duplicates/plan/\(plan.id)?limit=2&offset=\(offset)"))
                lines += page.lines
            }
            #expect(lines == (try PlanView(try await api.get("duplicates/plan/\(plan.id)"))).lines && lines.count == 5)
            #expect(try await PlanView(api.get("duplicates/plan/\(plan.id)?state=planned")).lines.count == 3)
            #expect(try await api.send(.delete, "duplicates/plan/\(plan.id)").text == #"{"message":"Plan deleted"}"#)
            #expect(try await api.get("duplicates/plan/\(plan.id)").status == 404)
        }
    }

    @Test func `A tenant plans with what is theirs, and nobody else's plans are there`() async throws {
        var files = ["nas/ann/a": Self.file, "nas/ann/b": Self.file, "nas/ben/c": Self.file, "usb/d": Self.file]
        files["nas/ann/alone"] = [1, 2]
        files["nas/ben/alone"] = [1, 2]
        try await CatalogAPI.withTrees(files) { api in
            let scope = #"[{"root":"nas","path_prefix":"ann"}]"#
            for (name, permissions) in [("ann", #""media.view""#), ("anna", #""media.view","media.delete""#)] {
                let role = #"{"name":"\#(name)","permissions":[\#(permissions)],"storage_scope":\#(scope)}"#
                try #require(try await api.post("roles", role).status == 201)
            }
            let (ann, anna) = (
                try await api.token(ofNew: "ann", role: "ann"), try await api.token(ofNew: "anna", role: "anna")
            )
            let body = #"{"keep":[{"rule":"path","prefix":"ann/b"}]}"#
            let plan = try PlanView(try await api.post("duplicates/plan", body, token: ann))
            #expect(plan.lines == ["keep nas/ann/b", "remove nas/ann/a path 3000"])
            #expect(try await api.post("duplicates/plan/\(plan.id)/apply", token: ann).status == 403)
            for token in [anna, api.viewer] {
                #expect(try await api.get("duplicates/plan/\(plan.id)", token: token).status == 404)
            }
            #expect(try await api.post("duplicates/plan/\(plan.id)/apply", token: anna).status == 404)
            #expect(try await api.get("duplicates/plan/\(plan.id)").status == 200)
            let own = try PlanView(try await api.post("duplicates/plan", body, token: anna))
            try #require(try await api.post("duplicates/plan/\(own.id)/apply", token: anna).status == 202)
            #expect(try await api.waitForPlan(own.id).states == ["kept": 1, "removed": 1])
            #expect(api.names("nas/ann") == ["alone", "b"] && api.names("nas/ben") == ["alone", "c"])
            #expect(api.names("usb") == ["d"])
            // Another scope than the plan's.
            try #require(
                try await api.send(.put, "roles/\(try await api.roleID("ann"))", #"{"storage_scope":[{"root":"usb"}]}"#)
                    .status == 200)
            api.server.clock.advance(by: .seconds(2))
            #expect(try await api.get("duplicates/plan/\(plan.id)", token: ann).status == 404)
        }
    }
}
