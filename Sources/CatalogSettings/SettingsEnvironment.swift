/// The layer of environment variables.
struct SettingsEnvironment {
    private(set) var findings: [String: SettingFinding] = [:]
    private(set) var problems: [SettingProblem] = []

    /// - Parameters:
    ///   - environment: every variable of the process; those of others are left alone.
    ///   - read: reads the file that a `_FILE` variable names.
    init(_ environment: [String: String], read: SettingsSources.ReadFile) {
        var known: Set<String> = []
        for definition in SettingRegistry.all {
            known.insert(definition.environmentName)
            let direct = environment[definition.environmentName]
            if let direct {
                record(.text(direct), definition, place: definition.environmentName)
            }
            guard let fileVariable = definition.environmentFileName else { continue }
            known.insert(fileVariable)
            guard let path = environment[fileVariable] else { continue }
            guard direct == nil else {
                problems.append(
                    SettingProblem(
                        key: definition.key,
                        text: "\(definition.environmentName) and \(fileVariable) are both set; keep one"))
                continue
            }
            readSecret(definition, variable: fileVariable, path: path, read: read)
        }
        let unknown = environment.keys.filter {
            $0.hasPrefix(SettingDefinition.environmentPrefix) && !known.contains($0)
        }
        for name in unknown.sorted() {
            problems.append(.unknown(name, place: "environment", nearest: SettingHint.variable(like: name)))
        }
    }

    private mutating func record(_ raw: RawSetting, _ definition: SettingDefinition, place: String) {
        findings[definition.key] = SettingFinding(raw: raw, origin: SettingOrigin(layer: .environment, place: place))
    }

    private mutating func readSecret(
        _ definition: SettingDefinition, variable: String, path: String, read: SettingsSources.ReadFile
    ) {
        do {
            guard let text = try read(path) else {
                problems.append(.unreadable(path, "there is no such file (\(variable))"))
                return
            }
            // Editors and `echo` end a file with a line feed that is not part of the secret.
            let secret = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
            record(.text(secret), definition, place: variable)
        } catch {
            problems.append(.unreadable(path, "\(error.reason) (\(variable))"))
        }
    }
}
