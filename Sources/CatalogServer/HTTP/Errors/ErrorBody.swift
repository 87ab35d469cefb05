import CatalogCore
import HTTPTypes
import Hummingbird
import NIOCore

/// The bodies of errors: the only place that knows their shapes.
enum ErrorBody {
    private static let problemType = "application/problem+json"

    /// The body in the shape that the endpoint documents.
    ///
    /// Where the client's Accept field prefers `application/problem+json`, the body is of RFC 9457 and carries the
    /// documented members as well.
    static func response(
        _ failure: Failure, shape: Endpoint.ErrorShape, accept: String?, requestID: String
    ) -> Response {
        let isProblem = accept.map(prefersProblem) ?? false
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        if isProblem { writeProblem(failure, requestID, &json) }
        if shape != .plain { json.field("success", false) }
        json.field("error", failure.message)
        if shape == .structured || isProblem { json.field("code", failure.wireCode) }
        for (name, detail) in failure.details.sorted(by: { $0.key < $1.key }) where name != "code" {
            json.key(dynamic: name)
            switch detail {
            case .text(let text): json.string(text)
            case .integer(let value): json.integer(value)
            case .list(let values):
                json.beginArray()
                for value in values { json.string(value) }
                json.endArray()
            }
        }
        json.endObject()
        var headers = failure.headers
        headers[.contentType] = isProblem ? problemType : "application/json"
        return Response(status: failure.status, headers: headers, body: ResponseBody(byteBuffer: json.buffer))
    }

    private static func writeProblem(_ failure: Failure, _ requestID: String, _ json: inout JSONWriter) {
        json.field("type", "about:blank")
        json.field("title", failure.status.reasonPhrase)
        json.field("status", failure.status.code)
        json.field("detail", failure.message)
        json.field("instance", "urn:catalogizer:request:\(requestID)")
    }

    /// Whether problem details are named with a higher weight than plain JSON.
    private static func prefersProblem(_ accept: String) -> Bool {
        let weights = WeightedList(accept)
        let problem = weights.weight(of: problemType) ?? 0
        let json = weights.weight(of: "application/json") ?? 0
        return problem > 0 && problem >= json
    }
}

/// A header field that lists values with weights (RFC 9110 section 12.4.2).
struct WeightedList {
    private let items: [(name: String, weight: Double)]

    init(_ text: String) {
        items = text.split(separator: ",").map { item in
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return (parts.first ?? "", weight)
        }
    }

    /// The weight of exactly this value, or nil when it is not listed.
    func weight(of name: String) -> Double? {
        items.first { $0.name == name }?.weight
    }
}
