import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Roles that people make.
@Suite struct RoleContractTests {
    @Test func `A change of a role reaches everybody who has it, at once`() async throws {
        try await CatalogAPI.with { api in
            let made = try await api.post("roles", #"{"name":"Looker","permissions":["media.view"]}"#)
            let id = try #require(try made.object()["id"] as? Int)
            let eve = try await api.token(ofNew: "eve", role: "looker")
            #expect(try await api.get("catalog", token: eve).status == 200)
            #expect(try await api.get("scans", token: eve).status == 200)
            let changed = try await api.send(.put, "roles/\(id)", #"{"permissions":["profile.view"]}"#)
            #expect(changed.status == 200)
            #expect(try await api.get("catalog", token: eve).status == 403)
            #expect(try await api.send(.delete, "roles/\(id)").status == 409)
        }
    }

    @Test func `Of two that take one name at the same moment, one gets it`() async throws {
        try await CatalogAPI.with { api in
            for round in 0..<5 {
                async let first = api.post("roles", #"{"name":"Größe \#(round)"}"#)
                async let second = api.post("roles", #"{"name":"GRÖSSE \#(round)"}"#)
                let statuses = try await [first.status, second.status].sorted()
                #expect(statuses == [201, 409])
            }
            let roles = try #require(
                try JSONSerialization.jsonObject(with: Data(try await api.get("roles").text.utf8)) as? [[String: Any]])
            #expect(roles.count == 4 + 5)
            #expect(roles.prefix(4).allSatisfy { $0["is_system"] as? Bool == true })
            #expect(Set(roles.compactMap { $0["id"] as? Int }).count == roles.count)
        }
    }

    @Test(arguments: ["name", "description", "permissions"])
    func `A field of another type is named`(field: String) async throws {
        try await CatalogAPI.with { api in
            for value in ["7", "{}", "[7]"] {
                let name = field == "name" ? "" : #""name":"other","#
                let answer = try await api.post("roles", #"{\#(name)"\#(field)":\#(value)}"#)
                #expect(answer.status == 400)
                #expect(answer.text.contains(#""field":"\#(field)"#), "\(value): \(answer.text)")
            }
        }
    }

    @Test func `Texts that are too long are refused`() async throws {
        try await CatalogAPI.with { api in
            let long = String(repeating: "x", count: 100_000)
            for body in [
                #"{"name":"\#(long)"}"#, #"{"name":"other","description":"\#(long)"}"#,
                #"{"name":"other","permissions":["media.\#(long)"]}"#,
                #"{"name":"other","permissions":[\#(Array(repeating: "\"media.view\"", count: 201).joined(separator: ","))]}"#,
            ] {
                let answer = try await api.post("roles", body)
                #expect(answer.status == 400, "\(body.prefix(60))")
                #expect(answer.text.utf8.count < 300)
            }
        }
    }
}
