import Testing

@testable import CatalogCore

@Suite("Folding text") struct TextFoldTests {
    @Test(arguments: [
        ("STRASSE", "straße"), ("Ångström", "A\u{30A}ngström"), ("ﬁle", "FILE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("Ⅷ", "viii"),
    ])
    func whatReadsTheSameFoldsTheSame(first: String, second: String) {
        #expect(TextFold.fold(first) == TextFold.fold(second))
    }

    /// Scalar by scalar must be the same as the whole, whatever stands beside what.
    @Test func theShortcutForSingleScalarsGivesTheSameText() {
        let scalars =
            (0x20..<0x530).compactMap { Unicode.Scalar($0) }
            + [0x5D0, 0x645, 0x3042, 0x30AB, 0x4F8D, 0xAC00, 0x1F3AC]
            .compactMap { Unicode.Scalar($0 as UInt32) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<6 { if let scalar = scalars.randomElement(using: &generator) { text.append(scalar) } }
            #expect(TextFold.fold(String(text)) == TextFold.foldWhole(String(text)))
        }
    }

    @Test func aNameThatIsItsOwnFoldedFormIsNotRepeated() {
        #expect(TextFold.foldedName(Array("plain.txt".utf8)) == nil)
        #expect(TextFold.foldedName(Array("Plain.TXT".utf8)) == Array("plain.txt".utf8))
    }
}

@Suite("Times") struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (1_705_314_600_000_000, "2024-01-15T10:30:00Z"), (-1, "1969-12-31T23:59:59Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00Z"), (Int64.max, "9999-12-31T23:59:59Z"),
    ])
    func areRFC3339(microseconds: Int64, text: String) {
        #expect(Timestamp.text(microseconds: microseconds) == text)
    }

    private static let httpDates: [(String, Int64?)] = [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Monday, 15-Jan-24 10:30:00 GMT", 1_705_314_600),
        ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("06 Nov 1994", nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil),
        ("Sun Nov +6 08:49:37 1994", nil), ("Sun, 06 Nov 1969 08:49:37 GMT", nil), ("", nil),
    ]

    @Test(arguments: httpDates)
    func areReadInAllFormsOfHTTP(text: String, second: Int64?) {
        #expect(Timestamp.microseconds(httpDate: text) == second.map { $0 * 1_000_000 })
    }

    @Test func areHTTPDates() {
        #expect(Timestamp.httpDate(microseconds: 784_111_777_000_000) == "Sun, 06 Nov 1994 08:49:37 GMT")
        for second in stride(from: Int64(0), to: 253_402_300_799, by: 86_400 * 17 + 3_607) {
            let text = Timestamp.httpDate(microseconds: second * 1_000_000)
            #expect(Timestamp.microseconds(httpDate: text) == second * 1_000_000)
        }
        for text in ["", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06-Nov-1994 08:49:37 GMT"]
        {
            #expect(Timestamp.microseconds(httpDate: text) == nil)
        }
    }
}

@Suite("Pages") struct PageTests {
    @Test(arguments: [
        (nil, nil, 100, 0), ("0", "-3", 100, 0), ("x", "y", 100, 0), ("50", "7", 50, 7), ("99999", "0", 1_000, 0),
        ("99999999999999999999", "2", 1_000, 2), ("-5", "1", 100, 1),
    ])
    func outOfRangeFallsBackOrIsClamped(limit: String?, offset: String?, rows: Int, skipped: Int) {
        #expect(Page(limit: limit, offset: offset) == Page(limit: rows, offset: skipped))
    }
}

@Suite("Extensions") struct FileExtensionTests {
    @Test(arguments: [
        ("Film.MKV", "mkv"), (".profile", nil), ("a.", nil), ("b", nil), ("x.tar.gz", "gz"), ("what. is this", nil),
        // Other scripts' dots and spaces fold to ours, as the search index sees them.
        ("film\u{FF0E}MKV", "mkv"), ("b\u{E9}.\u{FF2D}KV", "mkv"), ("wait\u{2026}", nil), ("a.b\u{3000}c", nil),
        ("\u{FF0E}profile", nil), ("film.\u{FB01}", "fi"),
    ])
    func areLowerCaseWithoutTheDot(name: String, expected: String?) {
        #expect(FileExtension.of(Array(name.utf8)) == expected)
    }
}
