import CatalogCore
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Plans say which of several equal files stays and why, and removing what they say loses nothing.
@Suite struct DuplicatePlanContractTests {
    private static let file = [UInt8](repeating: 7, count: 3_000)

    /// A server with the roots `nas` and `usb`, scanned and hashed.
    private func with(
        _ files: [String: [UInt8]], _ body: @escaping @Sendable (CatalogAPI) async throws -> Void
    ) async throws {
        try await CatalogAPI.with { api in
            for (path, content) in files { try api.server.write(path, content) }
            for name in ["nas", "usb"] { try await api.addTree(name) }
            try await body(api)
            #expect(try await DuplicateTruth.differences(api.server.database) == [])
        }
    }

    private func with(_ body: @escaping @Sendable (CatalogAPI) async throws -> Void) async throws {
        let files = [
            "nas/films/a.mkv": Self.file, "usb/a.mkv": Self.file, "usb/old/a.mkv": Self.file,
            "nas/films/b.mkv": [UInt8](repeating: 8, count: 70_000), "nas/other/b.mkv": [UInt8](repeating: 8, count: 70_000),
            "usb/alone.mkv": [UInt8](repeating: 9, count: 70_000),
        ]
        try await with(files, body)
    }

    @Test func `A plan names the file that stays, those that go, their bytes and why`() async throws {
        try await with { api in
            let answer = try await api.post(
                "duplicates/plan", #"{"keep":[{"rule":"root_order","roots":["nas","usb"]},{"rule":"path","prefix":"films"}]}"#)
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
        let times = ["nas/x.1080p.mkv": 2_000_000_000, "nas/x.720p.mkv": 1_000_000_000, "usb/x 1280x720.mkv": 3_000_000_000]
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
            let late = try await api.post("duplicates/plan/\(second.id)/apply", token: api.login("admin", "administrator"))
            #expect(late.status == 409 && late.text.contains("too old"))
            #expect(api.names("usb/old") == ["a.mkv"])
        }
    }

    @Test func `What is not as planned on the storage stays, and the last copy always does`() async throws {
        var files = ["nas/v": Self.file, "usb/v": Self.file]
        for name in ["w", "x", "y", "z"] {
            for root in ["nas", "usb"] { files["\(root)/\(name)"] = Array(name.utf8) + Self.file }
        }
        try await with(files) { api in
            let plan = try PlanView(
                try await api.post("duplicates/plan", #"{"keep":[{"rule":"root_order","roots":["nas"]}]}"#))
            #expect(plan.totals["files"] == 5)
            // No scan sees any of this.
            try FileManager.default.removeItem(atPath: api.server.tree + "/nas/w")
            try api.server.write("nas/x", [1])
            try api.server.write("usb/y", Array("other".utf8))
            try api.replaceInPlace("nas/z", [UInt8](repeating: 1, count: 3_001))
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
            let inner = #"{"name":"inner","protocol":"local","path":"\#(api.server.tree)/nas/sub","allow_overlap":true}"#
            try #require(try await api.post("storage/roots", inner).status == 201)
            try await api.scan("inner")
            try await api.server.waitForHashes()
            let plan = try PlanView(try await api.post("duplicates/plan", #"{"keep":[{"rule":"newest"}]}"#))
            #expect(plan.lines == [])
            // Were the catalog mistaken about it, the file would stay all the same.
            let database = api.server.database
            try await database.write { try $0.executeScript("UPDATE entries SET inode = inode + 1000000 WHERE kind = 0 AND root_id = 2") }
            let wrong = try PlanView(try await api.post("duplicates/plan", #"{"keep":[{"rule":"newest"}]}"#))
            try #require(wrong.lines.count == 2)
            try #require(try await api.post("duplicates/plan/\(wrong.id)/apply").status == 202)
            #expect(try await api.waitForPlan(wrong.id).states == ["kept": 1, "skipped": 1])
            #expect(api.names("nas/sub") == ["a.mkv"])
        }
    }

    @Test func `A removal that broke off goes on`() async throws {
        try await with { api in
            let plan = try PlanView(
                try await api.post("duplicates/plan", #"{"keep":[{"rule":"root_order","roots":["nas"]}]}"#))
            let away = api.server.tree + "/usb.away"
            try FileManager.default.moveItem(atPath: api.server.tree + "/usb", toPath: away)
            try #require(try await api.post("duplicates/plan/\(plan.id)/apply").status == 202)
            let failed = try await api.waitForPlan(plan.id)
            #expect(failed.status == "failed" && failed.json["error_message"] is String)
            #expect(failed.states == ["kept": 2, "planned": 2, "removed": 1])
            try FileManager.default.moveItem(atPath: away, toPath: api.server.tree + "/usb")
            try #require(try await api.post("duplicates/plan/\(plan.id)/apply").status == 202)
            #expect(try await api.waitForPlan(plan.id).states == ["kept": 2, "removed": 3])
            #expect(api.names("usb") == ["alone.mkv", "old"])
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
        try await with(files) { api in
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

/// A plan as the API shows it.
struct PlanView {
    let json: [String: Any]
    private let groups: [[String: Any]]

    init(_ answer: CatalogAPI.Answer) throws {
        json = try answer.object()
        try #require(json["id"] is Int, "\(answer.text)")
        groups = try answer.objects("groups")
    }

    var id: Int { json["id"] as? Int ?? 0 }
    var status: String { json["status"] as? String ?? "" }
    private var files: [[String: Any]] { groups.flatMap { $0["files"] as? [[String: Any]] ?? [] } }

    /// What is to become of each file: for those that go with the rule and the bytes.
    var lines: [String] {
        files.map { file in
            let place = "\(file["action"] ?? "") \(file["storage_root_name"] ?? "")/\(file["path"] ?? "")"
            guard file["action"] as? String == "remove" else { return place }
            return place + " \(file["rule"] ?? "") \(file["freed_bytes"] ?? "")"
        }
    }

    var reasons: Set<String> { Set(files.compactMap { $0["reason"] as? String }) }

    /// Why files were left where they are, by path.
    var notes: [String: String] {
        files.reduce(into: [:]) { notes, file in
            if let path = file["path"] as? String, let note = file["note"] as? String { notes[path] = note }
        }
    }

    var states: [String: Int] {
        files.reduce(into: [:]) { $0[$1["state"] as? String ?? "", default: 0] += 1 }
    }

    /// Those of a plan that was not applied.
    var totals: [String: Int] {
        let totals = json["totals"] as? [String: Int] ?? [:]
        return totals.filter { !$0.key.hasPrefix("removed") && !$0.key.hasPrefix("skipped") }
    }

    var skipped: Int { (json["totals"] as? [String: Int])?["skipped_files"] ?? -1 }
}

extension CatalogAPI {
    /// Adds a directory of the test's tree as a storage root of the same name, scans it and waits for its hashes.
    func addTree(_ name: String, fields: String = "") async throws {
        let body = #"{"name":"\#(name)","protocol":"local","path":"\#(server.tree)/\#(name)"\#(fields)}"#
        let answer = try await post("storage/roots", body)
        try #require(answer.status == 201, "\(answer.text)")
        try await scan(name)
        try await server.waitForHashes()
    }

    /// Writes a file below the test's tree that was changed at a time, in seconds since 1970.
    func write(_ path: String, _ content: [UInt8], modifiedAt seconds: Int) throws {
        try server.write(path, content)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: TimeInterval(seconds))],
            ofItemAtPath: server.tree + "/" + path)
    }

    /// Gives a file other content of the same size, and its time back.
    func replaceInPlace(_ path: String, _ content: [UInt8]) throws {
        let full = server.tree + "/" + path
        let times = try FileTimes(of: full)
        try Data(content).write(to: URL(fileURLWithPath: full))
        try times.restore(at: full)
    }

    /// Waits until a plan is not being applied any more.
    func waitForPlan(_ id: Int) async throws -> PlanView {
        let deadline = ContinuousClock.now + .seconds(240)
        while ContinuousClock.now < deadline {
            let plan = try PlanView(try await get("duplicates/plan/\(id)"))
            if !["queued", "running"].contains(plan.status) { return plan }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw ScanNeverEnded()
    }

    /// The id of a role.
    func roleID(_ name: String) async throws -> Int {
        let roles = try await get("roles")
        let list = try JSONSerialization.jsonObject(with: Data(roles.text.utf8))
        let rows = (list as? [[String: Any]]) ?? ((list as? [String: Any])?["roles"] as? [[String: Any]] ?? [])
        return rows.first { $0["name"] as? String == name }?["id"] as? Int ?? 0
    }
}

/// When a file was changed, to the nanosecond.
private struct FileTimes {
    private let times: (timespec, timespec)

    init(of path: String) throws {
        var status = stat()
        try #require(stat(path, &status) == 0)
        times = (status.st_atim, status.st_mtim)
    }

    func restore(at path: String) throws {
        let pair = [times.0, times.1]
        try #require(utimensat(AT_FDCWD, path, pair, 0) == 0)
    }
}
