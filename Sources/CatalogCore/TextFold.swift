import Foundation

/// The one folding that search, sorting, usernames and patterns compare by: NFKC and full case folding.
///
/// `ß` folds to `ss`, `ﬁ` to `fi`, `Å` in either composition to the same text. The database keeps `version`, because names
/// folded by another version would silently not be found.
package enum TextFold {
    /// Raised whenever the folding of any text changes.
    package static let version = 1

    /// The folded form of `text`.
    package static func fold(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        if let folded = ScalarFolding.shared.fold(text) { return String(decoding: folded, as: UTF8.self) }
        return foldWhole(text)
    }

    /// Folds without shortcuts.
    static func foldWhole(_ text: String) -> String {
        // Upper-casing first joins what has one capital only (ß and ss, final sigma); composing again after it, because
        // a case mapping may decompose.
        let folded = text.precomposedStringWithCompatibilityMapping.uppercased().lowercased()
        return folded.precomposedStringWithCompatibilityMapping
    }

    /// The folded form of a name's text form, as UTF-8; nil when the name is its own folded form, which stores need not
    /// repeat.
    package static func foldedName(_ name: UnsafeRawBufferPointer) -> [UInt8]? {
        var isASCII = true
        var hasCapital = false
        for byte in name {
            if byte >= 0x80 { isASCII = false }
            if byte &- 0x41 < 26 { hasCapital = true }
        }
        if isASCII {
            guard hasCapital else { return nil }
            return [UInt8](unsafeUninitializedCapacity: name.count) { target, count in
                for index in 0..<name.count {
                    let byte = name[index]
                    target[index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
                }
                count = name.count
            }
        }
        let text = NameEncoding.text(of: name)
        let folded = ScalarFolding.shared.fold(text) ?? Array(foldWhole(text).utf8)
        return folded.elementsEqual(name) ? nil : folded
    }

    /// The same for bytes in an array.
    package static func foldedName(_ name: [UInt8]) -> [UInt8]? {
        name.withUnsafeBytes { foldedName($0) }
    }
}
