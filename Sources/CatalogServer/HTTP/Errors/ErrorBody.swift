import CatalogCore
import HTTPTypes
import Hummingbird
import NIOCore

/// The bodies of errors: the only place that knows their shapes.
enum ErrorBody {
    static let problemType = "application/problem+json"
    private static let plainMembers: Set = ["success", "error", "code"]
    private static let problemMembers = plainMembers.union(["type", "title", "status", "detail", "instance"])

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
        let taken = isProblem ? problemMembers : plainMembers
        for (name, detail) in failure.details.sorted(by: { $0.key < $1.key }) where name != "code" {
            // A member that stands there already keeps its meaning; the detail gets an underscore behind its name.
            json.key(dynamic: taken.contains(name) ? name + "_" : name)
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
        headers[values: .vary].append("Accept")
        return Response(status: failure.status, headers: headers, body: ResponseBody(byteBuffer: json.buffer))
    }

    private static func writeProblem(_ failure: Failure, _ requestID: String, _ json: inout JSONWriter) {
        json.field("type", "about:blank")
        json.field("title", failure.status.reasonPhrase)
        json.field("status", failure.status.code)
        json.field("detail", failure.message)
        json.field("instance", "urn:catalogizer:request:\(PercentEncoding.encode(requestID))")
    }

    /// Whether problem details are named with a higher weight than plain JSON, or at least more exactly.
    private static func prefersProblem(_ accept: String) -> Bool {
        let weights = WeightedList(accept)
        guard let problem = weights.weight(of: problemType), problem > 0 else { return false }
        if let json = weights.weight(of: "application/json") { return problem > json }
        return problem >= weights.weight(of: "application/*") ?? weights.weight(of: "*/*") ?? 0
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
