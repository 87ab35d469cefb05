extension Schema {
    /// Writes the schema as a value.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(isNullable: false, &json)
        json.endObject()
    }

    private func writeMembers(isNullable: Bool, _ json: inout JSONWriter) {
        switch self {
        case .string(let format):
            writeType("string", isNullable, &json)
            if let format { json.field("format", format) }
        case .oneOf(let values):
            writeType("string", isNullable, &json)
            json.beginArray("enum")
            for value in values { json.string(value) }
            if isNullable { json.null() }
            json.endArray()
        case .integer: writeType("integer", isNullable, &json)
        case .number: writeType("number", isNullable, &json)
        case .boolean: writeType("boolean", isNullable, &json)
        case .object: writeType("object", isNullable, &json)
        case .array(let element):
            writeType("array", isNullable, &json)
            json.key("items")
            element.write(to: &json)
        case .named(let name):
            if isNullable { return writeNullableReference(name, &json) }
            json.field("$ref", "#/components/schemas/\(name)")
        case .nullable(let inner): inner.writeMembers(isNullable: true, &json)
        }
    }

    /// A reference has no type to add null to.
    private func writeNullableReference(_ name: String, _ json: inout JSONWriter) {
        json.beginArray("anyOf")
        Schema.named(name).write(to: &json)
        json.beginObject()
        json.field("type", "null")
        json.endObject()
        json.endArray()
    }

    private func writeType(_ type: String, _ isNullable: Bool, _ json: inout JSONWriter) {
        if isNullable { json.field("type", [type, "null"]) } else { json.field("type", type) }
    }

    /// Names of other schemas in this one.
    var references: [String] {
        switch self {
        case .named(let name): [name]
        case .array(let inner), .nullable(let inner): inner.references
        default: []
        }
    }
}

extension SchemaDefinition {
    /// Writes the object's schema as a value.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("type", "object")
        json.field("description", summary)
        json.beginObject("properties")
        for member in members {
            json.key(dynamic: member.name)
            if member.summary.isEmpty {
                member.schema.write(to: &json)
            } else {
                json.beginObject()
                json.field("description", member.summary)
                json.beginArray("allOf")
                member.schema.write(to: &json)
                json.endArray()
                json.endObject()
            }
        }
        json.endObject()
        let required = members.filter(\.isRequired).map(\.name)
        if !required.isEmpty { json.field("required", required) }
        if let example {
            json.beginArray("examples")
            json.raw(example.utf8)
            json.endArray()
        }
        json.endObject()
    }

    /// Names of other schemas in this one.
    package var references: [String] { members.flatMap { $0.schema.references } }
}
