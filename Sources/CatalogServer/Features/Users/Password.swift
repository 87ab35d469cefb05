import CatalogCore
import Foundation

/// A password as somebody typed it. It never prints itself.
package struct Password: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// In NFC (RFC 8265), so that the same keys on another keyboard give the same bytes; empty when it is too long.
    let bytes: [UInt8]
    /// Whether it is so long that nobody has it and that it was not even normalised.
    let isTooLong: Bool
    /// Unicode scalars: what a person takes for one character may have any number of bytes.
    private let characterCount: Int

    /// Any text: what somebody typed may be no acceptable password at all.
    package init(_ text: String) {
        isTooLong = text.utf8.count > Limits.passwordBytes
        guard !isTooLong else {
            bytes = []
            characterCount = .max
            return
        }
        let composed = text.precomposedStringWithCanonicalMapping
        bytes = Array(composed.utf8)
        characterCount = composed.unicodeScalars.count
    }

    /// The rule for new passwords: 8 to 128 characters of any kind, since length is what makes them strong.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    package func requireAcceptable() throws {
        guard characterCount >= Limits.passwordCharacters.lowerBound else {
            throw CatalogError(.invalidArgument, "Password must be at least 8 characters long")
        }
        guard characterCount <= Limits.passwordCharacters.upperBound else {
            throw CatalogError(.invalidArgument, "Password must be at most 128 characters long")
        }
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    /// Nothing, so that `dump` shows nothing.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
