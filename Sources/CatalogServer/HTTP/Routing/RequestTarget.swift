/// The target of a request line (RFC 9112 section 3.2), split but not decoded.
struct RequestTarget: Sendable {
    /// Begins with a slash; `*` for the whole server.
    let path: Substring
    /// What follows the question mark, or nil.
    let query: Substring?

    init(_ raw: String) {
        var rest = raw[...]
        // Proxies may send the absolute form; its authority has been chosen already.
        if rest.utf8.first != UInt8(ascii: "/"), let authority = rest.utf8.rest(after: "://".utf8) {
            let path = authority.drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            rest = path.first == UInt8(ascii: "/") ? Substring(path) : "/" + Substring(path)
        }
        if let mark = rest.utf8.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<mark] }
        guard let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            path = rest
            query = nil
            return
        }
        path = rest[..<mark]
        query = rest[rest.utf8.index(after: mark)...]
    }
}

extension Substring.UTF8View {
    /// What follows the first `needle`. Bytes, since a combining mark makes one character of itself and a slash.
    fileprivate func rest(after needle: String.UTF8View) -> Substring.UTF8View? {
        var start = startIndex
        while start < endIndex {
            if self[start...].starts(with: needle) { return self[index(start, offsetBy: needle.count)...] }
            start = index(after: start)
        }
        return nil
    }
}
