/// Everything about one setting except its Swift type: what the documentation and the loader need.
package struct SettingDefinition: Sendable {
    /// The path in the YAML file, joined by dots: `server.port`.
    package let key: String
    /// The command-line flag that sets it, if there is one: `--port`.
    package let flag: String?
    /// The kind of value in a word or two.
    package let typeName: String
    /// What is accepted, completing "accepted: …".
    package let accepted: String
    /// What holds when no layer says anything.
    package let fallback: SettingDefault
    /// What the setting does, as one line.
    package let summary: String
    /// What of the value may be shown.
    package let privacy: SettingPrivacy
    /// Whether SIGHUP brings a new value into a running server.
    package let isReloadable: Bool
    /// Whether the server may keep it in `<data_dir>/settings.yaml`.
    package let isAllowedInDataDirectory: Bool
    /// Throws when the value would be refused.
    let check: @Sendable (RawSetting, SettingContext) throws(SettingRefusal) -> Void

    /// The environment variable: the path in capitals.
    package var environmentName: String {
        SettingDefinition.environmentPrefix + key.uppercased().replacing(".", with: "_")
    }

    /// The environment variable that names a file with the value; secrets only.
    package var environmentFileName: String? {
        privacy == .secret ? environmentName + "_FILE" : nil
    }

    /// What every environment variable of ours starts with.
    package static let environmentPrefix = "CATALOGIZER_"

    /// `value` as it may be shown.
    func shown(_ value: RawSetting) -> String {
        switch privacy {
        case .open: value.line
        case .secret: SecretText.mask
        case .urlPassword: URLPassword.masked(value.line)
        }
    }
}

/// What of a value may be shown.
package enum SettingPrivacy: Sendable {
    case open
    /// Nothing of it.
    case secret
    /// All but a password inside of a URL.
    case urlPassword
}

/// What holds when no layer says anything.
package enum SettingDefault: Sendable {
    /// A value, written as it would be in the environment.
    case value(String)
    /// A value that depends on the machine or on `data_dir`, with the words that describe it.
    case derived(String, @Sendable (SettingSurroundings) -> String)
    /// No value, with the words that say what then happens.
    case absent(String)

    /// For the documentation.
    package var text: String {
        switch self {
        case .value(let text): text.isEmpty ? "none" : text
        case .derived(let words, _), .absent(let words): words
        }
    }
}

/// What defaults are derived from.
package struct SettingSurroundings: Sendable {
    /// Absolute.
    let dataDirectory: String
    let processorCount: Int
    /// Whether standard error, where the log goes, is a terminal.
    let isTerminal: Bool
}

/// One setting with its Swift type.
///
/// A `Value` that has no default is read as an optional.
struct Setting<Value: Sendable>: Sendable {
    let definition: SettingDefinition
    let form: SettingForm<Value>

    init(
        _ key: String, _ form: SettingForm<Value>, default fallback: SettingDefault, _ summary: String,
        flag: String? = nil, options: SettingOptions = []
    ) {
        self.form = form
        definition = SettingDefinition(
            key: key, flag: flag, typeName: form.name, accepted: form.accepted, fallback: fallback, summary: summary,
            privacy: options.contains(.secret) ? .secret : options.contains(.urlPassword) ? .urlPassword : .open,
            isReloadable: options.contains(.reloadable),
            isAllowedInDataDirectory: !options.contains(.outsideDataDirectory),
            check: { raw, context throws(SettingRefusal) in _ = try form.decode(raw, context) })
    }
}

/// What is unusual about a setting.
struct SettingOptions: OptionSet {
    let rawValue: Int
    static let secret = SettingOptions(rawValue: 1)
    static let urlPassword = SettingOptions(rawValue: 2)
    static let reloadable = SettingOptions(rawValue: 4)
    /// It says where the data directory is, so it cannot stand inside of it.
    static let outsideDataDirectory = SettingOptions(rawValue: 8)
}
