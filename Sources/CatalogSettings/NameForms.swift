/// Forms of names.
extension SettingForm where Value == String {
    /// A user's name: 3 to 50 letters and digits of any script, and `. _ @ -`.
    static var username: SettingForm {
        text("name", accepted: "3 to 50 letters, digits, or any of . _ @ -") { text in
            (3...50).contains(text.count) && text.unicodeScalars.allSatisfy(isNameScalar)
        }
    }

    /// A pattern for one name of a file or directory.
    static var namePattern: SettingForm {
        text("name", accepted: "a name of 1 to 255 bytes without a slash") { text in
            (1...255).contains(text.utf8.count) && !text.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
        }
    }

    /// The name of a storage root.
    static var rootName: SettingForm {
        text("name", accepted: "the name of a storage root") { text in
            (1...255).contains(text.utf8.count) && !text.utf8.contains { $0 < 0x20 }
        }
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            true
        default: ["." as Unicode.Scalar, "_", "@", "-"].contains(scalar)
        }
    }
}
