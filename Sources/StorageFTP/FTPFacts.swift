import CatalogCore
import CatalogStorage

/// The facts of `MLSD` and `MLST`: `type=file;size=5;modify=20261126221300; name`.
///
/// *Source*: RFC 3659 section 7.2.
enum FTPFacts {
    /// - Returns: nil for the directory itself and its parent.
    /// - Throws: `CatalogError.dataLoss`.
    static func parse(_ line: ArraySlice<UInt8>) throws -> FTPLine? {
        guard let blank = line.firstIndex(of: UInt8(ascii: " ")) else { throw FTPListing.unreadable(line) }
        var kind: EntryKind?
        var isOfDirectory = false
        var (size, modified): (Int64, Int64) = (StorageEntry.unknownBytes, 0)
        for fact in line[..<blank].split(separator: UInt8(ascii: ";")) {
            guard let equals = fact.firstIndex(of: UInt8(ascii: "=")) else { throw FTPListing.unreadable(line) }
            let name = lower(fact[..<equals])
            let value = lower(fact[(equals + 1)...])
            switch name {
            case "type":
                isOfDirectory = value == "cdir" || value == "pdir"
                kind = Self.kind(value)
            case "size": size = Int64(value) ?? StorageEntry.unknownBytes
            case "modify": modified = time(value) ?? 0
            default: break
            }
        }
        if isOfDirectory { return nil }
        var entry = kind.map { StorageEntry(kind: $0) }
        entry?.modifiedNS = modified
        if kind == .file { entry?.sizeBytes = size }
        return FTPLine(name: line[(blank + 1)...], entry: entry)
    }

    private static func kind(_ type: String) -> EntryKind? {
        switch type {
        case "file": .file
        case "dir", "cdir", "pdir": .directory
        default: type.contains("slink") || type.contains("symlink") ? .link : nil
        }
    }

    /// Nanoseconds since 1970 of `YYYYMMDDHHMMSS[.fff]`, which is UTC.
    static func time(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first, whole.utf8.count == 14, whole.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            return nil
        }
        let digits = Array(whole.utf8).map { Int64($0) - 0x30 }
        let number = { (range: Range<Int>) in digits[range].reduce(0) { $0 * 10 + $1 } }
        return Timestamp.nanoseconds(
            year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(8..<10),
            minute: number(10..<12),
            second: number(12..<14))
    }

    private static func lower(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self).lowercased()
    }
}
