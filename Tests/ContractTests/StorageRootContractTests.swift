import CatalogTestSupport
import HTTPTypes
import Testing

/// Storage roots: made, changed, refused, removed and brought back.
@Suite struct StorageRootContractTests {
    @Test func `A root is created, and changed by creating it again`() async throws {
        try await CatalogAPI.with { api in
            let created = try await api.addRoot()
            #expect(created.status == 201)
            #expect(try created.object()["id"] as? String == "media")
            #expect(try created.object()["status"] as? String == "online")
            #expect(try created.object()["has_password"] as? Bool == false)
            let again = try await api.addRoot()
            #expect(again.status == 200)
            #expect(try again.object()["root_id"] as? Int == (try created.object()["root_id"] as? Int))
            let listed = try await api.get("storage/roots", token: api.viewer)
            #expect(try listed.strings("name", in: "roots") == ["media"])
            #expect(try listed.strings("name", in: "data") == ["media"])
            let test = try await api.post("storage/roots/media/test")
            #expect(try test.object()["success"] as? Bool == true)
        }
    }

    @Test(arguments: [
        (#"{"name":"a/b","protocol":"local","path":"/tmp"}"#, "name must not contain / : , or control characters"),
        (#"{"name":"12","protocol":"local","path":"/tmp"}"#, "name must not consist of digits only"),
        (#"{"name":" ","protocol":"local","path":"/tmp"}"#, "name must have 1 to 64 characters"),
        (#"{"protocol":"local","path":"/tmp"}"#, "name is required"),
        (#"{"name":"a","path":"/tmp"}"#, "protocol is required"),
        (#"{"name":"a","protocol":"local"}"#, "path is required"), ("{", "Invalid request body"),
    ])
    func `A senseless root is refused`(body: String, text: String) async throws {
        try await CatalogAPI.with { api in
            let answer = try await api.post("storage/roots", body)
            #expect(answer.status == 400)
            #expect(answer.text == #"{"error":"\#(text)"}"#)
        }
    }

    @Test func `A protocol that nobody knows is refused by name`() async throws {
        try await CatalogAPI.with { api in
            let answer = try await api.post("storage/roots", #"{"name":"nas","protocol":"gopher","host":"nas"}"#)
            #expect(answer.status == 400)
            #expect(answer.text.contains("gopher"), "\(answer.text)")
        }
    }

    @Test func `Roots overlap only when that is wanted`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("inner/a.txt", [1])
            try await api.addRoot()
            let place = #""name":"inner","protocol":"local","path":"\#(api.server.tree)/inner""#
            #expect(try await api.post("storage/roots", "{\(place)}").status == 409)
            #expect(try await api.post("storage/roots", "{\(place),\"allow_overlap\":true}").status == 201)
        }
    }

    @Test func `A root that is deleted and added again has its entries with their ids`() async throws {
        try await CatalogAPI.with { api in
            try api.server.write("a.txt", [1])
            try await api.addRoot()
            try await api.scan()
            let id = try await api.id(of: "a.txt")
            #expect(id > 0)
            #expect(try await api.send(.delete, "storage/roots/media").status == 204)
            #expect(try await api.get("catalog-info/media/a.txt").text == #"{"error":"File not found"}"#)
            #expect(try await api.send(.delete, "storage/roots/media").text == #"{"error":"Storage root not found"}"#)
            #expect(try await api.addRoot().status == 201)
            try await api.scan()
            #expect(try await api.id(of: "a.txt") == id)
        }
    }
}
