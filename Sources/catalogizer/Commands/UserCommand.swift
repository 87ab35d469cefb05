import ArgumentParser
import CatalogCore
import CatalogSettings

/// The accounts.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Add and list users, lock them, and change passwords and roles.",
        discussion: """
              catalogizer user add ada --email ada@example.org
              catalogizer user add eve --email eve@example.org --role admin
              catalogizer user reset-password ada
              catalogizer user lock ada --until 2030-01-01T00:00:00Z
              catalogizer user set-role ada moderator

            A password is made and printed once, unless you give one with --password-file.
            """,
        subcommands: [
            UserAdd.self, UserList.self, UserResetPassword.self, UserLock.self, UserUnlock.self, UserSetRole.self,
        ])
}

struct UserAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a user.")

    @Argument(help: "The name to log in with.")
    var name: String
    @Option(help: .init("The user's e-mail address.", valueName: "address"))
    var email: String
    @Option(help: .init("The user's role.", valueName: "role"))
    var role: String?
    @OptionGroup var password: PasswordInput
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let given = try password.read()
        let chosen = given ?? GeneratedPassword.make()
        let order = UserOrder(username: name, email: email, role: role)
        // Nothing is made for an order that can only be refused.
        try order.check(password: chosen)
        let session = try CommandSession(options)
        let user = try await session.run(.create) { services, _ in
            try await services.users.add(order, password: chosen)
        }
        let made = given == nil ? chosen : nil
        if output.json {
            try session.console.print(try JSONLine.text(UserLine(user, password: made)))
        } else {
            session.console.say(
                "Added \(TerminalText.safe(user.username)) with the role \(TerminalText.safe(user.role)).")
            try PasswordAnnouncement.print(made, session.console)
        }
    }
}

struct UserList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users.")

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        let users = try await session.run(.read) { services, _ in try await services.users.users() }
        if output.json { return try session.console.print(objects: users.map { UserLine($0, password: nil) }) }
        var table = TextTable([.init("NAME"), .init("ROLE"), .init("STATE"), .init("LAST LOGIN"), .init("E-MAIL")])
        for user in users {
            let state = !user.isActive ? "inactive" : user.isLocked ? "locked" : "active"
            table.add([user.username, user.role, state, Quantity.time(user.lastLoginAt), user.email])
        }
        try session.console.print(table)
    }
}

struct UserResetPassword: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-password", abstract: "Give a user a new password.",
        discussion: "Ends every session of the user, who has to choose another password after logging in.")

    @Argument(help: "The user's name.")
    var name: String
    @OptionGroup var password: PasswordInput
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let given = try password.read()
        let chosen = given ?? GeneratedPassword.make()
        let session = try CommandSession(options)
        try await session.run(.change) { services, _ in
            try await services.users.resetPassword(of: name, to: chosen)
        }
        let made = given == nil ? chosen : nil
        if output.json {
            try session.console.print(try JSONLine.text(ResetLine(username: name, password: made?.exposed)))
        } else {
            session.console.say("\(TerminalText.safe(name)) has a new password, and every session has ended.")
            try PasswordAnnouncement.print(made, session.console)
        }
    }
}

/// The one moment in which a generated password is shown.
private enum PasswordAnnouncement {
    static func print(_ password: SecretText?, _ console: Console) throws {
        guard let password else { return }
        console.say("The password, which is not shown again:")
        try console.print(password.exposed)
    }
}

/// A new password as JSON.
private struct ResetLine: Encodable {
    let username: String
    /// Only when it was made just now.
    let password: String?
}

/// A user as JSON.
struct UserLine: Encodable {
    let id: Int64
    let username: String
    let email: String
    let role: String
    let isActive: Bool
    let isLocked: Bool
    @NullWhenMissing var lastLoginAt: String?
    /// Only when it was made just now.
    let password: String?

    init(_ user: UserSummary, password: SecretText? = nil) {
        id = user.id
        username = user.username
        email = user.email
        role = user.role
        isActive = user.isActive
        isLocked = user.isLocked
        lastLoginAt = user.lastLoginAt.map(Timestamp.text(microseconds:))
        self.password = password?.exposed
    }
}
