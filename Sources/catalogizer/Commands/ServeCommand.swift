import ArgumentParser
import Logging

/// The server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server.",
        discussion: """
            On the first start the data directory, the database and the administrator are made; the log says where the \
            administrator's password is. Stop it with Ctrl-C or SIGTERM; SIGHUP reads certificates and settings again.

              catalogizer serve
              catalogizer serve --port 9000 --data-dir /var/lib/catalogizer
            """)

    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        try await options.run(as: .server)
    }
}

extension SettingsOptions {
    /// Runs a server or a worker with these settings until it is stopped.
    func run(as role: ServerRun.Role) async throws {
        let session = try CommandSession(self, isServer: true)
        OpenFileLimit.raise(Logger(label: "start"))
        try await ServerRun(role, session.loaded, log: session.log, readSettings: { try load() }).run()
    }
}
