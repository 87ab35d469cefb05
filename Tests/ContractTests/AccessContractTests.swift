import CatalogServer
import HTTPTypes
import Testing

/// What every endpoint does with those who may not call it, read from the list of endpoints.
@Suite struct AccessContractTests {
    @Test func `No endpoint answers without the authentication that it states`() async throws {
        try await CatalogAPI.with { api in
            for endpoint in EndpointManifest.all where endpoint.authentication.isDemanded {
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
        ("admin", ["media.view", "media.download", "system.configure"]),
    ])
    func `Each role is refused exactly what it does not hold`(role: String, held: [String]) async throws {
        try await CatalogAPI.with { api in
            let token = try await api.token(ofNew: "somebody", role: role)
            for endpoint in EndpointManifest.all where endpoint.authentication == .bearer {
                guard case .required(let permission) = endpoint.permission else { continue }
                let answer = try await call(endpoint, api, token: token)
                if held.contains(permission.name) {
                    #expect(answer.status != 401 && answer.status != 403, "\(endpoint.id)")
                } else {
                    #expect(answer.status == 403, "\(endpoint.id)")
                    #expect(answer.text == #"{"error":"Insufficient permissions"}"#, "\(endpoint.id)")
                }
            }
        }
    }

    private func call(_ endpoint: Endpoint, _ api: CatalogAPI, token: String) async throws -> CatalogAPI.Answer {
        let path = endpoint.template.segments.map { segment in
            switch segment {
            case .literal(let text): text
            case .parameter, .tail: "1"
            }
        }
        return try await api.send(
            .init(rawValue: endpoint.method.rawValue) ?? .get, "/" + path.joined(separator: "/"), token: token)
    }
}

extension Endpoint.Authentication {
    fileprivate var isDemanded: Bool { self != .none && self != .optional }
}
