import ArgumentParser
import CatalogCore
import CatalogSettings

/// Backs the catalog up.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the catalog into one file, while the server runs.",
        discussion: """
              catalogizer backup /mnt/backup/catalog-2026-11-26.sqlite

            Keep the secrets of the data directory (jwt-secret, master-key) with it: without them a backup cannot be restored. \
            `catalogizer restore FILE` brings it back. For a catalog in PostgreSQL this command names the call of pg_dump.
            """)

    @Argument(help: "The file to write; it must not exist.")
    var file: String
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        let bytes = try await InstanceBackup(session.loaded, log: session.log).backUp(to: file)
        if output.json {
            try session.console.print(try JSONLine.text(BackupLine(file: file, bytes: bytes)))
        } else {
            session.console.say("Wrote \(TerminalText.safe(file)), \(Quantity.bytes(bytes)).")
            session.console.say(
                "Keep the secrets with it: \(InstanceSecrets.jwtSecretFileName) and \(InstanceSecrets.masterKeyFileName) in "
                    + "\(TerminalText.safe(session.loaded.settings.dataDirectory)).")
        }
    }
}

/// Brings a backup back.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put the catalog of a backup in the place of the present one.",
        discussion: """
              catalogizer restore /mnt/backup/catalog-2026-11-26.sqlite

            It happens in one step: whoever reads sees the old catalog or the new one, and when it fails the old one stays. A \
            server may run; changes that clients make meanwhile wait. Accounts, sessions and settings are those of the backup \
            afterwards. The data directory must have the secrets (jwt-secret, master-key) that the backup was made with.
            """)

    @Argument(help: "A file that `catalogizer backup` has written.")
    var file: String
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        let display = RowProgressDisplay(session.console)
        let rows = try await InstanceBackup(session.loaded, log: session.log).restore(from: file) { display.show($0) }
        display.clear()
        if output.json {
            try session.console.print(try JSONLine.text(RestoreLine(file: file, rows: rows)))
        } else {
            session.console.say("Restored \(Quantity.count(rows)) rows from \(TerminalText.safe(file)).")
        }
    }
}

/// What a backup wrote, as JSON.
private struct BackupLine: Encodable {
    let file: String
    let bytes: Int64
}

/// What was restored, as JSON.
private struct RestoreLine: Encodable {
    let file: String
    let rows: Int
}
