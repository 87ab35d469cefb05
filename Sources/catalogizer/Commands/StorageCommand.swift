import ArgumentParser
import CatalogCore

/// The places whose files are in the catalog.
struct StorageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage",
        abstract: "Add, list, test and remove the places that are cataloged.",
        discussion: """
              catalogizer storage add films file:///srv/films
              catalogizer storage list
            """,
        subcommands: [StorageAdd.self, StorageList.self, StorageTest.self, StorageRemove.self, StorageProtocols.self])
}

struct StorageAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a storage root.",
        discussion: """
            The URL says where it is:

              file:///srv/media              a directory of this machine
              smb://nas/share/films          a share of an SMB server, with --username and a password or as a guest
              nfs://nas/export/films         an export of an NFS server
              ftp://nas/films                a directory of an FTP server; ftps:// for TLS, or --option tls=explicit
              https://nas/dav/films          a collection of a WebDAV server

            Write a blank as %20. Then look at it with: catalogizer scan NAME

            Nothing is mounted. What each can do, and which options it has: catalogizer storage protocols
            """)

    @Argument(help: "A name of your choice; 1 to 64 characters without / : and commas.")
    var name: String
    @Argument(help: "Where it is.")
    var url: String
    @Option(help: .init("User to log in as; without one, as a guest.", valueName: "user"))
    var username: String?
    @Option(
        name: .customLong("option"),
        help: .init(
            "What the protocol wants to know beside, as NAME=VALUE: version=3 (NFS), tls=explicit (FTP); see storage protocols.",
            valueName: "option"))
    var protocolOptions: [String] = []
    @Flag(help: "Let it lie inside of another storage root, or around one.")
    var allowOverlap = false
    @OptionGroup var password: PasswordInput
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func run() async throws {
        let order = StorageRootOrder(
            name: name, url: url, username: username, password: try password.read(), options: try options(),
            allowsOverlap: allowOverlap)
        // Nothing is made for an order that can only be refused.
        try order.check()
        let session = try CommandSession(settings)
        let root = try await session.run(.create) { services, _ in try await services.storageRoots.add(order) }
        if output.json {
            try session.console.print(try JSONLine.text(StorageRootLine(root)))
        } else {
            session.console.say(
                "Added \(TerminalText.safe(root.name)): \(TerminalText.safe(root.url)) (\(root.status))")
            if let error = root.lastError {
                session.console.say("It cannot be reached yet: \(TerminalText.safe(error))")
            }
            session.console.say("Next: catalogizer scan \(ShellWord.argument(root.name))")
        }
    }
}

extension StorageAdd {
    /// - Throws: `CatalogError.invalidArgument` for what is no NAME=VALUE.
    private func options() throws -> [String: String] {
        try protocolOptions.reduce(into: [:]) { options, text in
            let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, !sides[0].isEmpty else {
                throw CatalogError(.invalidArgument, "--option wants NAME=VALUE, not \(text)")
            }
            options[String(sides[0])] = String(sides[1])
        }
    }
}

struct StorageList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the storage roots.")

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        let roots = try await session.run(.read) { services, _ in try await services.storageRoots.roots() }
        if output.json { return try session.console.print(objects: roots.map { StorageRootLine($0) }) }
        guard !roots.isEmpty else {
            session.console.say(
                "There are no storage roots yet. Next: catalogizer storage add NAME file:///some/directory")
            return
        }
        var table = TextTable([.init("NAME"), .init("STATUS"), .init("LAST SCAN"), .init("URL")])
        for root in roots { table.add([root.name, root.status, Quantity.time(root.lastScanAt), root.url]) }
        try session.console.print(table)
    }
}

struct StorageTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Try to reach a storage root.",
        discussion: "Exit code 1 when it cannot be reached, with what failed.")

    @Argument(help: "The name of the storage root.")
    var name: String
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        let outcome = try await session.run(.read) { services, _ in try await services.storageRoots.test(name) }
        if output.json {
            try session.console.print(
                try JSONLine.text(StorageTestLine(name: name, success: outcome.isReachable, message: outcome.message)))
        } else {
            session.console.say("\(TerminalText.safe(name)): \(TerminalText.safe(outcome.message))")
        }
        if !outcome.isReachable { throw ExitCode(CommandFailure.failed) }
    }
}

struct StorageRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a storage root from the catalog.",
        discussion: "Its files are not touched. Adding the same URL again brings its entries back with their ids.")

    @Argument(help: "The name of the storage root.")
    var name: String
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let session = try CommandSession(options)
        try await session.run(.change) { services, _ in try await services.storageRoots.remove(name) }
        session.console.say("Removed \(TerminalText.safe(name)) from the catalog; its files are where they were.")
    }
}

/// A storage root as JSON.
private struct StorageRootLine: Encodable {
    let id: Int64
    let name: String
    let url: String
    let status: String
    @NullWhenMissing var lastError: String?
    @NullWhenMissing var lastScanAt: String?

    init(_ root: StorageRootSummary) {
        id = root.id
        name = root.name
        url = root.url
        status = root.status
        lastError = root.lastError
        lastScanAt = root.lastScanAt.map(Timestamp.text(microseconds:))
    }
}

/// The outcome of a test as JSON.
private struct StorageTestLine: Encodable {
    let name: String
    let success: Bool
    let message: String
}
