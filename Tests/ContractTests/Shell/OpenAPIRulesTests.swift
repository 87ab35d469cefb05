import CatalogServer
import Foundation
import NIOCore
import Testing

/// What OpenAPI 3.1 asks of a document, as far as ours could break it.
@Suite struct OpenAPIRulesTests {
    private let document: [String: Any]

    init() throws {
        let data = Data(OpenAPIDocument.json.readableBytesView)
        document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func operations() throws -> [(name: String, value: [String: Any])] {
        try #require(document["paths"] as? [String: [String: [String: Any]]]).flatMap { path, methods in
            methods.map { ("\($0.key) \(path)", $0.value) }
        }
    }

    @Test func `every reference in the document leads to something in it`() throws {
        var pending: [Any] = [document]
        var count = 0
        while let value = pending.popLast() {
            if let list = value as? [Any] { pending += list }
            guard let object = value as? [String: Any] else { continue }
            pending += object.values
            guard let reference = object["$ref"] as? String else { continue }
            count += 1
            var target: Any? = reference.hasPrefix("#/") ? document : nil
            for name in reference.split(separator: "/").dropFirst() {
                target = (target as? [String: Any])?[String(name)]
            }
            #expect(target != nil, "\(reference)")
        }
        #expect(count > 100)
    }

    @Test func `every operation has an id of its own, a known tag and known security schemes`() throws {
        let operations = try operations()
        let ids = operations.compactMap { $0.value["operationId"] as? String }
        #expect(Set(ids).count == operations.count)
        let tags = Set((document["tags"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String })
        let components = try #require(document["components"] as? [String: Any])
        let schemes = try #require(components["securitySchemes"] as? [String: Any])
        for (name, operation) in operations {
            #expect(tags.isSuperset(of: operation["tags"] as? [String] ?? ["none"]), "\(name)")
            let security = try #require(operation["security"] as? [[String: Any]])
            #expect(security.flatMap(\.keys).allSatisfy { schemes[$0] != nil }, "\(name)")
        }
    }

    @Test func `every answer says what it is, and every error comes in both forms`() throws {
        for (name, operation) in try operations() {
            for (status, value) in try #require(operation["responses"] as? [String: [String: Any]]) {
                #expect((value["description"] as? String)?.isEmpty == false, "\(name) \(status)")
                let content = value["content"] as? [String: Any] ?? [:]
                if Int(status).map({ $0 >= 400 }) == true { #expect(!content.isEmpty, "\(name) \(status)") }
                if status == "204" || status == "304" { #expect(content.isEmpty, "\(name) \(status)") }
            }
        }
    }

    @Test func `every parameter is declared once, with a schema, and those of a path are required`() throws {
        for (name, operation) in try operations() {
            let parameters = try #require(operation["parameters"] as? [[String: Any]])
            let names = parameters.map { "\($0["in"] ?? "") \($0["name"] ?? "")" }
            #expect(Set(names).count == names.count, "\(name)")
            for parameter in parameters {
                #expect((parameter["schema"] as? [String: Any])?["type"] != nil, "\(name)")
                if parameter["in"] as? String == "path" { #expect(parameter["required"] as? Bool == true, "\(name)") }
            }
        }
    }

    @Test func `defaults and examples are of the type that stands beside them`() throws {
        for (name, operation) in try operations() {
            for parameter in operation["parameters"] as? [[String: Any]] ?? [] {
                guard let schema = parameter["schema"] as? [String: Any], let value = schema["default"] else {
                    continue
                }
                if let allowed = schema["enum"] as? [String] { #expect(allowed.contains("\(value)"), "\(name)") }
            }
        }
        let components = try #require(document["components"] as? [String: Any])
        for (name, schema) in try #require(components["schemas"] as? [String: [String: Any]]) {
            let properties = schema["properties"] as? [String: Any] ?? [:]
            for example in schema["examples"] as? [[String: Any]] ?? [] {
                #expect(Set(properties.keys).isSuperset(of: example.keys), "\(name)")
            }
            #expect(Set(properties.keys).isSuperset(of: schema["required"] as? [String] ?? []), "\(name)")
        }
    }
}
