import CatalogCore
import Foundation

/// The name of an account: 3 to 50 letters and digits of any script, and `. _ @ -` (ruling 2).
package struct Username: Sendable, Equatable {
    /// In NFKC, in the letters that the user chose.
    package let text: String
    /// What names are compared by: `Müller`, `MÜLLER` and `müller` in either composition are one name.
    package let folded: String

    /// - Throws: `CatalogError.invalidArgument` with what is wrong.
    package init(_ input: String) throws {
        let text = input.precomposedStringWithCompatibilityMapping
        guard Limits.usernameCharacters.contains(text.unicodeScalars.count) else {
            throw CatalogError(.invalidArgument, "Username must be 3 to 50 characters long")
        }
        guard let first = text.unicodeScalars.first, !Self.isMark(first),
            text.unicodeScalars.allSatisfy({
                Self.isLetterOrDigit($0) || Self.isMark($0) || "._@-".unicodeScalars.contains($0)
            })
        else {
            throw CatalogError(.invalidArgument, "Username may only contain letters, digits and . _ @ -")
        }
        self.text = text
        folded = TextFold.fold(text)
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        default: false
        }
    }

    /// Vowel signs and accents, without which many scripts cannot be written. They count as characters, so a name
    /// cannot grow by piling them up.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark: true
        default: false
        }
    }
}
