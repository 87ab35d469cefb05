import CatalogCore
import Foundation

/// The name of an account: 3 to 50 letters and digits of any script, and `. _ @ -`.
package struct Username: Sendable, Equatable {
    /// In NFKC, in the letters that the user chose.
    package let text: String
    /// What names are compared by: `Müller`, `MÜLLER` and `müller` in either composition are one name.
    package let folded: String

    /// - Throws: `CatalogError.invalidArgument` with what is wrong.
    package init(_ input: String) throws {
        guard input.utf8.count <= Limits.accountNameBytes else { throw Self.wrongLength }
        let text = input.precomposedStringWithCompatibilityMapping
        guard Limits.usernameCharacters.contains(text.unicodeScalars.count) else { throw Self.wrongLength }
        // Marks count as characters, so a name cannot grow by piling them up.
        guard let first = text.unicodeScalars.first, !first.isMark,
            text.unicodeScalars.allSatisfy({
                $0.isLetterOrDigit || $0.isMark || "._@-".unicodeScalars.contains($0)
            })
        else {
            throw CatalogError(.invalidArgument, "Username may only contain letters, digits and . _ @ -")
        }
        self.text = text
        folded = TextFold.fold(text)
    }

    /// What the text of a login is compared by, as `folded`: a username or an e-mail address.
    ///
    /// - Returns: nil for a text that is longer than any of both, which is not worth the work.
    static func folded(ofLogin text: String) -> String? {
        text.utf8.count <= Limits.accountNameBytes ? TextFold.fold(text) : nil
    }

    private static let wrongLength = CatalogError(.invalidArgument, "Username must be 3 to 50 characters long")
}
