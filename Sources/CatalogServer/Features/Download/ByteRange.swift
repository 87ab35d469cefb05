/// The part of a file that a request asks for. *Source*: RFC 9110 section 14.
package enum ByteRange: Equatable, Sendable {
    /// No range, one that is not understood, or several: the whole body with 200, as HTTP allows.
    case whole
    /// Bytes to send with 206.
    case part(Range<Int64>)
    /// 416.
    case unsatisfiable

    /// Reads the value of a `Range` field for a body of `size` bytes. Numbers beyond 64 bits count as the largest number.
    package init(header: String?, size: Int64) {
        guard let ends = header.flatMap({ Self.ends(of: $0.utf8) }) else {
            self = .whole
            return
        }
        switch ends {
        case (nil, let suffix?):
            self = suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)..<size)
        case (let start?, nil):
            self = start < size ? .part(start..<size) : .unsatisfiable
        case (let start?, let end?) where start <= end:
            self = start < size ? .part(start..<(end < size ? end + 1 : size)) : .unsatisfiable
        default:
            self = .whole
        }
    }

    /// What is sent of a body of `size` bytes; nil for nothing.
    func bytes(of size: Int64) -> Range<Int64>? {
        switch self {
        case .whole: 0..<max(0, size)
        case .part(let part): part
        case .unsatisfiable: nil
        }
    }

    /// Whether the value of a `Range` field is one range that some file could satisfy.
    static func isAsked(for header: String?) -> Bool {
        // What the largest file there can be does not satisfy, no file does.
        if case .part = ByteRange(header: header, size: .max) { true } else { false }
    }

    /// The numbers before and after the dash of `bytes=first-last`; nil for anything else, several ranges included.
    private static func ends(of header: String.UTF8View) -> (Int64?, Int64?)? {
        var rest = header[...]
        skipBlanks(&rest)
        for letter in "bytes".utf8 {
            guard let next = rest.popFirst(), next | 0x20 == letter else { return nil }
        }
        skipBlanks(&rest)
        guard rest.popFirst() == UInt8(ascii: "=") else { return nil }
        let first = number(&rest)
        guard rest.popFirst() == UInt8(ascii: "-") else { return nil }
        let last = number(&rest)
        return rest.isEmpty ? (first, last) : nil
    }

    private static func number(_ rest: inout Substring.UTF8View) -> Int64? {
        skipBlanks(&rest)
        var value: Int64?
        while let digit = rest.first, (0x30...0x39).contains(digit) {
            let (shifted, isTooLong) = (value ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, isTooLarge) = shifted.addingReportingOverflow(Int64(digit) - 0x30)
            value = isTooLong || isTooLarge ? .max : sum
            rest.removeFirst()
        }
        skipBlanks(&rest)
        return value
    }

    private static func skipBlanks(_ rest: inout Substring.UTF8View) {
        while let next = rest.first, next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { rest.removeFirst() }
    }
}
