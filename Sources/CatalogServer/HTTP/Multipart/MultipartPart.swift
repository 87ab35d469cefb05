import CatalogCore

/// The head of one part of a `multipart/form-data` body (RFC 7578).
struct MultipartPart: Sendable, Equatable {
    /// Of the field.
    let name: String
    /// Bytes as the client sent them; nil for what is no file.
    let fileName: [UInt8]?

    /// Reads the lines of a head, without the empty one at its end.
    ///
    /// - Throws: `CatalogError.invalidArgument` for what is no head of form data.
    init(head: ArraySlice<UInt8>) throws {
        var disposition: ArraySlice<UInt8>?
        for line in Self.lines(of: head) {
            let (name, value) = try Self.field(line)
            guard name == "content-disposition" else { continue }
            guard disposition == nil else { throw MultipartParser.malformed("two Content-Disposition fields") }
            disposition = value
        }
        guard let disposition else { throw MultipartParser.malformed("a part without Content-Disposition") }
        var values = HeaderValue(disposition)
        guard values.word() == "form-data" else { throw MultipartParser.malformed("a part that is no form data") }
        var parameters: [String: [UInt8]] = [:]
        while let (name, value) = try values.parameter() {
            guard parameters.updateValue(value, forKey: name) == nil else {
                throw MultipartParser.malformed("a parameter that comes twice")
            }
        }
        guard let name = parameters["name"] else { throw MultipartParser.malformed("a part without a name") }
        self.name = String(decoding: name, as: UTF8.self)
        fileName = parameters["filename"]
    }

    private static func lines(of head: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = head.startIndex
        var index = start
        while index + 1 < head.endIndex {
            if head[index] == 0x0D, head[index + 1] == 0x0A {
                lines.append(head[start..<index])
                start = index + 2
                index = start
            } else {
                index += 1
            }
        }
        if start < head.endIndex { lines.append(head[start...]) }
        return lines
    }

    private static func field(_ line: ArraySlice<UInt8>) throws -> (name: String, value: ArraySlice<UInt8>) {
        guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw MultipartParser.malformed("a control character in a head")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(HeaderValue.isToken)
        else { throw MultipartParser.malformed("a line that is no field") }
        return (String(decoding: line[..<colon], as: UTF8.self).lowercased(), line[(colon + 1)...])
    }
}

/// The value of a header field: a word, and parameters behind it.
struct HeaderValue {
    private var rest: ArraySlice<UInt8>

    init(_ value: ArraySlice<UInt8>) {
        rest = value
    }

    /// The first word, in small letters.
    mutating func word() -> String {
        skipBlanks()
        let word = rest.prefix { Self.isToken($0) || $0 == UInt8(ascii: "/") }
        rest = rest.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self).lowercased()
    }

    /// The next parameter; nil at the end.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    mutating func parameter() throws -> (name: String, value: [UInt8])? {
        skipBlanks()
        guard let separator = rest.first else { return nil }
        guard separator == UInt8(ascii: ";") else { throw MultipartParser.malformed("a parameter without ;") }
        rest = rest.dropFirst()
        skipBlanks()
        // A separator with nothing behind it is harmless, and some clients send one.
        if rest.isEmpty { return nil }
        let name = rest.prefix(while: Self.isToken)
        rest = rest.dropFirst(name.count)
        guard !name.isEmpty, rest.first == UInt8(ascii: "=") else {
            throw MultipartParser.malformed("a parameter without a value")
        }
        rest = rest.dropFirst()
        let value = rest.first == UInt8(ascii: "\"") ? try quoted() : token()
        return (String(decoding: name, as: UTF8.self).lowercased(), value)
    }

    private mutating func token() -> [UInt8] {
        let value = rest.prefix(while: Self.isToken)
        rest = rest.dropFirst(value.count)
        return Array(value)
    }

    /// A backslash stands before a quote or another one; before anything else it is a part of the name, as browsers mean it.
    private mutating func quoted() throws -> [UInt8] {
        var value: [UInt8] = []
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return value }
            if byte == UInt8(ascii: "\\"), let next = rest.first,
                next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
            {
                value.append(next)
                rest = rest.dropFirst()
            } else {
                value.append(byte)
            }
        }
        throw MultipartParser.malformed("a quoted text without an end")
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    }

    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
