import CLinux
import CatalogTestSupport
import Testing

/// Texts that stand one behind the other are searched as if each stood alone.
@Suite struct TextSearchTests {
    @Test func `Just the texts that have the word are found, wherever it stands in them`() {
        var random = SplitMix(state: 5)
        for round in 0..<5_000 {
            // Few letters, so that there is always something to find.
            let letters = UInt8(1 + round % 4)
            let readable = round % 3 == 0 ? 4_096 : Int.random(in: 200..<1_200, using: &random)
            let longest = round % 5 == 0 ? 200 : Int.random(in: 1...40, using: &random)
            var texts: [[UInt8]] = []
            var room = readable - 16
            while room > 1, texts.count < 140 {
                let text = word(upTo: min(longest, room - 1), letters, &random)
                texts.append(text)
                room -= text.count + 1
            }
            let needle = word(upTo: round % 3 == 0 ? 30 : 4, letters, &random)
            let found = find(needle, in: texts, readable: readable, &random)
            let expected = texts.prefix(128).map { contains($0, needle) }
            #expect(Array(found.prefix(expected.count)) == expected, "\(needle) in \(texts)")
            #expect(!found.dropFirst(texts.count).contains(true))
        }
    }

    private func find(
        _ needle: [UInt8], in texts: [[UInt8]], readable: Int, _ random: inout some RandomNumberGenerator
    ) -> [Bool] {
        let bytes: [UInt8] = texts.flatMap { $0 + [0] }
        // What stands behind the texts is something else, and looks like them.
        var memory = bytes
        while memory.count < readable { memory.append(.random(in: 96...99, using: &random)) }
        let marks = catalog_find_in_texts(memory, bytes.count, readable, needle, needle.count)
        return [marks.low, marks.high].flatMap { word in (0..<64).map { word >> UInt64($0) & 1 == 1 } }
    }

    private func word(upTo length: Int, _ letters: UInt8, _ random: inout SplitMix) -> [UInt8] {
        (0..<Int.random(in: 1...length, using: &random)).map { _ in 97 + UInt8.random(in: 0..<letters, using: &random) }
    }

    private func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
        guard text.count >= needle.count else { return false }
        return (0...text.count - needle.count).contains { text[$0...].starts(with: needle) }
    }
}
