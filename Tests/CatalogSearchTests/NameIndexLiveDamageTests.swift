import CatalogCore
import CatalogSearch
import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// What others do to the index file while it is in use must not end the program, and no answer may be wrong for long.
@Suite("Damage to the index file while it is open")
struct NameIndexLiveDamageTests {
    /// An open index over enough names for several blocks.
    private func withIndex(_ body: (CatalogFixture, NameIndex, Notes) async throws -> Void) async throws {
        let fixture = try await CatalogFixture()
        try await fixture.add((0..<2_000).map { "name \($0) river.mkv" })
        let notes = Notes()
        let index = try await fixture.openIndex(notes: notes)
        #expect(notes.all.count == 1, "the first build")
        try await body(fixture, index, notes)
        try await index.close()
    }

    private func expectRight(_ index: NameIndex, _ fixture: CatalogFixture) throws {
        for text in ["", "name", "7 river"] {
            let query = NameQuery(text, in: .everything)
            let expected = NaiveSearch(entries: fixture.entries).page(query)
            let hits = try index.search(query)
            #expect(hits.ids == expected.ids && hits.total == expected.total)
        }
    }

    /// Every order, so that all parts of the file are read.
    private func searchAll(_ index: NameIndex) {
        for field in [NameQuery.Field.name, .size, .modified, .created, .fileExtension, .path] {
            for text in ["", "r", "river", "7 river", "name river mkv"] {
                var query = NameQuery(text, in: .everything)
                query.field = field
                query.rootNames = [1: "root"]
                query.sizes = 0...Int64.max
                query.fileExtension = text == "r" ? "mkv" : nil
                // Whether it answers or refuses: it comes back.
                _ = try? index.search(query)
            }
        }
    }

    @Test(
        "A file that is cut off ends neither searches nor the program, and is built again",
        arguments: [0, 4_096, 60_000])
    func cutOff(length: Int) async throws {
        try await withIndex { fixture, index, notes in
            try #require(truncate(fixture.packPath(), length) == 0)
            #expect(throws: CatalogError.self) { try index.search(NameQuery("river", in: .everything)) }
            searchAll(index)
            try await fixture.add(["name of something new"])
            try await index.follow()
            try expectRight(index, fixture)
            #expect(notes.all.count == 2)
            #expect(notes.all.last?.contains("while it was in use") == true)
        }
    }

    @Test("A file that another one is copied over is built again")
    func copiedOver() async throws {
        try await withIndex { fixture, index, notes in
            let older = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
            try await fixture.add((0..<500).map { "newer \($0)" })
            try await index.follow()
            for content in [older, Data(repeating: 0, count: older.count), Data(repeating: 0xFF, count: older.count)] {
                try content.write(to: URL(fileURLWithPath: fixture.packPath()), options: [])
                searchAll(index)
                try await fixture.add(["name of something new"])
                try await index.follow()
                try expectRight(index, fixture)
            }
            #expect(notes.all.count == 4, "\(notes.all)")
        }
    }

    @Test("A block that somebody has emptied is noticed by the search that meets it")
    func emptiedBlock() async throws {
        try await withIndex { fixture, index, notes in
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.packPath()))
            // The header page, then the segment's block headers, filter, signatures and figures.
            try file.seek(toOffset: 4_096 + 512 * 64 + 8_192 * 64 + 512 * 128 * 8 + 512 * 128 * 24)
            try file.write(contentsOf: Data(count: 4_096))
            try file.close()
            #expect(throws: CatalogError.self) { try index.search(NameQuery("", in: .everything)) }
            try await index.follow()
            try expectRight(index, fixture)
            #expect(notes.all.count == 2)
        }
    }

    @Test("A file that another one was copied over just before the end is not taken for ours at the next start")
    func copiedOverBeforeTheEnd() async throws {
        let fixture = try await CatalogFixture()
        try await fixture.add(["name 1 river"])
        let index = try await fixture.openIndex()
        let older = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
        try await fixture.add(["name 2 river"])
        try await index.follow()
        try older.write(to: URL(fileURLWithPath: fixture.packPath()), options: [])
        try await index.close()
        let again = try await fixture.openIndex()
        try expectRight(again, fixture)
        try await again.close()
    }

    @Test("Searches over a file that anything was written into come back, and the index is right after that")
    func scribbledOver() async throws {
        try await withIndex { fixture, index, notes in
            var random = SplitMix(state: 4_711)
            for round in 0..<40 {
                let file = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.packPath()))
                let size = try file.seekToEnd()
                for _ in 0..<(round % 4 == 0 ? 200 : 5) {
                    // The header page stays whole, so that nothing but the contents shows the damage.
                    try file.seek(toOffset: UInt64.random(in: 4_096..<size, using: &random))
                    let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
                    try file.write(contentsOf: bytes)
                }
                // Headers of the first blocks: how many names there are.
                try file.seek(toOffset: 4_096 + 64 * UInt64.random(in: 0..<20, using: &random) + 32)
                try file.write(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF])
                try file.close()
                searchAll(index)
                try await fixture.add(["name of round \(round)"])
                try await index.follow()
            }
            #expect(notes.all.count > 10)
            try #require(truncate(fixture.packPath(), 0) == 0)
            try await index.follow()
            try expectRight(index, fixture)
        }
    }
}
