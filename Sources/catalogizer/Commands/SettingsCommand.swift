import ArgumentParser
import CatalogSettings

/// The settings.
struct SettingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Show the settings.",
        subcommands: [SettingsList.self])
}

struct SettingsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List every setting with its value and where that comes from.",
        discussion: """
            The first of these that says something wins: flag, environment, settings file, settings.yaml in the data \
            directory, default. Secrets are masked.

              catalogizer settings list
              CATALOGIZER_SERVER_PORT=9000 catalogizer settings list
              catalogizer settings list --markdown
            """)

    @Flag(help: "Print the table of the documentation instead: every setting, not its value.")
    var markdown = false
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func validate() throws {
        if markdown && output.json { throw ValidationError("Give --markdown or --json, not both.") }
    }

    func run() async throws {
        let console = Console.standard
        if markdown {
            try console.print(String(SettingsDocumentation.markdown.dropLast()))
            return
        }
        let rows = try options.load().rows
        if output.json {
            for row in rows { try console.print(try JSONLine.text(SettingLine(row))) }
            return
        }
        var table = TextTable([.init("SETTING"), .init("FROM"), .init("VALUE")])
        for row in rows { table.add([row.key, row.origin.place, Self.text(row)]) }
        for line in table.lines(width: console.output.width) { try console.print(line) }
    }

    /// The value, or in brackets what holds without one.
    private static func text(_ row: SettingRow) -> String {
        guard let value = row.value else { return "(\(row.fallback))" }
        return value.isEmpty ? "(none)" : value
    }
}

/// A setting as JSON.
private struct SettingLine: Encodable {
    let key: String
    @NullWhenMissing var value: String?
    let layer: String
    let place: String
    let reloadable: Bool

    init(_ row: SettingRow) {
        key = row.key
        value = row.value
        layer = row.origin.layer.rawValue
        place = row.origin.place
        reloadable = row.isReloadable
    }
}
