import CatalogCore

/// Whether bytes are JSON text, to the letter (RFC 8259).
///
/// Foundation's decoder takes more than that, and looks only at the members that it wants.
struct JSONShape {
    private let bytes: [UInt8]
    private var place = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether the text is JSON in UTF-8, without a NUL, written out or escaped, not nested deeper than `Limits.jsonDepth`,
    /// and without a key longer than `Limits.jsonKeyBytes`.
    static func isAcceptable(_ bytes: [UInt8]) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var shape = JSONShape(bytes)
        shape.skipSpace()
        guard shape.value(depth: 0) else { return false }
        shape.skipSpace()
        return shape.place == bytes.count
    }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        place += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard bytes[place...].starts(with: word.utf8) else { return false }
        place += word.utf8.count
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
    }

    private mutating func value(depth: Int) -> Bool {
        switch next {
        case UInt8(ascii: "{"): list(until: "}", depth + 1) { $0.member(depth + 1) }
        case UInt8(ascii: "["): list(until: "]", depth + 1) { $0.value(depth: depth + 1) }
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "t"): take(word: "true")
        case UInt8(ascii: "f"): take(word: "false")
        case UInt8(ascii: "n"): take(word: "null")
        default: number()
        }
    }

    private mutating func list(
        until end: Unicode.Scalar, _ depth: Int, _ element: (inout JSONShape) -> Bool
    ) -> Bool {
        guard depth <= Limits.jsonDepth else { return false }
        place += 1
        skipSpace()
        if take(end) { return true }
        while true {
            skipSpace()
            guard element(&self) else { return false }
            skipSpace()
            if take(end) { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func member(_ depth: Int) -> Bool {
        let start = place
        guard next == UInt8(ascii: "\""), string() else { return false }
        // A key is looked up, which normalises it, in time that grows with the square of its length.
        guard place - start - 2 <= Limits.jsonKeyBytes else { return false }
        skipSpace()
        guard take(":") else { return false }
        skipSpace()
        return value(depth: depth)
    }

    private mutating func string() -> Bool {
        place += 1
        while let byte = next {
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard escape() else { return false }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte = next else { return false }
        place += 1
        guard byte == UInt8(ascii: "u") else { return #""\/bfnrt"#.utf8.contains(byte) }
        let digits = bytes[place...].prefix(4)
        place += digits.count
        let isHex = digits.allSatisfy { digit in
            (0x30...0x39).contains(digit) || (0x61...0x66).contains(digit | 0x20)
        }
        return digits.count == 4 && isHex && !digits.elementsEqual("0000".utf8)
    }

    private mutating func number() -> Bool {
        _ = take("-")
        guard take("0") || digits() else { return false }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            return digits()
        }
        return true
    }

    /// One digit or more.
    private mutating func digits() -> Bool {
        let start = place
        while let byte = next, (0x30...0x39).contains(byte) { place += 1 }
        return place > start
    }
}
