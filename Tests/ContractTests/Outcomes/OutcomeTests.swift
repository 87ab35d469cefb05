import CatalogServer
import Testing

/// Every endpoint answers what it states, and what it states is looked at.
@Suite struct OutcomeTests {
    @Test(arguments: OutcomeTable.all)
    func `An endpoint answers what its rows say`(outcomes: EndpointOutcomes) async throws {
        let endpoint = try #require(EndpointManifest.all.first { $0.id == outcomes.id }, "\(outcomes.id)")
        try await Scene.with { scene in
            for row in outcomes.rows {
                let answer = try await scene.ask(row, of: outcomes, endpoint.requestMethod)
                #expect(answer.status == row.status, "\(row.name): \(answer.text)")
                switch row.content {
                case .exactly(let text): #expect(answer.text == text, "\(row.name)")
                case .showing(let text):
                    let text = scene.filled(text)
                    #expect(text.isEmpty || answer.text.contains(text), "\(row.name): \(answer.text)")
                }
                if row.status >= 400 { #expect(answer.header("Content-Type") == "application/json", "\(row.name)") }
            }
        }
    }

    @Test(arguments: EndpointManifest.all.map(\.id))
    func `Every status that an endpoint states has a row, and every row's status is stated`(id: String) throws {
        let endpoint = try #require(EndpointManifest.all.first { $0.id == id })
        let shown = Set(OutcomeTable.all.filter { $0.id == id }.flatMap(\.rows).map(\.status))
        let stated = Set(endpoint.answers.map(\.status))
        let documented = try OutcomeTable.documented(id)
        #expect(shown.contains { $0 < 300 }, "\(id) has no row that succeeds")
        #expect(stated.subtracting(shown).isEmpty, "\(id) has no row with these statuses")
        #expect(shown.subtracting(documented).isEmpty, "\(id) has rows with statuses that the document does not have")
        let elsewhere = documented.subtracting(stated)
        #expect(elsewhere.subtracting(OutcomeTable.walked.keys).isEmpty, "\(id): nobody looks at these statuses")
    }

    @Test(arguments: OutcomeTable.all)
    func `Every row asks the endpoint that it stands under`(outcomes: EndpointOutcomes) throws {
        let endpoint = try #require(EndpointManifest.all.first { $0.id == outcomes.id }, "\(outcomes.id)")
        for path in [outcomes.path] + outcomes.rows.compactMap(\.path) { #expect(endpoint.owns(path), "\(path)") }
    }
}
