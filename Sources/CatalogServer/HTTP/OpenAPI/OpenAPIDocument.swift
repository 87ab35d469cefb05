import CatalogCore
package import NIOCore

/// The OpenAPI 3.1 document of the API, made from the manifest.
package enum OpenAPIDocument {
    /// JSON text, written once.
    package static let json = json(endpoints: EndpointManifest.all, schemas: EndpointManifest.schemas)

    /// The same for other endpoints.
    package static func json(endpoints: [Endpoint], schemas: [SchemaDefinition]) -> ByteBuffer {
        var json = JSONWriter(capacity: 64 << 10)
        json.beginObject()
        json.field("openapi", "3.1.0")
        json.field("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema")
        json.beginObject("info")
        json.field("title", "Catalogizer")
        json.field("version", ProductVersion.text)
        json.field("description", "One catalog over many storage roots.")
        json.endObject()
        json.beginArray("servers")
        json.beginObject()
        json.field("url", "/")
        json.endObject()
        json.endArray()
        writeTags(endpoints, &json)
        writePaths(endpoints, &json)
        writeComponents(schemas, &json)
        json.endObject()
        return json.buffer
    }

    private static func writeTags(_ endpoints: [Endpoint], _ json: inout JSONWriter) {
        json.beginArray("tags")
        for tag in Endpoint.Tag.allCases where endpoints.contains(where: { $0.tag == tag }) {
            json.beginObject()
            json.field("name", tag.rawValue)
            json.endObject()
        }
        json.endArray()
    }

    private static func writePaths(_ endpoints: [Endpoint], _ json: inout JSONWriter) {
        var order: [String] = []
        var byPath: [String: [Endpoint]] = [:]
        for endpoint in endpoints {
            let path = endpoint.template.description
            if byPath[path] == nil { order.append(path) }
            byPath[path, default: []].append(endpoint)
        }
        json.beginObject("paths")
        for path in order {
            json.key(dynamic: path)
            json.beginObject()
            for endpoint in byPath[path] ?? [] {
                json.key(dynamic: endpoint.method.rawValue.lowercased())
                OpenAPIOperation(endpoint).write(to: &json)
            }
            json.endObject()
        }
        json.endObject()
    }

    private static func writeComponents(_ schemas: [SchemaDefinition], _ json: inout JSONWriter) {
        json.beginObject("components")
        json.beginObject("schemas")
        for definition in schemas {
            json.key(dynamic: definition.name)
            definition.write(to: &json)
        }
        json.endObject()
        json.beginObject("headers")
        for header in OpenAPIHeader.all {
            json.key(dynamic: header.name)
            header.write(to: &json)
        }
        json.endObject()
        json.beginObject("securitySchemes")
        json.beginObject("bearer")
        json.field("type", "http")
        json.field("scheme", "bearer")
        json.field("bearerFormat", "JWT")
        json.endObject()
        json.beginObject("ticket")
        json.field("type", "apiKey")
        json.field("in", "query")
        json.field("name", "ticket")
        json.field("description", "A stream ticket: 30 seconds, one use")
        json.endObject()
        json.endObject()
        json.endObject()
    }
}
