import CatalogCore
import HTTPTypes

/// The conditions of a request for a file, in the order of RFC 9110 section 13.2.2: a condition about tags goes before the one
/// about times that says the same.
struct FileConditions {
    enum Outcome: Equatable {
        case met
        /// 304: the client has the file already.
        case notModified
        /// 412: the client has another one.
        case failed
    }

    private let headers: HTTPFields

    init(_ headers: HTTPFields) {
        self.headers = headers
    }

    /// Whether the request makes any: then it may end without a byte of the file.
    var areThere: Bool {
        [.ifMatch, .ifUnmodifiedSince, .ifNoneMatch, .ifModifiedSince].contains { headers[$0] != nil }
    }

    /// - Parameters:
    ///   - etag: the file's strong tag.
    ///   - modifiedAt: microseconds since 1970; HTTP knows whole seconds. Nil for what has no such time: then conditions about it
    ///     are none (RFC 9110 section 13.1.3).
    func outcome(etag: String, modifiedAt: Int64?) -> Outcome {
        let second = modifiedAt.map { max(0, $0) / 1_000_000 }
        if let tags = headers.value(of: .ifMatch) {
            if !Self.list(tags, holds: etag, orWeak: false) { return .failed }
        } else if let second, let time = Self.second(headers.value(of: .ifUnmodifiedSince)), second > time {
            return .failed
        }
        if let tags = headers.value(of: .ifNoneMatch) {
            return Self.list(tags, holds: etag, orWeak: true) ? .notModified : .met
        }
        if let second, let time = Self.second(headers.value(of: .ifModifiedSince)), second <= time {
            return .notModified
        }
        return .met
    }

    private static func list(_ tags: String, holds etag: String, orWeak isWeakEnough: Bool) -> Bool {
        tags.split(separator: ",").contains { part in
            let tag = part.filter { $0 != " " }
            return tag == "*" || tag == etag || (isWeakEnough && tag == "W/" + etag)
        }
    }

    private static func second(_ text: String?) -> Int64? {
        text.flatMap { Timestamp.microseconds(httpDate: $0) }.map { $0 / 1_000_000 }
    }
}
