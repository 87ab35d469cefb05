import CatalogCore
import HTTPTypes

/// The `Link` field that leads from one page of a list to the next (RFC 8288).
enum PageLink {
    private static let name = HTTPField.Name.known("Link")

    /// How the page was asked for, and so the next one.
    enum Way {
        case offset
        /// Where this page ended; nil when it was the last one.
        case cursor(String?)
    }

    /// Adds the field when there are rows behind this page.
    ///
    /// The address is relative to the request's own, so that it holds behind a proxy that adds to the path.
    static func add(to headers: inout HTTPFields, after page: Page, total: Int, of target: RequestTarget) {
        let (next, isTooFar) = page.offset.addingReportingOverflow(page.limit)
        guard !isTooFar, next < total else { return }
        headers[name] = field(["limit=\(page.limit)", "offset=\(next)"], of: target)
    }

    /// Adds the field for a page that is asked for by its cursor.
    static func add(to headers: inout HTTPFields, _ limit: Int, cursor: String, of target: RequestTarget) {
        headers[name] = field(["limit=\(limit)", "cursor=\(cursor)"], of: target)
    }

    private static func field(_ place: [String], of target: RequestTarget) -> String {
        let others = (target.query ?? "").split(separator: "&").filter { part in
            !["limit", "offset", "cursor"].contains(part.prefix { $0 != "=" })
        }
        // Of a repeated name the first one counts.
        return "<?\((place + others.map { escaped($0) }).joined(separator: "&"))>; rel=\"next\""
    }

    /// Percent-encodes what may stand in a request line as browsers send it, but not between angle brackets.
    private static func escaped(_ text: Substring) -> String {
        let refused = "<>\"\\^`{|}".utf8
        if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !refused.contains($0) }) { return String(text) }
        return text.utf8.reduce(into: "") { result, byte in
            if (0x21...0x7E).contains(byte), !refused.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0" + digits : "%" + digits
            }
        }
    }
}
