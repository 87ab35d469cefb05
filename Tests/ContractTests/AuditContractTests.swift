import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Who did what to whom.
@Suite struct AuditContractTests {
    @Test func `Every change has its line, with who made it and what it was before`() async throws {
        try await CatalogAPI.with { api in
            let person = #"{"username":"grace","email":"grace@example.com","password":"a secret password"}"#
            let steps: [(HTTPRequest.Method, String, String)] = [
                (.post, "users", person),
                (.put, "users/3", #"{"email":"hopper@example.com","role_id":3}"#),
                (.put, "users/3", #"{"email":"hopper@example.com"}"#),
                (.post, "users/3/lock", #"{"lock_until":"2024-02-01T00:00:00Z"}"#),
                (.post, "users/3/unlock", ""),
                (.post, "users/3/reset-password", #"{"new_password":"another secret"}"#),
                (.delete, "users/3", ""),
                (.post, "roles", #"{"name":"editor","permissions":["media.view"]}"#),
                (.put, "roles/5", #"{"permissions":["media.view","media.edit"]}"#),
                (.delete, "roles/5", ""),
                (.post, "storage/roots", #"{"name":"disk","protocol":"local","path":"\#(api.server.tree)"}"#),
                (.put, "storage/roots/1", #"{"enabled":false}"#),
                (.delete, "storage/roots/1?purge=true", ""),
            ]
            for (method, path, body) in steps {
                let answer = try await api.send(method, path, body)
                try #require((200...204).contains(answer.status), "\(path): \(answer.text)")
            }
            let answer = try await api.get("audit?user_id=1")
            let events = try answer.objects("events").reversed()
            #expect(
                events.compactMap { $0["action"] as? String } == [
                    "user.created", "user.updated", "user.locked", "user.unlocked", "user.password_reset",
                    "user.deleted", "role.created", "role.updated", "role.deleted", "storage_root.created",
                    "storage_root.updated", "storage_root.deleted", "storage_root.purged",
                ])
            let update = try #require(events.dropFirst().first)
            #expect(update["ip_address"] as? String == "127.0.0.1")
            #expect((update["target"] as? [String: Any])?["name"] as? String == "grace")
            let changes = try #require(update["changes"] as? [[String: String]])
            #expect(
                changes == [
                    ["field": "email", "from": "grace@example.com", "to": "hopper@example.com"],
                    ["field": "role", "from": "user", "to": "moderator"],
                ])
            #expect(!answer.text.contains("secret"))
        }
    }

    @Test func `A change that is refused leaves no line`() async throws {
        try await CatalogAPI.with { api in
            let before = try await api.get("audit").object()["total_count"] as? Int
            #expect(try await api.send(.put, "users/2", #"{"username":"admin"}"#).status == 409)
            #expect(try await api.send(.delete, "users/1").status == 400)
            #expect(try await api.send(.delete, "roles/1").status == 403)
            #expect(try await api.get("audit").object()["total_count"] as? Int == before)
        }
    }

    @Test func `People who act for themselves, and the server, are named too`() async throws {
        try await Scene.with { scene in
            try await Situation.adaLocked.arrange(scene)
            let form =
                #"{"username":"eve","email":"e@example.com","password":"long enough","first_name":"E","last_name":"V"}"#
            try #require(try await scene.api.post("auth/register", form, token: "").status == 201)
            let events = try await scene.api.get("audit").objects("events")
            let lines = events.map { event in
                let author = event["author"] as? [String: Any]
                return "\(author?["name"] ?? "") \(event["action"] ?? "")"
            }
            #expect(lines.first == "eve user.registered")
            #expect(lines.contains("wrong passwords user.locked"))
            #expect(lines.contains("system user.created"))
            #expect(lines.contains("command line user.created"))
        }
    }

    @Test func `Pages and times choose what is shown`() async throws {
        try await CatalogAPI.with { api in
            for number in 0..<3 {
                api.server.clock.advance(by: .seconds(60))
                try #require(try await api.post("roles", #"{"name":"role \#(number)"}"#).status == 201)
            }
            let names = { (query: String) in
                try await api.get("audit?action=role.&" + query).objects("events").compactMap {
                    ($0["target"] as? [String: Any])?["name"] as? String
                }
            }
            #expect(try await names("limit=2") == ["role 2", "role 1"])
            #expect(try await names("limit=2&offset=2") == ["role 0"])
            #expect(try await names("since=2024-01-15T10:32:00Z") == ["role 2", "role 1"])
            #expect(try await names("until=2024-01-15T10:32:00Z") == ["role 1", "role 0"])
            #expect(try await names("action=role.deleted").isEmpty == false)
            #expect(try await api.get("audit?action=role.deleted").objects("events").isEmpty)
        }
    }
}
