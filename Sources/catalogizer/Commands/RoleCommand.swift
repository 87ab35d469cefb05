import ArgumentParser

/// The roles that users have.
struct RoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "List the roles that users can have.",
        discussion: "Roles are made and changed over the API: POST /api/v1/roles.", subcommands: [RoleList.self])
}

struct RoleList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the roles.")

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        let roles = try await session.run(.read) { services, _ in try await services.users.roles() }
        if output.json { return try session.console.print(objects: roles.map(RoleLine.init)) }
        var table = TextTable([.init("NAME"), .init("PERMISSIONS"), .init("DESCRIPTION")])
        for role in roles { table.add([role.name, role.permissions.joined(separator: " "), role.description ?? ""]) }
        try session.console.print(table)
    }
}

/// A role as JSON.
private struct RoleLine: Encodable {
    let id: Int64
    let name: String
    @NullWhenMissing var description: String?
    let permissions: [String]
    let isSystem: Bool

    init(_ role: RoleSummary) {
        id = role.id
        name = role.name
        description = role.description
        permissions = role.permissions
        isSystem = role.isSystem
    }
}
