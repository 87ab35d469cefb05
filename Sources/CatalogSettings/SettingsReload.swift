/// What a second reading of the settings, on SIGHUP, changes in a running server.
package struct SettingsReload: Sendable {
    /// The settings to run with from now on: what needs a restart keeps its old value.
    package let loaded: LoadedSettings
    /// Keys whose new value holds from now on.
    package let applied: [String]
    /// Keys that changed but hold only after a restart.
    package let waiting: [String]
}

extension LoadedSettings {
    /// Takes over from `newer` what may change while the server runs.
    ///
    /// - Throws: `SettingsError` when the mixture of old and new does not fit together; then nothing changes.
    package func reloading(_ newer: LoadedSettings) throws(SettingsError) -> SettingsReload {
        var mixed = resolved
        var applied: [String] = []
        var waiting: [String] = []
        for definition in SettingRegistry.all {
            let new = newer.resolved.findings[definition.key]
            guard resolved.findings[definition.key]?.raw != new?.raw else { continue }
            if definition.isReloadable {
                mixed.findings[definition.key] = new
                applied.append(definition.key)
            } else {
                waiting.append(definition.key)
            }
        }
        return SettingsReload(
            loaded: try LoadedSettings(mixed, files: newer.files), applied: applied, waiting: waiting)
    }
}
