import CatalogCore
import CatalogSearch
import Testing

@Suite("Searching names")
struct NameSearchTests {
    private func ids(_ index: NameIndex, _ text: String, _ change: (inout NameQuery) -> Void = { _ in }) throws
        -> [EntryID]
    {
        var query = NameQuery(text, in: .everything)
        change(&query)
        return try index.search(query).ids
    }

    @Test("Every answer over random names equals the plainest search, page, order and total")
    func equalsTheNaiveSearch() async throws {
        let fixture = try await CatalogFixture()
        var maker = try await QueryMaker(filling: fixture, seed: 42)
        let index = try await fixture.openIndex()
        let naive = NaiveSearch(entries: fixture.entries)
        for round in 0..<150 {
            let query = maker.query(round)
            let hits = try index.search(query)
            let expected = naive.page(query)
            #expect(hits.ids == expected.ids, "page of \(query)")
            #expect(hits.total == expected.total, "total of \(query)")
        }
        try await index.close()
    }

    @Test("Names that differ in composition only are two entries and found by either form")
    func compositionTwins() async throws {
        let fixture = try await CatalogFixture()
        let twins = try await fixture.add(["Caf\u{E9}.txt", "Cafe\u{301}.txt"])
        let index = try await fixture.openIndex()
        #expect(try ids(index, "CAFÉ") == twins)
        #expect(try ids(index, "cafe\u{301}") == twins)
        #expect(try ids(index, "cafe").isEmpty)
    }

    @Test("A byte that is no text is found by its text form")
    func invalidBytes() async throws {
        let fixture = try await CatalogFixture()
        let added = try await fixture.add([[0x61, 0xFE, 0x62], [0x61, 0xFF]])
        let index = try await fixture.openIndex()
        #expect(try ids(index, "a\u{201B}FE") == [added[0]])
        #expect(try ids(index, "\u{201B}ff") == [added[1]])
    }

    @Test("A quotation mark that stands for bytes elsewhere is found as itself, typed once or as it is shown")
    func quotationMark() async throws {
        let fixture = try await CatalogFixture()
        let added = try await fixture.add(["the \u{201B}90s", "the 90s"])
        let index = try await fixture.openIndex()
        #expect(try ids(index, "\u{201B}90s") == [added[0]])
        #expect(try ids(index, "\u{201B}\u{201B}90s") == [added[0]])
        #expect(try ids(index, "the.\u{201B}90S") == [added[0]])
    }

    @Test("Percent and underscore are plain characters; dots and underscores are spaces only when nothing else matches")
    func literalsAndSecondTry() async throws {
        let fixture = try await CatalogFixture()
        let added = try await fixture.add(["100% real", "100 reals", "silver arrow 1987", "img_1", "img 1"])
        let index = try await fixture.openIndex()
        #expect(try ids(index, "100%") == [added[0]])
        #expect(try ids(index, "img_") == [added[3]])
        #expect(try ids(index, "arrow.silver_1987") == [added[2]])
        #expect(try ids(index, "_").count == 1)
        #expect(try ids(index, "arrow_9").count == 1)
    }

    @Test("Equal names stand by ascending id in both directions, and pages join without a gap")
    func tiesAndPaging() async throws {
        let fixture = try await CatalogFixture()
        var id: EntryID = 1
        for parent in 1...400 {
            let name = parent % 2 == 0 ? "cover.jpg" : "cover \(parent % 5).jpg"
            let entry = KnownEntry(id: id, root: 1, parent: Int64(parent), kind: .file, name: Array(name.utf8))
            try await fixture.add([entry])
            id += 1
        }
        let index = try await fixture.openIndex()
        for order in [NameQuery.Order.ascending, .descending] {
            var query = NameQuery("cover", in: .everything)
            query.order = order
            query.limit = 83
            var joined: [EntryID] = []
            while true {
                query.offset = joined.count
                let page = try index.search(query)
                #expect(page.total == 400)
                if page.ids.isEmpty { break }
                joined += page.ids
            }
            #expect(joined == NaiveSearch(entries: fixture.entries).all(query))
        }
    }

    @Test("Pages far back are the same as those in front", arguments: [NameQuery.Order.ascending, .descending])
    func deepPages(order: NameQuery.Order) async throws {
        let fixture = try await CatalogFixture()
        try await fixture.add((0..<9_000).map { "name \($0 % 3_000)" + String(repeating: "~", count: $0 / 3_000) })
        for parent in 1...40 {
            try await fixture.add((0..<50).map { "same \($0)" }, parent: Int64(parent))
        }
        let index = try await fixture.openIndex()
        let sorted = NaiveSearch(entries: fixture.entries).all(
            {
                var query = NameQuery("m", in: .everything)
                query.order = order
                return query
            }())
        for offset in [8_190, 8_500, 9_100, 10_003, 10_990, 11_000, 50_000] {
            let page = try ids(index, "m") {
                $0.order = order
                $0.offset = offset
                $0.limit = 20
            }
            #expect(page == Array(sorted.dropFirst(offset).prefix(20)), "offset \(offset)")
        }
    }

    @Test(
        "Every order is the plainest one, on every page, near and far",
        arguments: [NameQuery.Field.name, .size, .modified, .created, .fileExtension, .path])
    func orders(field: NameQuery.Field) async throws {
        let fixture = try await CatalogFixture()
        try await fixture.addTree(seed: 11, filesPerDirectory: 600)
        let index = try await fixture.openIndex()
        let naive = NaiveSearch(entries: fixture.entries)
        for order in [NameQuery.Order.ascending, .descending] {
            var query = NameQuery("", in: .everything)
            query.field = field
            query.order = order
            query.rootNames = [1: "nas", 2: "nas-2"]
            query.directorySizes = naive.directorySizes
            query.limit = 50
            let sorted = naive.all(query)
            #expect(sorted.count > 8_192 + 500)
            for offset in [0, 77, 4_000, 8_142, 8_143, 8_500, sorted.count - 20, sorted.count] {
                query.offset = offset
                let hits = try index.search(query)
                #expect(hits.ids == Array(sorted.dropFirst(offset).prefix(50)), "offset \(offset), \(order)")
                #expect(hits.total == sorted.count)
            }
        }
    }

    @Test("An entry that has another size and time is found under the new ones only")
    func changedFigures() async throws {
        let fixture = try await CatalogFixture()
        let ids = try await fixture.add(["one", "two", "three"])
        let index = try await fixture.openIndex()
        try await fixture.change(ids[1], sizeBytes: 1_000_000, modifiedNS: -5)
        try await index.follow()
        var query = NameQuery("", in: .everything)
        query.sizes = 1_000_000...1_000_000
        #expect(try index.search(query) == NameHits(ids: [ids[1]], total: 1))
        query.sizes = nil
        for field in [NameQuery.Field.size, .modified] {
            query.field = field
            #expect(try index.search(query).ids == NaiveSearch(entries: fixture.entries).all(query))
        }
    }

    @Test("A directory that the catalog puts inside of itself does not keep a search by path from ending")
    func circle() async throws {
        let fixture = try await CatalogFixture()
        try await fixture.add([
            KnownEntry(id: 1, root: 1, parent: 2, kind: .directory, name: Array("one".utf8)),
            KnownEntry(id: 2, root: 1, parent: 1, kind: .directory, name: Array("two".utf8)),
        ])
        let index = try await fixture.openIndex()
        #expect(try ids(index, "") { $0.field = .path }.sorted() == [1, 2])
    }

    @Test("Several words are found in any order, whatever their length, also inside each other")
    func severalWords() async throws {
        let fixture = try await CatalogFixture()
        let added = try await fixture.add([
            "the silent river", "river of silence", "silent", "a river, silently", "r s",
        ])
        let index = try await fixture.openIndex()
        #expect(try ids(index, "river silent") == [added[3], added[0]])
        #expect(try ids(index, "silent  the\triver") == [added[0]])
        #expect(try ids(index, "r s") == [added[3], added[4], added[1], added[0]])
        #expect(try ids(index, "silent lent ri") == [added[3], added[0]])
        #expect(try ids(index, "river silver").isEmpty)
    }

    @Test("Only what stands directly in the given directories is found")
    func directories() async throws {
        let fixture = try await CatalogFixture()
        let inside = try await fixture.add(["a film"], parent: 100)
        try await fixture.add(["b film"], parent: 200)
        let deeper = try await fixture.add(["c film"], parent: 300)
        let index = try await fixture.openIndex()
        #expect(
            try ids(index, "film") { $0.subtree = Subtree(tops: [], directories: [300, 100, 100]) } == inside + deeper)
        #expect(try ids(index, "film") { $0.subtree = Subtree(tops: [], directories: []) }.isEmpty)
    }

    @Test("What is at a path is found with what is below it, and once")
    func tops() async throws {
        let fixture = try await CatalogFixture()
        let top = try await fixture.add(["film"], kind: .directory)
        let inside = try await fixture.add(["film 1", "film 2"], parent: top[0])
        let beside = try await fixture.add(["film 3"])
        let index = try await fixture.openIndex()
        let found = try ids(index, "film") { $0.subtree = Subtree(tops: top, directories: top) }
        #expect(found == top + inside)
        #expect(try ids(index, "film") { $0.subtree = Subtree(tops: beside, directories: []) } == beside)
    }

    @Test("Nothing outside the scope is found or counted")
    func scope() async throws {
        let fixture = try await CatalogFixture()
        let mine = try await fixture.add(["shared name"], root: 1)
        try await fixture.add(["shared name"], root: 2)
        let index = try await fixture.openIndex()
        #expect(try index.search(NameQuery("shared", in: .roots([1]))) == NameHits(ids: mine, total: 1))
        #expect(try index.search(NameQuery("shared", in: .roots([]))).total == 0)
        #expect(try index.search(NameQuery("shared", in: .everything)).total == 2)
    }

    @Test("The directory of a root has no name and is never found")
    func rootDirectory() async throws {
        let fixture = try await CatalogFixture()
        try await fixture.add([[]], kind: .directory)
        let index = try await fixture.openIndex()
        #expect(try index.search(NameQuery("", in: .everything)).total == 0)
    }

    @Test("A query over the limits is refused, and long names and words are searched like short ones")
    func limits() async throws {
        let fixture = try await CatalogFixture()
        let long = String(repeating: "abcdefgh", count: 31)
        let added = try await fixture.add([long, "\u{FDFA}\u{FDFA}\u{FDFA}.txt"])
        let index = try await fixture.openIndex()
        #expect(try ids(index, long) == [added[0]])
        #expect(try ids(index, long + "x").isEmpty)
        #expect(try ids(index, ".txt") == [added[1]])
        #expect(throws: CatalogError.self) { try ids(index, String(repeating: "a", count: 5_000)) }
        let bytes = try await fixture.add([[UInt8](repeating: 0xFE, count: 255)])
        try await index.follow()
        #expect(try ids(index, NameEncoding.text(of: [UInt8](repeating: 0xFE, count: 255))) == bytes)
        #expect(try ids(index, Array(repeating: ".txt", count: 40).joined(separator: " ")) == [added[1]])
        #expect(throws: CatalogError.self) { try ids(index, (0..<40).map { "w\($0)" }.joined(separator: " ")) }
    }
}
