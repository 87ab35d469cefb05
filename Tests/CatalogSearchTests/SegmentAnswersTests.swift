import CatalogCore
import CatalogTestSupport
import Testing

@testable import CatalogSearch

/// What the index remembers of answers is never another answer.
@Suite struct SegmentAnswersTests {
    /// Names in three segments; each has an `e`, and nothing is rare enough to be looked up by the filter.
    private static let names = 150_000

    /// They help with whatever it is.
    private static let threads = SearchThreads(processors: 3, blocksMin: 0, idleProcessors: { 2 })
    /// They help with nothing.
    private static let none = SearchThreads(processors: 1)

    private static let questions: [NameQuery] = {
        var questions: [NameQuery] = []
        for field in [NameQuery.Field.name, .size, .modified, .created, .fileExtension] {
            for order in [NameQuery.Order.ascending, .descending] {
                var query = NameQuery("e", in: .everything)
                (query.field, query.order, query.limit) = (field, order, 20)
                questions.append(query)
            }
        }
        var filtered = NameQuery("e", in: .parts([2: .whole]))
        (filtered.fileExtension, filtered.sizes, filtered.isDirectory) = ("mkv", 100...5_000, false)
        var twoWords = NameQuery("name e", in: .everything)
        (twoWords.offset, twoWords.limit) = (200, 50)
        return questions + [filtered, twoWords]
    }()

    @Test func `What was asked before is answered as exactly as the first time, whatever has changed`() throws {
        try withPack { pack in
            let answers = SegmentAnswers()
            func compare(_ query: NameQuery) throws -> NameHits {
                let segments = pack.file.segments
                let found = try NameSearch(segments: segments, answers: answers, threads: Self.threads).page(query)
                let anew = NameSearch(segments: segments, answers: SegmentAnswers(), threads: Self.none)
                #expect(try found == anew.page(query))
                return found
            }
            var pages = try Self.questions.map { try (query: $0, first: compare($0)) }
            for page in pages { #expect(try compare(page.query) == page.first) }
            // The pages behind the first.
            for page in pages where page.query.offset == 0 {
                var query = page.query
                query.cursor = page.first.next
                #expect(query.cursor != nil)
                pages.append((query, try compare(query)))
            }
            // What stood first on each page goes, and something comes that stands before all.
            pack.kill(Set(pages.compactMap(\.first.ids.first)).sorted())
            try append("a newer name.mkv", id: Int64(Self.names) + 1, size: 9_999, to: pack)
            try append("\u{1}e", id: Int64(Self.names) + 2, size: -1, to: pack)
            for page in pages { #expect(try compare(page.query) != page.first) }
        }
    }

    @Test func `Only the segments that have changed are asked again`() throws {
        try withPack { pack in
            let segments = pack.file.segments
            try #require(segments.count > 2)
            let answers = SegmentAnswers()
            let query = Self.questions[0]
            let words = try #require(try NameWords.readings(of: query.text).first)
            let question = try #require(SegmentAnswers.Question(query, words: words, capacity: query.limit))
            func ask() throws -> [UInt64: SegmentAnswers.Part] {
                _ = try NameSearch(segments: segments, answers: answers, threads: Self.threads).page(query)
                return answers.parts(for: question) ?? [:]
            }
            #expect(answers.parts(for: question) == nil)
            let first = try ask()
            #expect(Set(first.keys) == Set(segments.map(\.serial)))
            pack.kill([1])
            let second = try ask()
            for segment in segments {
                #expect((second[segment.serial]?.state == first[segment.serial]?.state) == (segment !== segments[0]))
            }
            // What is being changed at the time is not kept.
            let third = try segments[1].change { try ask() }
            #expect(Set(third.keys) == Set(segments.map(\.serial)).subtracting([segments[1].serial]))
        }
    }

    @Test func `What is kept has a limit, and what was asked last stays`() throws {
        try withPack { pack in
            let answers = SegmentAnswers(bytesMax: 20_000)
            var query = NameQuery("e", in: .everything)
            let words = try #require(try NameWords.readings(of: query.text).first)
            var kept = 0
            for limit in 1...200 {
                query.limit = limit
                _ = try NameSearch(segments: pack.file.segments, answers: answers, threads: Self.threads).page(query)
                #expect(answers.bytes <= 20_000)
                let question = try #require(SegmentAnswers.Question(query, words: words, capacity: limit))
                #expect(answers.parts(for: question) != nil)
            }
            for limit in 1...200 {
                let question = try #require(SegmentAnswers.Question(query, words: words, capacity: limit))
                if answers.parts(for: question) != nil { kept += 1 }
            }
            #expect(kept > 1 && kept < 50, "\(kept)")
        }
    }

    private func withPack(_ body: (PackWriter) throws -> Void) throws {
        let scratch = try ScratchDirectory()
        let identity = PackIdentity(databaseID: 1, bootID: 1)
        let pack = try PackWriter(new: PackFile.create(path: scratch.path + "/names.pack", identity: identity))
        var random = SplitMix(state: 11)
        for number in 1...Self.names {
            let shuffled = Int.random(in: 0..<1_000_000, using: &random)
            try append(
                "name \(shuffled).\(number % 3 == 0 ? "mkv" : "flac")", id: Int64(number), size: number % 7_000,
                to: pack)
        }
        try body(pack)
    }

    private func append(_ name: String, id: EntryID, size: Int, to pack: PackWriter) throws {
        try Array(name.utf8).withUnsafeBytes { folded in
            let figures = PackFigures(sizeBytes: Int64(size), modifiedNS: id * 104_729 % 9_973, firstSeenAt: id % 77)
            try pack.append(
                NewName(
                    id: id, rootID: id % 2 + 1, parentID: 0, kind: EntryKind.file.rawValue, figures: figures,
                    folded: folded))
        }
    }
}
