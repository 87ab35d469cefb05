import NIOHTTP1

/// One endpoint as an operation object (OpenAPI 3.1 section 4.8.10).
struct OpenAPIOperation {
    private let endpoint: Endpoint

    init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("operationId", endpoint.id)
        json.field("summary", endpoint.summary)
        if let details = endpoint.details { json.field("description", details) }
        json.field("tags", [endpoint.tag.rawValue])
        if endpoint.isDeprecated { json.field("deprecated", true) }
        writeSecurity(&json)
        writeParameters(&json)
        writeRequestBody(&json)
        writeResponses(&json)
        json.endObject()
    }

    private func writeSecurity(_ json: inout JSONWriter) {
        json.beginArray("security")
        switch endpoint.authentication {
        case .none, .signedLink: break
        case .optional:
            json.beginObject()
            json.endObject()
            scheme("bearer", &json)
        case .bearer: scheme("bearer", &json)
        case .bearerOrTicket:
            scheme("bearer", &json)
            scheme("ticket", &json)
        }
        json.endArray()
        switch endpoint.permission {
        case .required(let permission): json.field("x-permission", permission.name)
        case .anyCaller(let reason): json.field("x-permission-note", reason)
        case .handlerDecides(let reason): json.field("x-permission-note", reason)
        case nil: break
        }
        json.field("x-rate-class", endpoint.rateClass.rawValue)
    }

    private func scheme(_ name: String, _ json: inout JSONWriter) {
        json.beginObject()
        json.key(dynamic: name)
        json.beginArray()
        json.endArray()
        json.endObject()
    }

    // MARK: Request

    private func writeParameters(_ json: inout JSONWriter) {
        json.beginArray("parameters")
        for segment in endpoint.template.segments {
            switch segment {
            case .literal: continue
            case .parameter(let name): writePathParameter(name, isTail: false, &json)
            case .tail(let name): writePathParameter(name, isTail: true, &json)
            }
        }
        for parameter in endpoint.queryParameters {
            json.beginObject()
            json.field("name", parameter.name)
            json.field("in", "query")
            json.field("description", parameter.summary)
            json.field("required", parameter.isRequired)
            json.beginObject("schema")
            json.field("type", parameter.kind.rawValue)
            if !parameter.allowed.isEmpty { json.field("enum", parameter.allowed) }
            if let value = parameter.defaultValue { writeDefault(value, parameter.kind, &json) }
            if let maximum = parameter.maximum { json.field("maximum", maximum) }
            json.endObject()
            json.endObject()
        }
        json.endArray()
    }

    private func writePathParameter(_ name: String, isTail: Bool, _ json: inout JSONWriter) {
        let isNumber = !isTail && (name == "id" || name.hasSuffix("_id"))
        json.beginObject()
        json.field("name", name)
        json.field("in", "path")
        json.field("required", true)
        if isTail { json.field("description", "The rest of the path; may hold slashes") }
        json.beginObject("schema")
        json.field("type", isNumber ? "integer" : "string")
        if isNumber { json.field("minimum", 1) }
        json.endObject()
        json.endObject()
    }

    private func writeDefault(_ value: String, _ kind: QueryParameter.Kind, _ json: inout JSONWriter) {
        json.key("default")
        switch kind {
        case .string: json.string(value)
        case .integer: json.integer(Int64(value) ?? 0)
        case .boolean: json.bool(value == "true")
        }
    }

    private func writeRequestBody(_ json: inout JSONWriter) {
        switch endpoint.requestBody {
        case .none: return
        case .json(let schema, let isRequired):
            json.beginObject("requestBody")
            json.field("required", isRequired)
            writeContent("application/json", schema: .named(schema), &json)
        case .stream(let contentType, _):
            json.beginObject("requestBody")
            json.field("required", true)
            writeContent(contentType, schema: nil, &json)
        }
        json.endObject()
    }

    // MARK: Responses

    /// What the shell answers for this endpoint without asking its handler.
    private var shellStatuses: [Int] {
        // Any query string may be malformed, and any request but GET is expected to carry a body now and then.
        var result = [400, 500]
        if endpoint.authentication != .none, endpoint.authentication != .optional { result.append(401) }
        // A download link whose owner may not download is no link any more: 401.
        if case .required = endpoint.permission, endpoint.authentication != .signedLink { result.append(403) }
        if endpoint.rateClass != .unlimited { result.append(429) }
        if endpoint.method != .get { result += [413, 415] }
        // Nobody waits for a body that no handler reads.
        if endpoint.requestBody != .none { result.append(408) }
        // Monitors' endpoints say themselves what a database out of order means.
        if endpoint.tag != .health { result.append(503) }
        return result
    }

    private func writeResponses(_ json: inout JSONWriter) {
        var answers = endpoint.answers
        for status in shellStatuses where !answers.contains(where: { $0.status == status }) {
            answers.append(Endpoint.Answer(status: status, schema: nil, contentType: nil, summary: ""))
        }
        json.beginObject("responses")
        var seen: Set<Int> = []
        for answer in answers.sorted(by: { $0.status < $1.status }) where seen.insert(answer.status).inserted {
            json.key(dynamic: String(answer.status))
            json.beginObject()
            let reason = HTTPResponseStatus(statusCode: answer.status).reasonPhrase
            json.field("description", answer.summary.isEmpty ? reason : answer.summary)
            writeHeaders(answer.status, &json)
            if let name = answer.schema {
                let schema = Schema.named(name)
                writeContent("application/json", schema: answer.isArray ? .array(of: schema) : schema, &json)
            } else if answer.status >= 400 {
                writeContents(
                    [("application/json", .named(errorSchema)), (ErrorBody.problemType, .named("Problem"))], &json)
            } else if let contentType = answer.contentType {
                writeContent(contentType, schema: nil, &json)
            }
            json.endObject()
        }
        json.endObject()
    }

    private var errorSchema: String {
        switch endpoint.errorShape {
        case .plain: "Error"
        case .structured: "StructuredError"
        case .stats: "StatsError"
        }
    }

    private func writeHeaders(_ status: Int, _ json: inout JSONWriter) {
        json.beginObject("headers")
        for header in OpenAPIHeader.all where header.isSent(status, endpoint) {
            json.key(dynamic: header.name)
            json.beginObject()
            json.field("$ref", "#/components/headers/\(header.name)")
            json.endObject()
        }
        json.endObject()
    }

    private func writeContent(_ contentType: String, schema: Schema?, _ json: inout JSONWriter) {
        writeContents([(contentType, schema)], &json)
    }

    private func writeContents(_ contents: [(type: String, schema: Schema?)], _ json: inout JSONWriter) {
        json.beginObject("content")
        for content in contents {
            json.key(dynamic: content.type)
            json.beginObject()
            if let schema = content.schema {
                json.key("schema")
                schema.write(to: &json)
            }
            json.endObject()
        }
        json.endObject()
    }
}
