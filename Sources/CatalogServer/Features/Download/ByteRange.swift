/// The part of a file that a request asks for. *Source*: RFC 9110 section 14.
package enum ByteRange: Equatable, Sendable {
    /// No range, one that is not understood, or several: the whole body with 200 (ruling 26).
    case whole
    /// Bytes to send with 206.
    case part(Range<Int64>)
    /// 416.
    case unsatisfiable

    /// Reads the value of a `Range` field for a body of `size` bytes. Numbers beyond 64 bits count as the largest number.
    package init(header: String?, size: Int64) {
        guard let header, let ranges = Self.value(of: header), !ranges.contains(",") else {
            self = .whole
            return
        }
        let ends = ranges.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else {
            self = .whole
            return
        }
        let first = ends[0].trimmingBlanks
        let last = ends[1].trimmingBlanks
        switch (Self.number(first), Self.number(last)) {
        case (nil, let suffix?) where first.isEmpty:
            self = suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)..<size)
        case (let start?, nil) where last.isEmpty:
            self = start < size ? .part(start..<size) : .unsatisfiable
        case (let start?, let end?) where start <= end:
            self = start < size ? .part(start..<(end < size ? end + 1 : size)) : .unsatisfiable
        default:
            self = .whole
        }
    }

    private static func value(of header: String) -> Substring? {
        let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].trimmingBlanks.lowercased() == "bytes" else { return nil }
        return parts[1]
    }

    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text) ?? .max
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var result = self
        while result.first == " " || result.first == "\t" { result.removeFirst() }
        while result.last == " " || result.last == "\t" { result.removeLast() }
        return result
    }
}
