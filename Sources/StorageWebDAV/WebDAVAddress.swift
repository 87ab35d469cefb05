import CatalogCore

/// What the address of a `response` names, from the view of the collection that was asked for.
enum WebDAVAddress: Equatable {
    /// The collection itself.
    case itself
    /// Something in it.
    case child([UInt8])
    /// Somewhere else, or no address at all.
    case elsewhere

    /// - Parameters:
    ///   - href: as the server wrote it: a whole URL or a path, escaped.
    ///   - place: bytes of the path that was asked for, not escaped, without a slash at its end.
    ///   - authority: host and port of the server; an address of another one is elsewhere.
    init(_ href: String, in place: [UInt8], authority: String) {
        self = .elsewhere
        guard let path = Self.path(of: href, authority: authority), var bytes = Self.unescaped(path) else { return }
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        if bytes == place {
            self = .itself
        } else if bytes.starts(with: place), bytes.dropFirst(place.count).first == UInt8(ascii: "/") {
            let name = Array(bytes.dropFirst(place.count + 1))
            if StoragePath.isName(name) { self = .child(name) }
        }
    }

    private static func path(of href: String, authority: String) -> Substring? {
        guard let mark = href.firstRange(of: "://") else { return href.hasPrefix("/") ? href[...] : nil }
        let rest = href[mark.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard ["http", "https"].contains(href[..<mark.lowerBound].lowercased()),
            rest[..<slash].lowercased() == authority.lowercased()
        else { return nil }
        return rest[slash...]
    }

    private static func unescaped(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
