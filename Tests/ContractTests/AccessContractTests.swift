import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import HTTPTypes
import Testing

/// What every endpoint does with those who may not call it, read from the list of endpoints.
@Suite struct AccessContractTests {
    @Test func `No endpoint answers without the authentication that it states`() async throws {
        try await CatalogAPI.with { api in
            let expired = try await api.login("ada", "password of ada")
            api.server.clock.advance(by: .seconds(86_400 + 60))
            let credentials = [
                ("", "Authentication required"), ("not.a.token", "Invalid token"),
                ("cak_0123", "Invalid token"), (expired, "Token has expired"),
            ]
            for endpoint in EndpointManifest.all {
                for (token, text) in credentials {
                    let answer = try await call(endpoint, api, token: token)
                    guard endpoint.demandsAuthentication else {
                        #expect(answer.text != endpoint.refusal(text), "\(endpoint.id)")
                        continue
                    }
                    #expect(answer.status == 401, "\(endpoint.id)")
                    guard endpoint.authentication != .signedLink else { continue }
                    #expect(answer.text == endpoint.refusal(text), "\(endpoint.id)")
                }
            }
        }
    }

    @Test func `A session that has ended opens nothing`() async throws {
        try await CatalogAPI.with { api in
            let revoked = try await api.login("ada", "password of ada")
            try #require(try await api.post("auth/logout", token: revoked).status == 200)
            for endpoint in EndpointManifest.all where endpoint.demandsAuthentication {
                let answer = try await call(endpoint, api, token: revoked)
                #expect(answer.status == 401, "\(endpoint.id)")
                guard endpoint.authentication != .signedLink else { continue }
                #expect(answer.text == endpoint.refusal("Token has been revoked"), "\(endpoint.id)")
            }
        }
    }

    /// As the contract has them.
    private static let systemRoles = [
        "admin": ["*"],
        "moderator": [
            "media.*", "share.*", "analytics.view", "conversion.*", "report.*", "favorite.*", "profile.*", "user.view",
        ],
        "user": [
            "media.view", "media.download", "media.share", "share.view", "share.create", "favorite.*", "profile.*",
            "conversion.view", "conversion.create", "conversion.manage", "report.create",
        ],
        "viewer": ["media.view", "profile.*", "favorite.view", "report.create"],
    ]

    @Test(arguments: systemRoles.keys.sorted())
    func `Each role is refused exactly what it does not hold`(role: String) async throws {
        let permissions = PermissionSet(try #require(Self.systemRoles[role]))
        try await CatalogAPI.with { api in
            try await api.server.addUser("somebody", role: role)
            for endpoint in EndpointManifest.all where endpoint.authentication == .bearer {
                // A new one each time: some endpoints end it.
                let token = try await api.login("somebody", "password of somebody")
                let answer = try await call(endpoint, api, token: token)
                #expect(answer.status != 401, "\(endpoint.id)")
                switch endpoint.permission {
                case .required(let permission) where !permissions.allows(permission):
                    #expect(answer.status == 403, "\(endpoint.id)")
                    #expect(answer.text == endpoint.refusal("Insufficient permissions"), "\(endpoint.id)")
                case .required, .anyCaller:
                    // What a role of the system refuses, it refuses to everybody.
                    #expect(!answer.text.contains("Insufficient permissions"), "\(endpoint.id)")
                case .handlerDecides, nil: break
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
                #expect(answer.text == endpoint.refusal("Insufficient permissions"), "\(endpoint.id)")
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
