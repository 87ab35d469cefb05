import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Which root is meant, and which may be beside which.
@Suite struct StorageRootRulesTests {
    @Test func `A number always means the root with that number`() async throws {
        try await CatalogAPI.with { api in
            try await api.addRoot()
            let place = #""protocol":"local","path":"\#(api.server.tree)","allow_overlap":true"#
            let created = try await api.post("storage/roots", "{\"name\":\"#1\",\(place)}")
            #expect(created.status == 201)
            #expect(try created.object()["id"] as? String == "root-1")
            #expect(try await api.get("storage/roots/1").object()["name"] as? String == "media")
            #expect(try await api.get("storage/roots/root-1").object()["name"] as? String == "#1")
            #expect(try await api.post("storage/roots", "{\"name\":\"third\",\"id\":\"1\",\(place)}").status == 400)
            #expect(try await api.post("storage/roots", "{\"name\":\"+1\",\(place)}").status == 201)
            #expect(try await api.get("storage/roots/+1").object()["name"] as? String == "+1")
        }
    }

    @Test(arguments: [".", ".."])
    func `A name that means something else in a path is refused`(name: String) async throws {
        try await CatalogAPI.with { api in
            let answer = try await api.post("storage/roots", #"{"name":"\#(name)","protocol":"local","path":"/tmp"}"#)
            #expect(answer.status == 400)
        }
    }

    @Test func `A link to a root, or a way through one, is no other place`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("inner/a.txt", [1])
            try await api.addRoot()
            let link = api.server.tree + "-link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: api.server.tree)
            defer { try? FileManager.default.removeItem(atPath: link) }
            for path in [link, link + "/inner"] {
                let answer = try await api.post(
                    "storage/roots", #"{"name":"other","protocol":"local","path":"\#(path)"}"#)
                #expect(answer.status == 409, "\(answer.text)")
            }
        }
    }

    @Test func `Of many who add the same place at the same time one succeeds`() async throws {
        try await CatalogAPI.with { api in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let body = #"{"name":"root \#(number)","protocol":"local","path":"\#(api.server.tree)"}"#
                        return try await api.post("storage/roots", body).status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 7))
        }
    }

    @Test func `Of many who add the same name at the same time all get the one root`() async throws {
        try await CatalogAPI.with { api in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 { group.addTask { try await api.addRoot().status } }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.sorted() == Array(repeating: 200, count: 7) + [201])
            let roots = try await api.get("storage/roots").strings("name", in: "roots")
            #expect(roots == ["media"])
        }
    }

    @Test func `A body is looked at before the root that it is for`() async throws {
        try await CatalogAPI.with { api in
            let broken = try await api.send(.put, "storage/roots/none", "{")
            #expect(broken.status == 400)
            let sound = try await api.send(.put, "storage/roots/none", "{}")
            #expect(sound.status == 404)
            let unknown = try await api.post("scans", #"{"storage_root_id":"none","scan_type":"x"}"#)
            #expect(unknown.status == 400)
        }
    }

    @Test func `Another disk in a root's place is said to be one`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("a.txt", [1])
            try await api.addRoot()
            try await api.scan()
            let tree = api.server.tree
            try FileManager.default.moveItem(atPath: tree, toPath: tree + "-old")
            defer { try? FileManager.default.removeItem(atPath: tree + "-old") }
            try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: false)
            let test = try await api.post("storage/roots/media/test").object()
            #expect(test["success"] as? Bool == false)
            #expect((test["message"] as? String)?.contains("than the one that was scanned") == true)
            #expect(try await api.get("storage/roots/media").object()["status"] as? String == "offline")
            let files = try await api.get("catalog/media").strings("storage_status")
            #expect(files == ["offline"])
        }
    }
}
