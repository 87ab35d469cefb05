package import CatalogCore

/// The decoded parameters of a query string; of a repeated name the first one counts.
package struct QueryString: Sendable {
    private let pairs: [(name: String, value: [UInt8])]

    /// - Parameter raw: what follows `?`, still percent-encoded.
    /// - Throws: `CatalogError.invalidArgument` "Invalid query string" for a malformed escape or a NUL.
    package init(parsing raw: some StringProtocol) throws {
        pairs = try raw.utf8.split(separator: UInt8(ascii: "&")).map { part in
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(sides[0], plusIsSpace: true),
                let value = sides.count > 1 ? PercentEncoding.decode(sides[1], plusIsSpace: true) : [],
                !value.contains(0)
            else { throw CatalogError(.invalidArgument, ErrorText.invalidQuery) }
            return (String(decoding: name, as: UTF8.self), value)
        }
    }

    /// No parameters.
    package static let empty = QueryString()

    private init() {
        pairs = []
    }

    /// The value as text, or nil when it is not there.
    ///
    /// Bytes that are not UTF-8 appear in the form of `NameEncoding`, which every path and name takes back.
    package subscript(name: String) -> String? {
        bytes(name).map { String(validating: $0, as: UTF8.self) ?? NameEncoding.text(of: $0) }
    }

    /// The value as it was sent, decoded but not interpreted.
    package func bytes(_ name: String) -> [UInt8]? {
        pairs.first { $0.name == name }?.value
    }

    /// A page by `limit` and `offset`; values that make no sense are mended, not refused.
    package func page(default defaultLimit: Int = Limits.pageRowsDefault, max: Int = Limits.pageRowsMax) -> Page {
        Page(limit: self["limit"], offset: self["offset"], default: defaultLimit, max: max)
    }

    /// `true`, `false`, `1` or `0`, or nil when it is not there or empty.
    ///
    /// - Throws: `CatalogError.invalidArgument` that names the parameter, for anything else.
    package func bool(_ name: String) throws -> Bool? {
        switch self[name] {
        case nil, "": nil
        case "true", "1": true
        case "false", "0": false
        default: throw CatalogError(.invalidArgument, "Invalid \(name): must be true or false")
        }
    }

    /// A whole number, or nil when it is not there or empty. Digits beyond 64 bits count as the largest number, since that
    /// is what they ask for.
    ///
    /// - Throws: `CatalogError.invalidArgument` that names the parameter, for anything else.
    package func integer(_ name: String) throws -> Int64? {
        guard let text = self[name], !text.isEmpty else { return nil }
        if let value = Int64(text) { return value }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw CatalogError(.invalidArgument, "Invalid \(name): must be a whole number")
        }
        return text.hasPrefix("-") ? .min : .max
    }

    /// A time (RFC 3339), in microseconds since 1970, or nil when it is not there or empty.
    ///
    /// - Throws: `CatalogError.invalidArgument` that names the parameter, for anything else.
    package func time(_ name: String) throws -> Int64? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let time = Timestamp.microseconds(rfc3339: text) else {
            throw CatalogError(.invalidArgument, "Invalid \(name): must be a time such as 2024-01-15T10:30:00Z")
        }
        return time
    }

    /// A list separated by commas, without empty parts; nil when it is not there or empty.
    package func list(_ name: String) -> [String]? {
        let parts = self[name]?.split(separator: ",").map { part in
            // By bytes: stepping back over characters may take time that grows with the square of their number.
            var bytes = part.utf8.drop { $0 == UInt8(ascii: " ") }
            while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
            return String(Substring(bytes))
        }.filter { !$0.isEmpty }
        return parts?.isEmpty == false ? parts : nil
    }
}

/// Percent-encoding (RFC 3986 section 2.1).
enum PercentEncoding {
    /// The bytes that `encoded` stands for, decoded once, or nil for a malformed escape.
    static func decode(_ encoded: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(encoded.count)
        var iterator = encoded.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                result.append(high << 4 | low)
            } else {
                result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return result
    }

    /// Everything but letters, digits and `-._~` as escapes.
    static func encode(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
