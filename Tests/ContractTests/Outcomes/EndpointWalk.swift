import CatalogServer
import HTTPTypes

extension Endpoint {
    /// The method as requests have it.
    var requestMethod: HTTPRequest.Method { HTTPRequest.Method(rawValue: method.rawValue) ?? .get }

    /// A path of this endpoint: what varies is `1`, the secret of a download link is `link`, and a place of the catalog is
    /// `tail`.
    func path(link: String = "1", tail: String = "1") -> String {
        "/"
            + template.segments.map { segment in
                switch segment {
                case .literal(let text): text
                case .parameter("token"): link
                case .parameter: "1"
                case .tail: tail
                }
            }.joined(separator: "/")
    }

    /// The body of an error with this text, in the endpoint's form; `members` follow: `,"retry_after":3`.
    func refusal(_ text: String, _ members: String = "") -> String {
        let success = errorShape == .stats ? #""success":false,"# : ""
        return "{\(success)\"error\":\"\(text)\"\(members)}"
    }

    /// Whether the endpoint reads JSON.
    var takesJSON: Bool {
        if case .json = requestBody { true } else { false }
    }

    /// Whether nobody gets an answer without saying who it is.
    var demandsAuthentication: Bool { authentication != .none && authentication != .optional }
}
