import ArgumentParser
import CatalogCore

/// Looks names up.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find files and directories by name.",
        discussion: """
            Finds names that contain every word, in any order and any case.

              catalogizer search matrix
              catalogizer search "matrix 1999" --root films --limit 5
            """)

    @Argument(help: "What to look for; quote several words.")
    var term: String
    @Option(help: .init("Look in this storage root only.", valueName: "name"))
    var root: String?
    @Option(help: .init("Rows to show, 1 to \(Limits.pageRowsMax).", valueName: "rows"))
    var limit = 50
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var options: SettingsOptions

    func validate() throws {
        guard (1...Limits.pageRowsMax).contains(limit) else {
            throw ValidationError("--limit must be 1 to \(Limits.pageRowsMax).")
        }
    }

    func run() async throws {
        let session = try CommandSession(options)
        let order = SearchOrder(term: term, rootName: root, limit: limit)
        let page = try await session.run(.read) { services, _ in try await services.search.search(order) }
        if output.json { return try session.console.print(objects: page.hits.map { SearchHitLine($0) }) }
        guard !page.hits.isEmpty else {
            session.console.say("Nothing was found.")
            return
        }
        var table = TextTable([.init("SIZE", .right), .init("CHANGED"), .init("NAME")])
        for hit in page.hits {
            table.add([
                hit.isDirectory ? "-" : Quantity.bytes(hit.sizeBytes), Quantity.time(hit.modifiedAt),
                "\(hit.rootName)/\(hit.path)\(hit.isDirectory ? "/" : "")",
            ])
        }
        try session.console.print(table)
        if page.total > page.hits.count {
            session.console.say(
                "\(Quantity.count(page.hits.count)) of \(Quantity.count(page.total)); more with --limit")
        }
    }
}

/// A hit as JSON.
private struct SearchHitLine: Encodable {
    let id: Int64
    let storageRoot: String
    let path: String
    let isDirectory: Bool
    let size: Int64
    @NullWhenMissing var modifiedAt: String?

    init(_ hit: SearchHit) {
        id = hit.id
        storageRoot = hit.rootName
        path = hit.path
        isDirectory = hit.isDirectory
        size = hit.sizeBytes
        modifiedAt = hit.modifiedAt.map(Timestamp.text(microseconds:))
    }
}
