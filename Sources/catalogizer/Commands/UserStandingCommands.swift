import ArgumentParser
import CatalogCore

struct UserLock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Keep a user out.",
        discussion: """
            Ends every session of the user, also on a running server. Without --until the lock stays until:

              catalogizer user unlock NAME
            """)

    @Argument(help: "The user's name.")
    var name: String
    @Option(help: .init("When the lock ends, such as 2030-01-01T00:00:00Z.", valueName: "time"))
    var until: String?
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func validate() throws {
        guard let until, Timestamp.microseconds(rfc3339: until) == nil else { return }
        throw ValidationError("--until must be a time such as 2030-01-01T00:00:00Z")
    }

    func run() async throws {
        let end = until.flatMap { Timestamp.microseconds(rfc3339: $0) }
        let session = try CommandSession(options)
        try await session.run(.change) { services, _ in try await services.users.lock(name, until: end) }
        let time = end.map { " until \(Quantity.time($0))" } ?? ""
        session.console.say("\(TerminalText.safe(name)) is locked\(time), and every session has ended.")
    }
}

struct UserUnlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Let a locked user in again.",
        discussion: "Takes away any lock, also one after wrong passwords.")

    @Argument(help: "The user's name.")
    var name: String
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        try await session.run(.change) { services, _ in try await services.users.unlock(name) }
        session.console.say("\(TerminalText.safe(name)) is not locked any more.")
    }
}

struct UserSetRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-role", abstract: "Give a user another role.",
        discussion: "The roles that there are: catalogizer role list")

    @Argument(help: "The user's name.")
    var name: String
    @Argument(help: "The name of the role.")
    var role: String
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        let user = try await session.run(.change) { services, _ in
            try await services.users.setRole(of: name, to: role)
        }
        if output.json { return try session.console.print(try JSONLine.text(UserLine(user))) }
        session.console.say("\(TerminalText.safe(user.username)) has the role \(TerminalText.safe(user.role)).")
    }
}
