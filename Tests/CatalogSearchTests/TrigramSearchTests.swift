import CatalogCore
import CatalogDatabase
import CatalogTestSupport
import Testing

@testable import CatalogSearch

/// The database's own search, compared with the index of a node.
@Suite(.enabled(if: TestEngine.isPostgres)) struct TrigramSearchTests {
    /// A catalog with both, and what directories sum up to.
    private func withBoth(
        _ fixture: CatalogFixture, _ body: (NameIndex, TrigramSearch) async throws -> Void
    ) async throws {
        for entry in fixture.entries.values where entry.kind == .directory {
            let size = NaiveSearch.directorySize(entry.id)
            try await fixture.execute(
                """
                INSERT INTO directories (entry_id, root_id, listed_scan_id, listed_modified_ns, listed_changed_ns, own_bytes,
                    own_files, own_directories, total_bytes, total_files, total_directories)
                VALUES (\(entry.id), \(entry.root), 1, 0, 0, 0, 0, 0, \(size), 0, 0)
                """)
        }
        let trigrams = try TrigramSearch(database: fixture.database)
        try await trigrams.prepare()
        let index = try await fixture.openIndex()
        try await body(index, trigrams)
        try await index.close()
    }

    @Test func `Every answer is the one of the node's own index: page, total and cursor`() async throws {
        let fixture = try await CatalogFixture()
        var maker = try await QueryMaker(filling: fixture, seed: 7)
        try await withBoth(fixture) { index, trigrams in
            for round in 0..<300 {
                var query = maker.query(round)
                if round % 14 == 0 { query.subtree = Subtree(tops: [5, 9, 200], directories: [1, 2, 3, 15]) }
                let expected = try index.search(query)
                #expect(try await trigrams.search(query) == expected, "\(query)")
            }
        }
    }

    @Test(arguments: [NameQuery.Field.name, .size, .modified, .created, .fileExtension, .path])
    func `Pages join by their cursors, whichever of the two made the page before`(field: NameQuery.Field) async throws {
        let fixture = try await CatalogFixture()
        try await fixture.addTree(seed: 23, filesPerDirectory: 60)
        try await withBoth(fixture) { index, trigrams in
            for order in [NameQuery.Order.ascending, .descending] {
                var query = NameQuery("e", in: .everything)
                (query.field, query.order, query.limit) = (field, order, 75)
                query.rootNames = [1: "nas", 2: #"the "attic""#]
                query.directorySizes = NaiveSearch(entries: fixture.entries).directorySizes
                let all = NaiveSearch(entries: fixture.entries).all(query)
                var joined: [EntryID] = []
                var pages = 0
                repeat {
                    let page = pages % 2 == 0 ? try await trigrams.search(query) : try index.search(query)
                    #expect(page.total == all.count)
                    joined += page.ids
                    query.cursor = page.next
                    pages += 1
                } while query.cursor != nil && pages <= all.count
                let isWhole = joined == all
                #expect(isWhole && pages > 3, "\(order), \(pages) pages")
            }
        }
    }

    @Test func `A word is looked for in the name, and not in the way it is written in the index`() async throws {
        let fixture = try await CatalogFixture()
        let added = try await fixture.add(["ä", "303", #"a\303b"#, #"\\"#, "100%", "1000", "a_b", "axb", "\u{201B}244"])
        try await withBoth(fixture) { index, trigrams in
            for text in ["303", "244", "ä", #"\"#, #"\303"#, #"\\"#, "100%", "a_b", "%", "_", "\u{201B}244", "03", "0"]
            {
                let query = NameQuery(text, in: .everything)
                let expected = try index.search(query)
                #expect(try await trigrams.search(query) == expected, "\(text)")
            }
            #expect(try await trigrams.search(NameQuery("303", in: .everything)).ids == [added[1], added[2]])
        }
    }

    @Test func `The sizes of directories of which a part may be seen are those that are handed in`() async throws {
        let fixture = try await CatalogFixture()
        let ids = try await fixture.add(["x 1", "x 2", "x 3"], kind: .directory)
        try await withBoth(fixture) { index, trigrams in
            var query = NameQuery("x", in: .everything)
            query.field = .size
            query.shownDirectorySizes = [ids[1]: 1, ids[2]: 1_000_000]
            query.directorySizes = NaiveSearch(entries: fixture.entries).directorySizes
                .replacing(query.shownDirectorySizes)
            for sizes: ClosedRange<Int64>? in [nil, 1...500, 500...2_000_000] {
                query.sizes = sizes
                let expected = try index.search(query)
                #expect(try await trigrams.search(query) == expected)
            }
        }
    }

    @Test func `What comes, goes and moves is found at once, without anything that follows`() async throws {
        let fixture = try await CatalogFixture()
        let trigrams = try TrigramSearch(database: fixture.database)
        try await trigrams.prepare()
        let query = NameQuery("moon", in: .everything)
        let ids = try await fixture.add(["Paper Moons", "sun"])
        #expect(try await trigrams.search(query).ids == [ids[0]])
        try await fixture.rename(ids[1], to: "moonrise")
        #expect(try await trigrams.search(query).total == 2)
        try await fixture.remove([ids[0]])
        #expect(try await trigrams.search(query).ids == [ids[1]])
    }

    @Test func `Many nodes that start at once build one index, which answers for words`() async throws {
        let fixture = try await CatalogFixture()
        let trigrams = try TrigramSearch(database: fixture.database)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await trigrams.prepare() } }
            try await group.waitForAll()
        }
        #expect(try await plan(of: "moon", fixture).contains("entries_by_trigram"))
        // Two letters are no trigram: everything is read.
        #expect(try await plan(of: "mo", fixture).contains("Seq Scan"))
    }

    /// How the server counts the hits of a word.
    private func plan(of word: String, _ fixture: CatalogFixture) async throws -> String {
        let question = TrigramQuestion(NameQuery(word, in: .everything), words: [Array(word.utf8)])
        let values = Array(repeating: "''", count: question.values.count).joined(separator: ", ")
        return try await fixture.database.read { connection in
            try TrigramSearchStore(connection).allowPlans(of: question)
            try connection.executeScript("PREPARE counting AS \(question.count.postgreSQLText)")
            let explain = SQLStatement("EXPLAIN EXECUTE counting (\(values))")
            let lines = try connection.rows(explain, []) { $0.text(0) }
            try connection.executeScript("DEALLOCATE counting")
            return lines.joined(separator: "\n")
        }
    }

    @Test func `Old rows of the journal go, though nobody follows it`() async throws {
        let fixture = try await CatalogFixture()
        let trigrams = try TrigramSearch(database: fixture.database)
        for name in ["a", "b", "c"] { try await fixture.add([name]) }
        #expect(try await trigrams.pruneJournal(nowMicroseconds: 2_000_000) == 0)
        // The last row shows that nothing is missing behind it.
        #expect(try await trigrams.pruneJournal(nowMicroseconds: 100_000_000_000) == 2)
    }
}
