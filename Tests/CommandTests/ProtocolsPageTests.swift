import CatalogStorage
import Foundation
import Testing

@testable import catalogizer

/// The page of the documentation about protocols.
@Suite struct ProtocolsPageTests {
    @Test func `It says what the program says`() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: repository.appending(path: "Docs/protocols.md"), encoding: .utf8)
        let facts = Composition.providers([]).map(\.facts)
        #expect(
            page == ProtocolsPage.text(facts) + "\n",
            "write it anew: catalogizer storage protocols --markdown > Docs/protocols.md")
    }
}
