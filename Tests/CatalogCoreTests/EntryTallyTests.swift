import CatalogCore
import Testing

/// What statistics count an entry under.
@Suite struct EntryTallyTests {
    @Test(arguments: [
        "film.mkv", "FILM.MKV", ".profile", "a.", "plain", "a.b.c", "name with. space", "archive.tar.gz",
        "sixteen.abcdefghijklmnop", "seventeen.abcdefghijklmnopq", "ümlaut.MP3", "x.ÄÖÜ", "fullwidth．ｔｘｔ", "", ".",
        "..", "dot.é", "a.1", "veryveryverylongnamewithoutanydotatall", "long name before the dot.TxT", "x.é y",
    ])
    func `It is the extension that search compares`(name: String) {
        let key = name.utf8CString.withUnsafeBytes {
            EntryClass(kind: .file, name: UnsafeRawBufferPointer(rebasing: $0.dropLast()), bytes: 1)
        }
        #expect(key.fileExtension == FileExtension.of(Array(name.utf8)) ?? "")
        #expect(EntryClass(kind: .file, fileExtension: key.fileExtension, size: .tiny) == key)
    }

    @Test func `Bytes that are no text make no difference`() {
        for name: [UInt8] in [[0xFE, 0x2E, 0x6D], [0x61, 0x2E, 0xFE], [0x2E, 0xFE], [0xFF]] {
            let key = name.withUnsafeBytes { EntryClass(kind: .link, name: $0, bytes: 0) }
            #expect(key.fileExtension == FileExtension.of(name) ?? "")
        }
    }

    @Test func `Each class of sizes begins where the one before it ends`() {
        let starts: [(Int64, SizeClass)] = [
            (0, .tiny), (1_024, .small), (1 << 20, .medium), (10 << 20, .large), (100 << 20, .huge),
            (1 << 30, .massive),
        ]
        for (index, start) in starts.enumerated() {
            #expect(SizeClass.of(bytes: start.0) == start.1)
            if index > 0 { #expect(SizeClass.of(bytes: start.0 - 1) == starts[index - 1].1) }
        }
    }
}
