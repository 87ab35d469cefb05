import CatalogCore
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// What the shell does for every endpoint, asked of every endpoint. A new one is walked through without a line here.
@Suite struct EndpointWalkTests {
    @Test func `A malformed query string is refused everywhere`() async throws {
        try await Scene.with { scene in
            try await Situation.linkMade.arrange(scene)
            for endpoint in EndpointManifest.all {
                let path = endpoint.path(link: scene.filled("{link}")) + "?%zz"
                let answer = try await scene.api.send(endpoint.requestMethod, path)
                #expect(answer.status == 400, "\(endpoint.id)")
                #expect(answer.text == endpoint.refusal("Invalid query string"), "\(endpoint.id)")
            }
        }
    }

    @Test func `JSON that breaks off, and what is no JSON, is refused wherever JSON is taken`() async throws {
        try await Scene.with { scene in
            for endpoint in EndpointManifest.all where endpoint.takesJSON {
                let path = endpoint.path()
                let broken = try await scene.api.send(endpoint.requestMethod, path, "{")
                #expect(broken.status == 400, "\(endpoint.id)")
                let isFormat = ["auth", "download", "copy"].contains { path.hasPrefix("/api/v1/\($0)/") }
                let text = isFormat ? "Invalid request format" : "Invalid request body"
                #expect(broken.text == #"{"error":"\#(text)"}"#, "\(endpoint.id)")
                let other = try await scene.api.send(
                    endpoint.requestMethod, path, "<a/>", headers: ["Content-Type": "application/xml"])
                #expect(other.status == 415, "\(endpoint.id)")
                #expect(other.text == #"{"error":"Content-Type must be application/json"}"#, "\(endpoint.id)")
            }
        }
    }

    @Test func `A packed body is refused wherever a body may come`() async throws {
        try await Scene.with { scene in
            for endpoint in EndpointManifest.all where endpoint.method != .get {
                let answer = try await scene.api.send(
                    endpoint.requestMethod, endpoint.path(), "{}", headers: ["Content-Encoding": "gzip"])
                #expect(answer.status == 415, "\(endpoint.id)")
                #expect(answer.text == #"{"error":"Content-Encoding is not supported"}"#, "\(endpoint.id)")
            }
        }
    }

    @Test func `A body over the limit is refused before it is sent`() async throws {
        try await Scene.with { scene in
            for endpoint in EndpointManifest.all where endpoint.method != .get && !endpoint.takesStream {
                let connection = try RawConnection(port: scene.api.port)
                try await connection.send(
                    "\(endpoint.method.rawValue) \(endpoint.path()) HTTP/1.1\r\nHost: x\r\n"
                        + "Authorization: Bearer \(scene.api.admin)\r\nContent-Length: \(Limits.jsonBodyBytes + 1)\r\n\r\n"
                )
                let answer = try await connection.receiveAll { $0.hasSuffix("}") }
                #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(endpoint.id)")
                #expect(answer.hasSuffix(#"{"error":"Request body too large"}"#), "\(endpoint.id)")
            }
        }
    }

    @Test func `Without a database everybody who has to be known is told to come back`() async throws {
        try await Scene.with { scene in
            try await Situation.linkMade.arrange(scene)
            try await Situation.databaseAway.arrange(scene)
            // What the server believes about sessions is too old from now on.
            scene.api.server.clock.advance(by: .seconds(1))
            for endpoint in EndpointManifest.all where endpoint.demandsAuthentication {
                let path = endpoint.path(link: scene.filled("{link}"))
                let answer = try await scene.api.send(endpoint.requestMethod, path)
                #expect(answer.status == 503, "\(endpoint.id)")
                #expect(answer.text == endpoint.refusal("The database is closed"), "\(endpoint.id)")
                #expect(answer.header("Retry-After") == "\(Limits.retryAfterSeconds)", "\(endpoint.id)")
            }
        }
    }
}

extension Endpoint {
    /// Whether the handler reads bytes with a limit of its own.
    fileprivate var takesStream: Bool {
        if case .stream = requestBody { true } else { false }
    }
}
