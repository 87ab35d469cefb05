/// Why the settings cannot be used: everything that is wrong, so that it can be mended in one go.
///
/// The command line ends with exit code 64.
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one, in the order of the layers.
    package let problems: [SettingProblem]

    /// One line for each problem.
    package var description: String {
        problems.map(\.text).joined(separator: "\n")
    }
}

/// One thing that is wrong with the settings.
package struct SettingProblem: Error, Sendable, Equatable {
    /// The setting, the variable or the file that it is about.
    package let key: String
    /// The whole sentence; secrets are masked.
    package let text: String
    /// Whether whoever wrote the settings made a mistake; else it is about who runs the program.
    package var isMistake = true
}

extension SettingProblem {
    static func refused(_ finding: SettingFinding, _ definition: SettingDefinition, _ refusal: SettingRefusal) -> Self {
        SettingProblem(
            key: definition.key,
            text: "\(definition.key): \"\(definition.shown(finding.raw))\" \(refusal.reason) "
                + "(\(finding.origin.place)); accepted: \(definition.accepted)")
    }

    static func noValue(_ definition: SettingDefinition) -> Self {
        SettingProblem(key: definition.key, text: "\(definition.key) has no value; accepted: \(definition.accepted)")
    }

    static func wrongShape(_ definition: SettingDefinition, isA shape: String, place: String) -> Self {
        SettingProblem(
            key: definition.key,
            text: "\(definition.key) is \(shape) (\(place)); accepted: \(definition.accepted)")
    }

    static func unknown(_ key: String, place: String, nearest: String?) -> Self {
        let hint =
            nearest.map { "; did you mean \($0)?" }
            ?? "; `catalogizer settings list --markdown` shows every setting there is"
        return SettingProblem(key: key, text: "\(key) is not a setting (\(place))\(hint)")
    }

    static func missingPartner(_ missing: String, of present: String) -> Self {
        SettingProblem(
            key: missing, text: "\(present) is set but \(missing) is not; set both, or neither for plain HTTP")
    }

    static func duplicate(_ key: String, place: String) -> Self {
        SettingProblem(key: key, text: "\(key) stands twice (\(place)); keep one")
    }

    static func foreign(_ directory: String, owner: String) -> Self {
        SettingProblem(
            key: SettingRegistry.dataDirectory.definition.key,
            text:
                "\(directory) belongs to the user \(owner). Run this as that user or as root (sudo -u \(owner) …), or "
                + "name another directory with --data-dir.", isMistake: false)
    }

    static func unreadable(_ file: String, _ reason: String) -> Self {
        SettingProblem(key: file, text: "\(file) cannot be read: \(reason)")
    }
}
