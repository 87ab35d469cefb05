import ArgumentParser
import CatalogCore
import CatalogDatabase

/// The catalog's database as a whole.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Move a catalog from one database to another.",
        subcommands: [DatabaseCopy.self])
}

struct DatabaseCopy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy everything into an empty database, and compare the two.",
        discussion: """
            From SQLite to PostgreSQL, when one machine is not enough any more, or back:

              catalogizer database copy --from sqlite:data/catalogizer.sqlite --to postgres://catalogizer@db/catalogizer
              catalogizer database copy --from postgres://catalogizer@db/catalogizer --to sqlite:new/catalogizer.sqlite

            It copies one state of the source; stop the servers first, so that nothing is added to the old place afterwards. A \
            copy that was cut goes on where it was when you run the command again. Passwords belong into ~/.pgpass or \
            PGPASSWORD, where other users do not see them.

            Then set database.url to the new place and start the servers, with the same secrets (jwt-secret and master-key in \
            the data directory) as before.
            """)

    @Option(help: .init("The database to copy.", valueName: "url"))
    var from: String
    @Option(help: .init("An empty database.", valueName: "url"))
    var to: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Console.standard
        let move = try InstanceMove(from: from, to: to)
        let display = RowProgressDisplay(console)
        let summary = try await move.run { display.show($0) }
        display.clear()
        if output.json {
            try console.print(
                try JSONLine.text(CopyLine(rows: summary.rows, tables: summary.tables, found: summary.found)))
        } else {
            let earlier = summary.found > 0 ? ", \(Quantity.count(summary.found)) of them by an earlier run" : ""
            console.say(
                "Copied \(Quantity.count(summary.rows)) rows in \(summary.tables) tables to "
                    + "\(TerminalText.safe(move.targetDescription))\(earlier), and compared each with its source.")
            console.say("Set database.url to it and start the server with the same data directory.")
        }
    }
}

/// What a copy did, as JSON.
private struct CopyLine: Encodable {
    let rows: Int
    let tables: Int
    let found: Int
}
