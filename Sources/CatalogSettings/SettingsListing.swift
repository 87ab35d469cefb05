/// One setting as `settings list` shows it.
package struct SettingRow: Sendable, Equatable {
    package let key: String
    /// Secrets are masked; nil when there is no value.
    package let value: String?
    /// What holds without a value, in words.
    package let fallback: String
    package let origin: SettingOrigin
    package let isReloadable: Bool
}

extension LoadedSettings {
    /// Every setting with its value, in the order of the registry.
    package var rows: [SettingRow] {
        SettingRegistry.all.map { definition in
            let finding = resolved.findings[definition.key]
            let absent = SettingOrigin(layer: .fallback, place: SettingLayer.fallback.rawValue)
            return SettingRow(
                key: definition.key, value: finding.map { definition.shown($0.raw) },
                fallback: definition.fallback.text, origin: finding?.origin ?? absent,
                isReloadable: definition.isReloadable)
        }
    }
}

/// The table of settings for people who read the documentation.
package enum SettingsDocumentation {
    /// A Markdown table made of the registry.
    package static var markdown: String {
        let head = ["| Setting | Default | Accepted | Meaning |", "|---|---|---|---|"]
        let rows = SettingRegistry.all.map { definition in
            let notes = [
                definition.flag.map { "`\($0)`." },
                definition.privacy == .secret
                    ? "Secret: `\(definition.environmentName)_FILE` may name a file with it." : nil,
                definition.isReloadable ? "Read again on SIGHUP." : nil,
            ]
            let meaning = ([definition.summary] + notes.compactMap(\.self)).joined(separator: " ")
            return
                "| `\(definition.key)` | \(fallback(definition.fallback)) | \(escaped(definition.accepted)) | \(escaped(meaning)) |"
        }
        return (head + rows).joined(separator: "\n") + "\n"
    }

    private static func fallback(_ fallback: SettingDefault) -> String {
        guard case .value(let text) = fallback, !text.isEmpty else { return escaped(fallback.text) }
        return text.split(separator: ",").map { "`\($0)`" }.joined(separator: ", ")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("<", with: "&lt;").replacing("*", with: "\\*")
    }
}
