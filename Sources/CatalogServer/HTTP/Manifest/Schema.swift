/// A part of JSON Schema 2020-12, as far as the API needs it.
package indirect enum Schema: Sendable {
    case string(format: String? = nil)
    /// One of these texts.
    case oneOf([String])
    case integer
    case number
    case boolean
    /// Any object.
    case object
    case array(of: Schema)
    /// The schema with this name.
    case named(String)
    /// The same, or null.
    case nullable(Schema)

    /// A string with a moment in time (RFC 3339).
    package static let time = Schema.string(format: "date-time")
    package static let text = Schema.string()
}

/// A named object of the API with its members, in the order of the wire.
package struct SchemaDefinition: Sendable {
    /// A member of an object.
    package struct Member: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool
        let summary: String

        /// A member that is always there.
        package static func always(_ name: String, _ schema: Schema, _ summary: String = "") -> Member {
            Member(name: name, schema: schema, isRequired: true, summary: summary)
        }

        /// A member that may be missing.
        package static func maybe(_ name: String, _ schema: Schema, _ summary: String = "") -> Member {
            Member(name: name, schema: schema, isRequired: false, summary: summary)
        }
    }

    /// Unique in the document.
    package let name: String
    /// One line for the document.
    package let summary: String
    /// In the order of the wire.
    package let members: [Member]
    /// JSON text of an example.
    package let example: String?

    /// - Parameter example: JSON text.
    package init(_ name: String, _ summary: String, example: String? = nil, _ members: Member...) {
        self.init(name, summary, example: example, members: members)
    }

    /// The same with members that several definitions share.
    package init(_ name: String, _ summary: String, example: String? = nil, members: [Member]) {
        self.name = name
        self.summary = summary
        self.members = members
        self.example = example
    }
}

/// Schemas that more than one feature names.
enum SharedSchemas {
    static let all = [
        SchemaDefinition(
            "Error", "What went wrong", example: #"{"error":"File not found"}"#,
            .always("error", .text, "For people"), .maybe("retry_after", .integer, "Seconds, with 429")),
        SchemaDefinition(
            "StructuredError", "What went wrong, for subtitles and recommendations",
            example: #"{"success":false,"error":"File not found","code":"NOT_FOUND"}"#,
            .always("success", .boolean), .always("error", .text), .always("code", .text, "For programs")),
        SchemaDefinition(
            "StatsError", "What went wrong, for statistics", example: #"{"success":false,"error":"File not found"}"#,
            .always("success", .boolean), .always("error", .text)),
        SchemaDefinition(
            "Problem", "What went wrong, for clients that prefer RFC 9457",
            example: #"{"type":"about:blank","title":"Not Found","status":404,"detail":"File not found","#
                + #""instance":"urn:catalogizer:request:1","error":"File not found","code":"NOT_FOUND"}"#,
            .always("type", .text), .always("title", .text, "The status in words"), .always("status", .integer),
            .always("detail", .text, "For people"), .always("instance", .text, "Names the request"),
            .always("error", .text, "The same as `detail`"), .always("code", .text, "For programs"),
            .maybe("success", .boolean, "False, where the other form has it")),
        SchemaDefinition(
            "Message", "That it was done", example: #"{"message":"Logged out successfully"}"#,
            .always("message", .text)),
    ]
}
