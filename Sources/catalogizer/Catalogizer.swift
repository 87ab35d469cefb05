import ArgumentParser
import CLinux
import CatalogCore

/// The program: one command for the server, the others to look after it.
@main
struct Catalogizer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalogizer",
        abstract: "Finds out what is on your disks and shares, and serves it as one searchable catalog.",
        discussion: """
            Start the server, tell it where your files are, and let it look:

              catalogizer serve
              catalogizer storage add films file:///srv/films
              catalogizer scan films
              catalogizer search matrix

            The other commands work beside a running server. They find its data through the same settings: flags, \
            CATALOGIZER_… variables, catalogizer.yaml. `catalogizer settings list` shows what holds and why, and \
            `catalogizer doctor` what is wrong.

            Exit codes: 0 done, 1 failed, 64 wrong usage or settings.
            """,
        version: ProductVersion.text,
        subcommands: [
            ServeCommand.self, WorkerCommand.self, StorageCommand.self, ScanCommand.self, SearchCommand.self,
            UserCommand.self, RoleCommand.self, BackupCommand.self, RestoreCommand.self, DatabaseCommand.self,
            DoctorCommand.self,
            OpenAPICommand.self, SettingsCommand.self,
        ])

    static func main() async {
        // Every thread of a scan would keep a heap of its own: three times the memory, for no gain in speed.
        catalog_bound_heap(Int32(clamping: max(2, ProcessEnvironment.processorCount)))
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            LogWriter.standard.flush(within: CommandFailure.flushSeconds)
        } catch {
            CommandFailure(error).end()
        }
    }
}
