/// What one kind of setting accepts and how it is understood.
struct SettingForm<Value: Sendable>: Sendable {
    /// The kind in a word or two, for the documentation: "whole number".
    let name: String
    /// What is accepted, completing "accepted: …".
    let accepted: String
    let decode: @Sendable (RawSetting, SettingContext) throws(SettingRefusal) -> Value

    init(
        _ name: String, accepted: String,
        decode: @escaping @Sendable (RawSetting, SettingContext) throws(SettingRefusal) -> Value
    ) {
        self.name = name
        self.accepted = accepted
        self.decode = decode
    }

    /// A form of one text; a YAML list is refused.
    static func single(
        _ name: String, accepted: String,
        decode: @escaping @Sendable (String, SettingContext) throws(SettingRefusal) -> Value
    ) -> SettingForm {
        SettingForm(name, accepted: accepted) { raw, context throws(SettingRefusal) in
            guard case .text(let text) = raw else { throw SettingRefusal("is a list") }
            return try decode(text, context)
        }
    }
}

extension SettingForm where Value == Int {
    static func integer(_ range: ClosedRange<Int>, unit: String = "") -> SettingForm {
        let accepted =
            "a whole number\(unit.isEmpty ? "" : " of \(unit)") from \(range.lowerBound) to \(range.upperBound)"
        return single("whole number", accepted: accepted) { text, _ throws(SettingRefusal) in
            // `Int("+80")` would be taken, and nobody writes that on purpose.
            guard !text.hasPrefix("+"), let number = Int(text), range.contains(number) else { throw SettingRefusal() }
            return number
        }
    }
}

extension SettingForm where Value == Bool {
    static var boolean: SettingForm {
        single("true or false", accepted: "true or false") { text, _ throws(SettingRefusal) in
            switch text {
            case "true": return true
            case "false": return false
            default: throw SettingRefusal()
            }
        }
    }
}

extension SettingForm where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One word of a closed list.
    static var choice: SettingForm {
        let words = Value.allCases.map(\.rawValue)
        return single("word", accepted: "one of " + words.joined(separator: ", ")) { text, _ throws(SettingRefusal) in
            guard let value = Value(rawValue: text) else { throw SettingRefusal() }
            return value
        }
    }
}

extension SettingForm where Value == String {
    /// A text with a rule of its own.
    static func text(
        _ name: String, accepted: String, where isAccepted: @escaping @Sendable (String) -> Bool
    ) -> SettingForm {
        single(name, accepted: accepted) { text, _ throws(SettingRefusal) in
            guard isAccepted(text) else { throw SettingRefusal() }
            return text
        }
    }

    /// A file or directory of the server, as an absolute path.
    static func path(_ name: String) -> SettingForm {
        single(name, accepted: "the path of a \(name)") { text, context throws(SettingRefusal) in
            guard !text.isEmpty, !text.utf8.contains(0) else { throw SettingRefusal() }
            return FilePath.absolute(text, base: context.workingDirectory)
        }
    }
}

extension SettingForm where Value == SecretText {
    static func secret(characters range: ClosedRange<Int>) -> SettingForm {
        let accepted = "\(range.lowerBound) to \(range.upperBound) characters"
        return single("text", accepted: accepted) { text, _ throws(SettingRefusal) in
            // A character of many scalars counts as one below and as many above, where the rule of passwords counts them.
            guard range.contains(text.count), text.unicodeScalars.count <= range.upperBound else {
                throw SettingRefusal()
            }
            return SecretText(text)
        }
    }
}

/// How many items a list may have.
enum ListSize {
    case any
    /// An empty list would read as "none" to a person and as "no limit" to the program, so it is refused.
    case notEmpty
}

extension SettingForm where Value == [String] {
    /// A list of texts of one form: a YAML sequence, or a text with commas.
    static func list(of item: SettingForm<String>, size: ListSize = .any) -> SettingForm {
        let least = size == .notEmpty ? "at least one, " : ""
        let accepted = "a list (\(least)comma-separated in the environment) of: \(item.accepted)"
        return SettingForm("list", accepted: accepted) { raw, context throws(SettingRefusal) in
            let items = texts(of: raw)
            if size == .notEmpty && items.isEmpty { throw SettingRefusal("is an empty list") }
            if items.count > SettingBounds.listItems {
                throw SettingRefusal("has more than \(SettingBounds.listItems) items")
            }
            var values: [String] = []
            for text in items { values.append(try item.decode(.text(text), context)) }
            return values
        }
    }

    private static func texts(of raw: RawSetting) -> [String] {
        switch raw {
        case .list(let items): items
        case .text(let text):
            text.allSatisfy(\.isWhitespace)
                ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map(TextEdges.trimmed)
        }
    }
}

/// Bounds of values, each with its reason.
enum SettingBounds {
    /// Items of one list: each request or each name is compared with all of them.
    static let listItems = 1_000
    /// Below this a signing key can be guessed (RFC 7518 section 3.2 asks for the hash's 256 bits).
    static let keyCharacters = 32...4_096
    /// Requests in a minute; 0 turns the limit off.
    static let requestsPerMinute = 0...1_000_000
    /// Directories in flight: each holds a descriptor, and disks gain nothing beyond a few dozen.
    static let scanDirectories = 1...256
    /// A file of an exbibyte is larger than any storage.
    static let uploadBytes = 0...(1 << 60)
    /// A week: a longer lockout is a deactivated account.
    static let lockoutMinutes = 1...10_080
    static let checkSeconds = 0...86_400
}

/// White space at the ends of texts.
enum TextEdges {
    static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
