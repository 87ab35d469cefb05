import ArgumentParser

/// A node that runs jobs and serves nobody.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run jobs beside the servers of a PostgreSQL database.",
        discussion: """
            A worker takes scans and other jobs off the servers' hands, or runs those that only its machine can: name the \
            storage roots that nobody else reaches in `worker.roots`, and no other node takes their jobs. It needs the \
            secrets of the servers, in its data directory or in settings. Stop it with Ctrl-C or SIGTERM: what it is at \
            goes back to the queue.

              catalogizer worker --database-url postgres://catalog@db/catalog --data-dir /var/lib/catalogizer

            Everybody on the machine can read what is written here: a password belongs into CATALOGIZER_DATABASE_URL or \
            into the file that PGPASSFILE names.
            """)

    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        try await options.run(as: .worker)
    }
}
