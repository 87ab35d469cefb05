import CatalogServer
import CatalogTestSupport
import Foundation
import NIOCore
import Testing

@Suite struct ManifestTests {
    private func document(_ buffer: ByteBuffer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(buffer.readableBytesView)) as? [String: Any])
    }

    private func operations(_ document: [String: Any]) throws -> [String: [String: Any]] {
        var result: [String: [String: Any]] = [:]
        for (path, methods) in try #require(document["paths"] as? [String: [String: Any]]) {
            for (method, operation) in methods {
                result["\(method.uppercased()) \(path)"] = operation as? [String: Any]
            }
        }
        return result
    }

    @Test func `the manifest, the router and the document name the same endpoints`() throws {
        let listed = EndpointManifest.all.map { "\($0.method.rawValue) \($0.template)" }.sorted()
        let handlers = EndpointManifest.all.map { endpoint in EndpointHandler(endpoint.id) { _, _ in .noContent } }
        let shell = try ShellFixture(endpoints: EndpointManifest.all, handlers: handlers).shell
        #expect(shell.routeListing == listed)
        #expect(try operations(document(OpenAPIDocument.json)).keys.sorted() == listed)
    }

    @Test func `the document is whole: every reference leads somewhere, every path parameter is declared`() throws {
        let schemas = EndpointManifest.schemas
        #expect(Set(schemas.map(\.name)).count == schemas.count)
        let names = Set(schemas.map(\.name))
        for schema in schemas { #expect(names.isSuperset(of: schema.references), "\(schema.name)") }
        for endpoint in EndpointManifest.all {
            #expect(names.isSuperset(of: endpoint.answers.compactMap(\.schema)), "\(endpoint.id)")
            #expect(!endpoint.answers.isEmpty, "\(endpoint.id) answers nothing")
        }
        for (name, operation) in try operations(document(OpenAPIDocument.json)) {
            let parameters = try #require(operation["parameters"] as? [[String: Any]])
            let declared = parameters.filter { $0["in"] as? String == "path" }.compactMap { $0["name"] as? String }
            let inPath = name.matches(of: /\{([^}]+)\}/).map { String($0.1) }
            #expect(declared == inPath, "\(name)")
            let responses = try #require(operation["responses"] as? [String: Any])
            #expect(responses.keys.allSatisfy { Int($0) != nil })
        }
    }

    @Test func `the document tells about security, bodies, parameters and every status`() throws {
        let buffer = OpenAPIDocument.json(endpoints: FakeFeature.endpoints, schemas: EndpointManifest.schemas)
        let whole = try document(buffer)
        #expect(whole["openapi"] as? String == "3.1.0")
        let item = try #require(try operations(whole)["GET /api/v1/test/items/{id}"])
        #expect(item["x-permission"] as? String == "media.view")
        #expect((item["security"] as? [[String: Any]])?.first?.keys.first == "bearer")
        let responses = try #require(item["responses"] as? [String: Any])
        #expect(responses.keys.sorted() == ["200", "400", "401", "403", "404", "429", "500", "503"])
        let refused = try #require(responses["429"] as? [String: Any])
        #expect(refused["description"] as? String == "Too Many Requests")
        #expect((refused["headers"] as? [String: Any])?.keys.contains("Retry-After") == true)
        let types = ["application/json", "application/problem+json"]
        #expect((refused["content"] as? [String: Any])?.keys.sorted() == types)
        let echo = try #require(try operations(whole)["POST /api/v1/test/echo"])
        #expect(echo["requestBody"] != nil)
        let statuses = try #require(echo["responses"] as? [String: Any])
        #expect(statuses.keys.sorted() == ["200", "400", "408", "413", "415", "500", "503"])
        let tail = try #require(try operations(whole)["GET /api/v1/test/tail/{path}"])
        #expect((tail["parameters"] as? [[String: Any]])?.count == 2)
    }

    @Test func `a download's answers and a page's largest limit are documented`() throws {
        let operations = try operations(document(OpenAPIDocument.json))
        for name in ["GET /api/v1/download/file/{id}", "GET /api/v1/download/link/{token}"] {
            let responses = try #require(operations[name]?["responses"] as? [String: [String: Any]])
            #expect(Set(responses.keys).isSuperset(of: ["200", "206", "304", "404", "412", "416", "429", "502"]))
            for (status, response) in responses {
                let headers = try #require(response["headers"] as? [String: Any])
                #expect((headers["Content-Range"] != nil) == ["206", "416"].contains(status), "\(name) \(status)")
            }
        }
        let listing = try #require(operations["GET /api/v1/catalog/{path}"]?["parameters"] as? [[String: Any]])
        let limit = listing.first { $0["name"] as? String == "limit" }?["schema"] as? [String: Any]
        #expect(limit?["maximum"] as? Int == 1_000)
    }

    @Test func `the document promises no answer that cannot come`() throws {
        let operations = try operations(document(OpenAPIDocument.json))
        for endpoint in EndpointManifest.all {
            let operation = operations["\(endpoint.method.rawValue) \(endpoint.template)"]
            let responses = try #require(operation?["responses"] as? [String: Any])
            // A body that is slow holds up only whoever reads it.
            #expect((responses["408"] != nil) == (endpoint.requestBody != .none), "\(endpoint.id)")
            // Links of those who may not download are none.
            if endpoint.authentication == .signedLink { #expect(responses["403"] == nil, "\(endpoint.id)") }
        }
    }

    @Test func `examples of the document are valid JSON objects with every required member`() throws {
        let schemas = try #require(
            (try document(OpenAPIDocument.json)["components"] as? [String: Any])?["schemas"]
                as? [String: [String: Any]])
        for (name, schema) in schemas {
            let required = Set(schema["required"] as? [String] ?? [])
            for example in schema["examples"] as? [[String: Any]] ?? [] {
                #expect(required.isSubset(of: example.keys), "\(name)")
            }
        }
    }
}
