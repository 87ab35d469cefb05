/// The path of an endpoint with names for what varies: `/api/v1/scans/{job_id}`, `/api/v1/catalog/{path...}`.
///
/// `{name}` stands for one segment that is not empty, `{name...}` for the whole rest of the path, which may be empty.
package struct PathTemplate: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// One part between slashes.
    package enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
        /// The rest of the path; always last.
        case tail(String)
    }

    /// From left to right.
    package let segments: [Segment]

    init(segments: [Segment]) {
        self.segments = segments
    }

    /// Reads the form of the type's own description; slashes at the ends do not matter.
    package init(_ text: String) {
        segments = text.split(separator: "/").map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .tail(String(name.dropLast(3))) : .parameter(String(name))
        }
    }

    /// Lets endpoints write their template as a plain literal.
    package init(stringLiteral value: String) {
        self.init(value)
    }

    /// The form of documents, logs and metrics: `/api/v1/catalog/{path}`.
    package var description: String {
        "/"
            + segments.map { segment in
                switch segment {
                case .literal(let text): text
                case .parameter(let name), .tail(let name): "{\(name)}"
                }
            }.joined(separator: "/")
    }

    /// Names of what varies, from left to right.
    package var parameterNames: [String] {
        segments.compactMap { segment in
            switch segment {
            case .literal: nil
            case .parameter(let name), .tail(let name): name
            }
        }
    }
}
