import CatalogTestSupport
import Foundation
import Testing

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
    /// A server with the roots `nas` and `usb`, scanned and hashed; at the end the groups have to be what the rows say.
    static func withTrees(
        _ files: [String: [UInt8]], _ body: @escaping @Sendable (CatalogAPI) async throws -> Void
    ) async throws {
        try await with { api in
            for (path, content) in files { try api.server.write(path, content) }
            for name in ["nas", "usb"] { try await api.addTree(name) }
            try await body(api)
            #expect(try await DuplicateTruth.differences(api.server.database) == [])
        }
    }

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

    /// Waits until a plan is not being applied any more.
    func waitForPlan(_ id: Int) async throws -> PlanView {
        let deadline = ContinuousClock.now + Patience.limit
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
