import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import HTTPTypes
import Testing

/// What every endpoint does with those who may not call it, read from the list of endpoints.
@Suite struct AccessContractTests {
    @Test func `No endpoint answers without the authentication that it states`() async throws {
        try await CatalogAPI.with { api in
            for endpoint in EndpointManifest.all where endpoint.demandsAuthentication {
                let answer = try await call(endpoint, api, token: "")
                #expect(answer.status == 401, "\(endpoint.id)")
                let forged = try await call(endpoint, api, token: "not.a.token")
                #expect(forged.status == 401, "\(endpoint.id)")
            }
        }
    }

    @Test(arguments: [
        ("viewer", ["media.view"]), ("user", ["media.view", "media.download"]),
        ("moderator", ["media.view", "media.download"]),
        ("admin", ["media.view", "media.download", "system.configure", "system.admin"]),
    ])
    func `Each role is refused exactly what it does not hold`(role: String, held: [String]) async throws {
        try await CatalogAPI.with { api in
            let token = try await api.token(ofNew: "somebody", role: role)
            for endpoint in EndpointManifest.all where endpoint.authentication == .bearer {
                guard case .required(let permission) = endpoint.permission else { continue }
                let answer = try await call(endpoint, api, token: token)
                if held.contains(permission.name) {
                    // What a role of the system refuses, it refuses to everybody.
                    #expect(answer.status != 401 && !answer.text.contains("Insufficient permissions"), "\(endpoint.id)")
                } else {
                    #expect(answer.status == 403, "\(endpoint.id)")
                    #expect(answer.text == #"{"error":"Insufficient permissions"}"#, "\(endpoint.id)")
                }
            }
        }
    }

    @Test func `A role that holds nothing is refused wherever a permission is wanted`() async throws {
        try await CatalogAPI.with { api in
            try await api.server.database.write {
                try $0.executeScript("UPDATE roles SET permissions = '[]' WHERE id = 4")
            }
            for endpoint in EndpointManifest.all {
                guard case .required = endpoint.permission, endpoint.authentication != .signedLink else { continue }
                let answer = try await call(endpoint, api, token: api.viewer)
                #expect(answer.status == 403, "\(endpoint.id)")
                #expect(answer.text == #"{"error":"Insufficient permissions"}"#, "\(endpoint.id)")
            }
        }
    }

    @Test func `A download link is worth nothing once its owner may not download`() async throws {
        try await Scene.with { scene in
            try await Situation.linkMade.arrange(scene)
            let link = scene.filled("download/link/{link}")
            #expect(try await scene.api.get(link, token: "").status == 200)
            try await scene.execute("UPDATE users SET role_id = 4 WHERE username = 'admin'")
            let refused = try await scene.api.get(link, token: "")
            #expect(refused.status == 401)
            #expect(refused.text == #"{"error":"Invalid or expired download link"}"#)
        }
    }

    private func call(_ endpoint: Endpoint, _ api: CatalogAPI, token: String) async throws -> CatalogAPI.Answer {
        try await api.send(endpoint.requestMethod, endpoint.path(), token: token)
    }
}
