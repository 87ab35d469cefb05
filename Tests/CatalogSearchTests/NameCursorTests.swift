import CatalogCore
import CatalogSearch
import Testing

@Suite("Pages of the name index by cursor") struct NameCursorTests {
    @Test(
        "Behind a cursor stands what stands behind its hit, in every order, near and far",
        arguments: [NameQuery.Field.name, .size, .modified, .created, .fileExtension, .path])
    func behind(field: NameQuery.Field) async throws {
        let fixture = try await CatalogFixture()
        var maker = NameMaker(seed: 12)
        for root in 1...2 {
            let top = try await fixture.add(["dir", "bdir", "a dir", "Ädir"], root: Int64(root), kind: .directory)
            for parent in top {
                var seen: Set<[UInt8]> = []
                let names = (0..<300).map { _ in maker.name() + [UInt8(ascii: "~")] }
                try await fixture.add(
                    names.filter { seen.insert($0).inserted }, root: Int64(root), parent: parent)
            }
        }
        let index = try await fixture.openIndex()
        let naive = NaiveSearch(entries: fixture.entries)
        for order in [NameQuery.Order.ascending, .descending] {
            var query = NameQuery("", in: .everything)
            query.field = field
            query.order = order
            query.rootNames = [1: "nas", 2: "nas-2"]
            query.directorySizes = naive.directorySizes
            query.limit = 97
            let sorted = naive.all(query)
            var joined: [EntryID] = []
            repeat {
                let hits = try index.search(query)
                joined += hits.ids
                #expect(hits.total == sorted.count)
                query.cursor = hits.next
            } while query.cursor != nil
            #expect(joined == sorted)
        }
    }

    @Test("A hit that is gone is still a place, and what comes before it is not shown")
    func gone() async throws {
        let fixture = try await CatalogFixture()
        let ids = try await fixture.add(["a moon", "b moon", "c moon", "d moon"])
        let index = try await fixture.openIndex()
        var query = NameQuery("moon", in: .everything)
        query.limit = 2
        query.cursor = try index.search(query).next
        try await fixture.remove([ids[1]])
        try await fixture.add(["aa moon"])
        try await index.follow()
        let hits = try index.search(query)
        #expect(hits.ids == [ids[2], ids[3]] && hits.total == 4)
    }
}
