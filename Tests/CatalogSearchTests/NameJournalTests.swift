import CatalogCore
import Testing

@testable import CatalogSearch

@Suite("The journal of names")
struct NameJournalTests {
    @Test(
        "Lists of ids survive encoding",
        arguments: [[], [1], [1, 2, 3], [5, 1_000, 1_000_000_000_000], [127, 255, 16_511]])
    func roundTrip(ids: [EntryID]) {
        #expect(NameJournal.encode(ids).withUnsafeBytes { NameJournal.decode($0) } == ids)
    }

    @Test("A list of neighbours takes one byte for each id")
    func size() {
        #expect(NameJournal.encode(Array(1_000...2_000)).count == 1_002)
    }

    @Test("What is no list is refused", arguments: [[0x80], [0x00], Array(repeating: 0xFF, count: 12)] as [[UInt8]])
    func refusal(bytes: [UInt8]) {
        #expect(bytes.withUnsafeBytes { NameJournal.decode($0) } == nil)
    }

    @Test("A list that is too long for one row takes several, and all of them are applied")
    func longLists() async throws {
        let fixture = try await CatalogFixture()
        let ids = try await fixture.add((0..<20_000).map { "name \($0)" })
        let index = try await fixture.openIndex()
        try await fixture.remove(ids)
        try await index.follow()
        #expect(index.appliedSequence == 3)
        #expect(try index.search(NameQuery("name", in: .everything)).total == 0)
    }
}
