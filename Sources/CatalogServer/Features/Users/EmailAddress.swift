import CatalogCore

/// An e-mail address that may be deliverable: something, one `@`, a domain.
package struct EmailAddress: Sendable, Equatable {
    /// As the user wrote it.
    package let text: String
    /// What addresses are compared by.
    package let folded: String

    /// Checks the form only: which local parts exist is for the mail server to say.
    ///
    /// - Throws: `CatalogError.invalidArgument`.
    package init(_ text: String) throws {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        // 64 and 254 bytes are the limits of RFC 5321 (sections 4.5.3.1.1 and 4.5.3.1.3).
        guard text.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].count),
            text.unicodeScalars.allSatisfy(Self.isPrintable), Self.isDomain(String(decoding: parts[1], as: UTF8.self))
        else { throw CatalogError(.invalidArgument, "Invalid email address") }
        self.text = text
        folded = TextFold.fold(text)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar.value > 0x20 && scalar.value < 0x7F && !"<>()[],;:\\\"".unicodeScalars.contains(scalar)
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .surrogate,
            .unassigned:
            return false
        default: return true
        }
    }

    private static func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-"
                }
        }
    }
}
