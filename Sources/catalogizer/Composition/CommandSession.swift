import CatalogSettings
import Logging

/// One run of a command that needs the catalog.
struct CommandSession {
    let loaded: LoadedSettings
    let log: ProgramLog
    let console = Console.standard

    /// Reads the settings and starts the log.
    ///
    /// A command's log speaks up only for warnings, unless `--log-level` asks for more: its talk is on standard error too.
    /// - Throws: `SettingsError`.
    init(_ options: SettingsOptions, isServer: Bool = false) throws {
        loaded = try options.load()
        let least: Logger.Level = isServer || options.logLevel != nil ? .trace : .warning
        log = ProgramLog.start(loaded.settings.logging, least: least)
    }

    /// Opens the catalog, hands its services over, and closes it again.
    func run<Value>(
        _ purpose: Application.Purpose, _ body: (CommandServices, Application) async throws -> Value
    ) async throws -> Value {
        let application = try await Application.open(loaded, for: purpose, log: log)
        return try await application.whileOpen { try await body(try Composition.services(application), application) }
    }
}
