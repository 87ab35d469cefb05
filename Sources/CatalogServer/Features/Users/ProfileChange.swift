import CatalogCore

/// What a request says about one field.
package enum FieldChange<Value: Sendable & Equatable>: Sendable, Equatable {
    /// Not mentioned: stays as it is.
    case keep
    /// `null`: becomes empty.
    case clear
    case set(Value)
}

/// Changes of a user's own data, as asked for and not yet checked.
package struct ProfileChange: Sendable {
    /// Cannot be cleared, and must stay unique.
    package var email: FieldChange<String> = .keep
    /// Of the person.
    package var firstName: FieldChange<String> = .keep
    /// Of the person.
    package var lastName: FieldChange<String> = .keep
    /// What others see instead of the username.
    package var displayName: FieldChange<String> = .keep
    /// A picture on the web.
    package var avatarURL: FieldChange<String> = .keep
    /// A name of the time zone database.
    package var timeZone: FieldChange<String> = .keep
    /// A language tag.
    package var language: FieldChange<String> = .keep
    /// Replaces all settings, it does not merge.
    package var settings: FieldChange<JSONObject> = .keep

    /// No change.
    package init() {}

    /// The profile after the change; the e-mail address is for the caller, because it must be unique.
    ///
    /// - Throws: `CatalogError.invalidArgument` naming the first field that is wrong.
    func applied(to profile: UserProfile) throws -> UserProfile {
        var result = profile
        result.firstName = try firstName.applied(to: profile.firstName) { try ProfileRules.name($0, "first_name") }
        result.lastName = try lastName.applied(to: profile.lastName) { try ProfileRules.name($0, "last_name") }
        result.displayName = try displayName.clearedWhenEmpty.applied(to: profile.displayName) {
            try ProfileRules.name($0, "display_name")
        }
        result.avatarURL = try avatarURL.clearedWhenEmpty.applied(to: profile.avatarURL, ProfileRules.avatarURL)
        result.timeZone = try timeZone.clearedWhenEmpty.applied(to: profile.timeZone, ProfileRules.timeZone)
        result.language = try language.clearedWhenEmpty.applied(to: profile.language, ProfileRules.language)
        result.settings = try settings.applied(to: profile.settings, ProfileRules.settings) ?? JSONObject()
        return result
    }
}

extension FieldChange {
    fileprivate func applied(to old: Value?, _ check: (Value) throws -> Value) rethrows -> Value? {
        switch self {
        case .keep: old
        case .clear: nil
        case .set(let value): try check(value)
        }
    }
}

extension FieldChange<String> {
    /// The same; but the empty text, which forms send for an empty field, clears as `null` does.
    fileprivate var clearedWhenEmpty: Self { self == .set("") ? .clear : self }
}

/// What each field of a profile accepts.
enum ProfileRules {
    /// A name of a person: not blank, without control characters, cut of surrounding blanks.
    static func name(_ text: String, _ field: String) throws -> String {
        // Stepping back over characters may take time that grows with the square of their number.
        guard text.utf8.count <= Limits.accountNameBytes else {
            throw CatalogError(.invalidArgument, "\(field) is too long")
        }
        let trimmed = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        let name = String(trimmed)
        guard name.unicodeScalars.contains(where: showsSomething) else {
            throw CatalogError(.invalidArgument, "\(field) is required")
        }
        guard name.unicodeScalars.count <= Limits.profileFieldCharacters else {
            throw CatalogError(.invalidArgument, "\(field) is too long")
        }
        // A name that turns the text around it could show itself as another one.
        guard
            name.unicodeScalars.allSatisfy({
                $0.properties.generalCategory != .control && !$0.properties.isBidiControl
            })
        else {
            throw CatalogError(.invalidArgument, "\(field) contains control characters")
        }
        return name
    }

    /// Control characters count, so that they are refused by name. U+2800 is a sign of Braille without a dot.
    private static func showsSomething(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        return !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint && scalar != "\u{2800}"
            && properties.generalCategory != .format
    }

    /// Only web addresses: a browser would run a `javascript:` address that stands behind a picture.
    static func avatarURL(_ text: String) throws -> String {
        let lowered = text.lowercased()
        guard lowered.hasPrefix("https://") || lowered.hasPrefix("http://"), text.utf8.count <= Limits.avatarURLBytes,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw CatalogError(.invalidArgument, "avatar_url must be an http or https URL") }
        return text
    }

    /// The form of a name in the time zone database, not its existence: clients may know newer zones than the server.
    static func timeZone(_ text: String) throws -> String {
        guard (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({ isLetterOrDigit($0) || "_+-/".utf8.contains($0) })
        else { throw CatalogError(.invalidArgument, "time_zone must be a name such as Europe/Berlin") }
        return text
    }

    /// The form of a language tag (RFC 5646).
    static func language(_ text: String) throws -> String {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard text.utf8.count <= 35, parts.allSatisfy({ (1...8).contains($0.count) && $0.allSatisfy(isLetterOrDigit) })
        else {
            throw CatalogError(.invalidArgument, "language must be a language tag such as en or pt-BR")
        }
        return text
    }

    static func settings(_ object: JSONObject) throws -> JSONObject {
        guard object.text.utf8.count <= Limits.userSettingsBytes else {
            throw CatalogError(.invalidArgument, "settings are too large")
        }
        return object
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
