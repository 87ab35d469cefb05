import CatalogCore

/// Names that mean nothing but a name, wherever an archive is unpacked.
enum ArchiveNames {
    /// What stands in place of a character that would mean more.
    private static let stand = UInt8(ascii: "_")

    /// Whether the name can stay as it is, for nearly all names.
    static func isPlain(_ name: some Collection<UInt8>) -> Bool {
        name.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: ":") }
            && name.contains { $0 != UInt8(ascii: ".") }
    }

    /// The name in UTF-8 without control characters, marks that turn the direction of text, backslashes (separators to Windows)
    /// and the form of a drive; bytes that are no text appear in the form of `NameEncoding`.
    static func safe(_ name: [UInt8]) -> [UInt8] {
        if isPlain(name) { return name }
        // The root of a storage may be called so.
        if name.allSatisfy({ $0 == UInt8(ascii: ".") }), name.count <= 2 {
            return [UInt8](repeating: stand, count: max(name.count, 1))
        }
        let text = String.UnicodeScalarView(
            NameEncoding.text(of: name).unicodeScalars.map { isHarmless($0.value) ? $0 : "_" })
        var bytes = Array(String(text).utf8)
        if bytes.count >= 2, bytes[1] == UInt8(ascii: ":"), isLetter(bytes[0]) { bytes[1] = stand }
        return bytes
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func isHarmless(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<0x20, 0x5C, 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: false
        default: true
        }
    }

    /// `a.txt` with a number: `a (2).txt`.
    static func numbered(_ name: [UInt8], _ number: Int) -> [UInt8] {
        let dot = name.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > 0 ? $0 : nil } ?? name.count
        return name[..<dot] + Array(" (\(number))".utf8) + name[dot...]
    }
}

/// The names of one directory, each given once.
struct ArchiveNameGiver {
    private var taken: Set<[UInt8]> = []
    private var numbers: [[UInt8]: Int] = [:]

    /// Whether nobody had the name yet.
    mutating func take(_ name: [UInt8]) -> Bool { taken.insert(name).inserted }

    /// The name, or one made of it that nobody has.
    mutating func give(_ name: [UInt8]) -> [UInt8] {
        if take(name) { return name }
        var number = numbers[name] ?? 1
        while true {
            number += 1
            let other = ArchiveNames.numbered(name, number)
            guard take(other) else { continue }
            numbers[name] = number
            return other
        }
    }
}
