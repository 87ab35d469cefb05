/// The places that settings come from; an earlier one wins.
package enum SettingLayer: String, Sendable, CaseIterable {
    case flag
    case environment
    /// `--config FILE`, or the first of the places where that file is looked for.
    case mainFile = "file"
    /// `<data_dir>/settings.yaml`, which the server itself writes.
    case dataDirectoryFile = "data_dir"
    case fallback = "default"
}

/// Where exactly one value comes from.
package struct SettingOrigin: Sendable, Equatable {
    /// The layer that won.
    package let layer: SettingLayer
    /// For people: `--port`, `CATALOGIZER_SERVER_PORT`, `/etc/catalogizer/catalogizer.yaml:3`, `default`.
    package let place: String
}

/// A value with where it comes from.
struct SettingFinding: Sendable, Equatable {
    let raw: RawSetting
    let origin: SettingOrigin
}

/// The value of each setting after the layers have been laid over each other; what has no value is absent.
struct ResolvedSettings: Sendable {
    var findings: [String: SettingFinding]
    let context: SettingContext

    /// The value of a setting that has a default.
    func value<Value>(_ setting: Setting<Value>) throws(SettingProblem) -> Value {
        guard let value = try optional(setting) else { throw .noValue(setting.definition) }
        return value
    }

    /// The value of a setting that may be absent.
    func optional<Value>(_ setting: Setting<Value>) throws(SettingProblem) -> Value? {
        guard let finding = findings[setting.definition.key] else { return nil }
        do {
            return try setting.form.decode(finding.raw, context)
        } catch {
            throw .refused(finding, setting.definition, error)
        }
    }
}
