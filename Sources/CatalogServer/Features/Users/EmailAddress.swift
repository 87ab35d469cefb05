import CatalogCore
import Foundation

/// An e-mail address that may be deliverable: a dot-atom, one `@`, a domain with a dot.
package struct EmailAddress: Sendable, Equatable {
    /// As the user wrote it, in NFC.
    package let text: String
    /// What addresses are compared by.
    package let folded: String

    /// Checks the form only: which local parts exist is for the mail server to say.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    package init(_ input: String) throws {
        let invalid = CatalogError(.invalidArgument, "Invalid email address")
        guard input.utf8.count <= Limits.accountNameBytes else { throw invalid }
        text = input.precomposedStringWithCanonicalMapping
        folded = TextFold.fold(text)
        // The folded form too: a wide `@` or dot folds to the plain one, and then two addresses would be the same.
        guard Self.isAddress(text), Self.isAddress(folded) else { throw invalid }
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.unicodeScalars.split(separator: "@", omittingEmptySubsequences: false).map { Substring($0) }
        // 64 and 254 bytes are the limits of RFC 5321 (sections 4.5.3.1.1 and 4.5.3.1.3).
        guard text.utf8.count <= 254, parts.count == 2, parts[0].utf8.count <= 64 else { return false }
        let labels = labels(of: parts[1])
        return Self.labels(of: parts[0]).allSatisfy { !$0.isEmpty && $0.unicodeScalars.allSatisfy(isAtom) }
            && labels.count >= 2 && labels.allSatisfy(isDomainLabel)
    }

    private static func labels(of text: Substring) -> [Substring] {
        text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// What RFC 5322 (section 3.2.3) allows, and beyond ASCII (RFC 6532) what can be seen.
    private static func isAtom(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar.value > 0x20 && scalar.value < 0x7F && !"<>()[]@.,;:\\\"".unicodeScalars.contains(scalar)
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .surrogate,
            .unassigned:
            return false
        default: return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func isDomainLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.unicodeScalars.first?.isLetterOrDigit == true
            && label.unicodeScalars.last != "-"
            && label.unicodeScalars.allSatisfy { $0 == "-" || $0.isLetterOrDigit || $0.isMark }
    }
}

extension Unicode.Scalar {
    /// A letter or a decimal digit of any script that can be seen.
    var isLetterOrDigit: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            // Fillers are letters, but show nothing.
            !properties.isDefaultIgnorableCodePoint
        default: false
        }
    }

    /// A vowel sign or an accent that can be seen: many scripts cannot be written without them.
    var isMark: Bool {
        switch properties.generalCategory {
        // Selectors are marks, but show nothing.
        case .nonspacingMark, .spacingMark: !properties.isDefaultIgnorableCodePoint
        default: false
        }
    }
}
