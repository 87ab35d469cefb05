/// The reversible text form of a name that is bytes.
///
/// A name on a disk is bytes and need not be UTF-8, while JSON and URLs carry text. Every byte that is not part of valid
/// UTF-8 becomes U+201B followed by two upper-case hexadecimal digits (`‛FE`), and a literal U+201B is doubled.
/// *Source*: the idea is rclone's `lib/encoder`.
package enum NameEncoding {
    /// UTF-8 of U+201B.
    private static let quote: [UInt8] = [0xE2, 0x80, 0x9B]

    /// The text form of `name`; the same text for the same bytes, always.
    package static func text(of name: [UInt8]) -> String {
        name.withUnsafeBytes { text(of: $0) }
    }

    /// The same for bytes in place.
    package static func text(of name: UnsafeRawBufferPointer) -> String {
        // ASCII is its own text: nearly every name. Written out, because a listing asks for a hundred of them.
        var bits: UInt8 = 0
        for byte in name { bits |= byte }
        return bits < 0x80 ? String(decoding: name, as: UTF8.self) : anyText(of: name)
    }

    /// The same for any other bytes.
    package static func text(of name: some Collection<UInt8>) -> String {
        text(of: Array(name))
    }

    private static func anyText(of name: UnsafeRawBufferPointer) -> String {
        if let text = quickText(of: name) { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.count + 8)
        let source = Array(name)
        var index = 0
        while index < source.count {
            let length = validSequenceLength(source, at: index)
            if length == 0 {
                bytes += quote + hex(source[index])
                index += 1
                continue
            }
            let sequence = source[index..<(index + length)]
            if sequence.elementsEqual(quote) { bytes += quote }
            bytes += sequence
            index += length
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes that `text` stands for: the inverse of `text(of:)`.
    ///
    /// A U+201B that is followed neither by another one nor by two upper-case hexadecimal digits stands for itself, so that
    /// a person may type such a name.
    package static func bytes(of text: some StringProtocol) -> [UInt8] {
        bytes(ofEncoded: Array(text.utf8))
    }

    /// The same for bytes that came out of a URL: raw invalid bytes mean themselves.
    package static func bytes(ofEncoded source: [UInt8]) -> [UInt8] {
        guard source.contains(quote[0]) else { return source }
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        var index = 0
        while index < source.count {
            guard source[index...].starts(with: quote) else {
                result.append(source[index])
                index += 1
                continue
            }
            let next = index + 3
            if source[next...].starts(with: quote) {
                result += quote
                index = next + 3
            } else if next + 1 < source.count, let high = digit(source[next]), let low = digit(source[next + 1]),
                high >= 8
            {
                result.append(high << 4 | low)
                index = next + 2
            } else {
                result += quote
                index = next
            }
        }
        return result
    }

    /// Plain valid UTF-8 without a quote is its own text: nearly every name.
    private static func quickText(of name: UnsafeRawBufferPointer) -> String? {
        guard let text = String(validating: name, as: UTF8.self) else { return nil }
        return name.contains(quote[0]) && text.unicodeScalars.contains("\u{201B}") ? nil : text
    }

    /// Length of the valid UTF-8 sequence that starts at `index`, or 0.
    private static func validSequenceLength(_ source: [UInt8], at index: Int) -> Int {
        let lead = source[index]
        let length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0
        guard length > 0, index + length <= source.count else { return 0 }
        let valid = String(validating: source[index..<(index + length)], as: UTF8.self) != nil
        return valid ? length : 0
    }

    private static func hex(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
