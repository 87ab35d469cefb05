import ArgumentParser
import CatalogSettings
import Glibc

/// The flags that stand for settings, the same for every command.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .customLong("config"), help: .init("Settings file, instead of ./catalogizer.yaml.", valueName: "file"))
    var configurationFile: String?

    @Option(help: .init("Where database and secrets are kept; ./data by default.", valueName: "directory"))
    var dataDir: String?

    @Option(help: .init("The catalog's database: sqlite:PATH or postgres://…", valueName: "url"))
    var databaseURL: String?

    @Option(help: .init("Address that the server listens on.", valueName: "address"))
    var host: String?

    @Option(help: .init("Port that the server listens on; 0 picks a free one.", valueName: "port"))
    var port: String?

    @Option(help: .init("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    /// Every layer of settings laid over each other.
    ///
    /// - Throws: `SettingsError`.
    func load() throws(SettingsError) -> LoadedSettings {
        var sources = SettingsSources(workingDirectory: ProcessEnvironment.workingDirectory)
        sources.configurationFile = configurationFile
        sources.environment = ProcessEnvironment.variables
        sources.processorCount = ProcessEnvironment.processorCount
        sources.isTerminal = isatty(STDERR_FILENO) == 1
        let flags = [
            "data_dir": dataDir, "database.url": databaseURL, "server.host": host, "server.port": port,
            "logging.level": logLevel,
        ]
        sources.flags = flags.compactMapValues(\.self)
        return try SettingsLoader(sources).load()
    }
}

/// The choice between output for people and for scripts.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object a line.")
    var json = false
}
