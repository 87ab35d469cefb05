/// A header field of answers as the document describes it.
struct OpenAPIHeader: Sendable {
    let name: String
    /// The JSON type of its value.
    let type: String
    let summary: String
    /// Whether answers of this status may carry it.
    let isSent: @Sendable (_ status: Int, Endpoint) -> Bool

    static let all: [OpenAPIHeader] = [
        OpenAPIHeader(name: "X-Request-ID", type: "string", summary: "The id of the request in the server's log") {
            _, _ in
            true
        },
        rate("RateLimit", "string", "What is left of the allowance, as the draft of the IETF writes it"),
        rate("RateLimit-Policy", "string", "The allowance"),
        rate("X-RateLimit-Limit", "integer", "Requests that are allowed in a minute"),
        rate("X-RateLimit-Remaining", "integer", "Requests that are still allowed"),
        rate("X-RateLimit-Reset", "integer", "When all of them are allowed again, in seconds since 1970"),
        OpenAPIHeader(name: "Retry-After", type: "integer", summary: "Seconds to wait") { status, _ in
            status == 429 || status == 503
        },
        OpenAPIHeader(name: "Content-Range", type: "string", summary: "Which bytes, of how many") { status, _ in
            status == 206 || status == 416
        },
        OpenAPIHeader(name: "WWW-Authenticate", type: "string", summary: "What is wrong with the token") { status, _ in
            status == 401 || status == 403
        },
    ]

    private static func rate(_ name: String, _ type: String, _ summary: String) -> OpenAPIHeader {
        OpenAPIHeader(name: name, type: type, summary: summary) { _, endpoint in endpoint.rateClass != .unlimited }
    }

    /// Writes the header object as a value.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("description", summary)
        json.beginObject("schema")
        json.field("type", type)
        json.endObject()
        json.endObject()
    }
}
