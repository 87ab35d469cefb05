import ArgumentParser
import CatalogStorage

/// What each kind of storage can do.
struct StorageProtocols: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protocols",
        abstract: "Show what each kind of storage can do, and which options it has.",
        discussion: "With --markdown as the page of the documentation.")

    @Flag(help: "Print a page in Markdown.")
    var markdown = false

    func run() throws {
        let facts = Composition.providers([]).map(\.facts)
        let console = Console.standard
        if markdown { return try console.print(ProtocolsPage.text(facts)) }
        var table = TextTable(
            [.init("PROTOCOL"), .init("URL")] + ProtocolFacts.columns.map { .init($0.title.uppercased()) })
        for fact in facts {
            let urls = fact.urls.map { $0 + "://" }.joined(separator: " ")
            table.add(
                [fact.name, urls]
                    + ProtocolFacts.columns.map { fact.capabilities.contains($0.capability) ? "yes" : "-" })
        }
        try console.print(table)
        for fact in facts {
            console.say("\n\(fact.name)\n  names: \(fact.names)")
            for option in fact.options { console.say("  --option \(option.name)=…  \(option.help)") }
            for limit in fact.limits { console.say("  - \(limit)") }
        }
    }
}

/// The same as `Docs/protocols.md`, which a test compares with this.
enum ProtocolsPage {
    static func text(_ facts: [ProtocolFacts]) -> String {
        var lines = [
            "# What each kind of storage can do", "",
            "Printed by `catalogizer storage protocols --markdown` from the same data that the checks of all backends use.",
            "",
            "| | URL | " + ProtocolFacts.columns.map(\.title).joined(separator: " | ") + " |",
            "|---|---|" + ProtocolFacts.columns.map { _ in "---|" }.joined(),
        ]
        for fact in facts {
            let marks = ProtocolFacts.columns.map { fact.capabilities.contains($0.capability) ? "yes" : "–" }
            let urls = fact.urls.map { "`\($0)://`" }.joined(separator: " ")
            lines.append("| \(fact.name) | \(urls) | " + marks.joined(separator: " | ") + " |")
        }
        for fact in facts {
            lines += ["", "## \(fact.name)", "", "Names: \(fact.names)."]
            if !fact.options.isEmpty {
                lines += ["", "| option | |", "|---|---|"] + fact.options.map { "| `\($0.name)` | \($0.help) |" }
            }
            lines += [""] + fact.limits.map { "- \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}
