import ArgumentParser
import CatalogCore

/// Brings the catalog in line with a storage root.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Look at a storage root and bring the catalog in line with it.",
        discussion: """
            Waits until the scan is over and shows how far it is. A running server does the work; without one this \
            command does. Stop it whenever you like: the next scan goes on from there.

            Without a flag every entry's attributes are compared. A scan that would remove much of what is known asks \
            first: look at the place, then run it again with --confirm.

              catalogizer scan films
              catalogizer scan films --quick
              catalogizer scan films --path Classics/1968
              catalogizer scan films --json | tail -n 1
            """)

    /// How closely to look, as a flag.
    enum Mode: String, EnumerableFlag {
        case full
        case quick
        case verify

        static func help(for value: Mode) -> ArgumentHelp? {
            switch value {
            case .full: "Look at every entry and recompute every figure."
            case .quick: "Look only into directories whose own time changed; misses files rewritten in place."
            case .verify: "Compare the content of files too; not in this version."
            }
        }
    }

    /// Lines about what could not be read: enough to see what kind of trouble it is.
    private static let errorsShown = 5

    @Argument(help: "The name of the storage root.")
    var name: String
    @Flag(exclusivity: .exclusive) var mode: Mode?
    @Option(help: ArgumentHelp("Look only at this directory and all below it.", valueName: "directory"))
    var path: String?
    @Flag(help: "Remove what is gone, however much it is.")
    var confirm = false
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func run() async throws {
        let kind = mode.flatMap { ScanOrder.Kind(rawValue: $0.rawValue) } ?? .incremental
        let order = ScanOrder(rootName: name, kind: kind, path: path, confirmsRemovals: confirm)
        let session = try CommandSession(options)
        let (scan, unread) = try await session.run(.change) { services, _ in
            let start = try await services.scans.start(order)
            if !start.isNew {
                session.console.say("A scan of \(TerminalText.safe(name)) is there already; this follows that one.")
            }
            let scan = try await ScanFollower(services.scans, console: session.console).follow(start.id)
            let unread = scan.errors > 0 ? try await services.scans.errors(of: scan.id, limit: Self.errorsShown) : []
            return (scan, unread)
        }
        if output.json {
            try session.console.print(try JSONLine.text(ScanLine(scan)))
        } else if scan.status == .completed || scan.status == .needsConfirmation {
            try session.console.print(ScanProgressLine.summary(scan))
        }
        for error in unread { session.console.say("not readable: \(TerminalText.safe(error))") }
        try report(scan, session.console)
    }

    /// Says what to do about a scan that did not simply end well.
    private func report(_ scan: ScanSnapshot, _ console: Console) throws {
        let name = TerminalText.safe(scan.rootName)
        switch scan.status {
        case .completed:
            guard scan.errors > Self.errorsShown else { return }
            console.say("All that could not be read, and why: GET /api/v1/scans/\(scan.id)/errors")
        case .needsConfirmation:
            throw CatalogError(
                .conflict,
                "\(Quantity.count(scan.removalsParked)) entries of \(name) were not found and have not been removed "
                    + "yet. If they are really gone, run: catalogizer scan --confirm "
                    + ShellWord.argument(scan.rootName))
        case .failed:
            throw CatalogError(
                .unavailable,
                "The scan of \(name) failed: \(scan.errorMessage ?? "no reason was given"). `catalogizer storage test "
                    + "\(ShellWord.argument(scan.rootName))` tries to reach the place, `catalogizer doctor` looks at "
                    + "database and disk.")
        case .cancelled:
            throw CatalogError(.cancelled, "The scan of \(name) was cancelled. What it found so far stays.")
        case .queued, .running:
            return
        }
    }
}

/// A scan as JSON.
private struct ScanLine: Encodable {
    let jobID: Int64
    let storageRoot: String
    let scanType: String
    let status: String
    let entriesFound: Int
    let added: Int
    let updated: Int
    let removed: Int
    let moved: Int
    let removalsParked: Int
    let errors: Int
    @NullWhenMissing var durationSeconds: Double?
    @NullWhenMissing var errorMessage: String?

    private enum CodingKeys: String, CodingKey {
        case jobID = "job_id"
        case storageRoot, scanType, status, entriesFound, added, updated, removed, moved, removalsParked
        case errors
        case durationSeconds, errorMessage
    }

    init(_ scan: ScanSnapshot) {
        jobID = scan.id
        storageRoot = scan.rootName
        scanType = scan.scanType
        status = scan.status.rawValue
        entriesFound = scan.entriesFound
        added = scan.added
        updated = scan.updated
        removed = scan.removed
        moved = scan.moved
        removalsParked = scan.removalsParked
        errors = scan.errors
        durationSeconds = scan.durationSeconds
        errorMessage = scan.errorMessage
    }
}
