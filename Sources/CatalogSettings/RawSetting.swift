/// A setting as it was written, before it is understood.
package enum RawSetting: Sendable, Equatable {
    /// One value. In flags and the environment a list is one text with commas.
    case text(String)
    /// A YAML sequence.
    case list([String])

    /// As one line, the way it could be written in the environment.
    var line: String {
        switch self {
        case .text(let text): text
        case .list(let items): items.joined(separator: ",")
        }
    }
}

/// What understanding a value may depend on.
struct SettingContext: Sendable {
    /// Absolute; relative paths start here, whichever layer they come from.
    let workingDirectory: String
}

/// Why a value was not taken: completes the sentence `"VALUE" …`.
struct SettingRefusal: Error {
    let reason: String

    init(_ reason: String = "is not accepted") {
        self.reason = reason
    }
}
