import CatalogCore
import CatalogTestSupport
import Foundation
import Testing

/// Names that people, other systems and attackers give to files, on their way through the whole API.
@Suite struct HostileNameTests {
    private static let names: [[UInt8]] = [
        Array("new\nline.bin".utf8), Array("carriage\rreturn.bin".utf8), Array("tab\there.bin".utf8),
        Array("bell\u{7}\u{1B}[31mred.bin".utf8), Array("a%2fb.bin".utf8), Array("100%.bin".utf8),
        Array("photo\u{202E}gpj.bin".utf8), Array("שלום عالم.bin".utf8), Array("quote\"back\\slash.bin".utf8),
        Array("<script>&amp;?#;.bin".utf8), Array(" spaces .bin".utf8), Array("plus+and=.bin".utf8),
        Array("e\u{301}.bin".utf8), Array("\u{1F469}\u{200D}\u{1F680}.bin".utf8), Array("\u{201B}FE.bin".utf8),
        [0x62, 0xFE] + Array(".bin".utf8), [0xC3] + Array(".bin".utf8), [0xED, 0xA0, 0x80] + Array(".bin".utf8),
        [UInt8](repeating: UInt8(ascii: "x"), count: 251) + Array(".bin".utf8), [UInt8](repeating: 0xFF, count: 255),
    ]

    @Test(arguments: names)
    func `A hostile name is listed, found, described and downloaded`(name: [UInt8]) async throws {
        try await CatalogAPI.with { api in
            let path = Array((api.server.tree + "/").utf8) + name + [0]
            let file = path.withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { $0.baseAddress.flatMap { fopen($0, "w") } }
            }
            fputs("content", file)
            fclose(file)
            try await api.addRoot()
            try await api.scan()
            let shown = NameEncoding.text(of: name)
            // As bytes, as a URL carries any name, and in the form in which names are shown.
            // A name that is itself in the form for another one can only be meant in that form.
            let isPlain = NameEncoding.bytes(ofEncoded: name) == name
            for form in [isPlain ? name : [], Array(shown.utf8)] where !form.isEmpty {
                let info = try await api.get("catalog-info/media/\(encoded(form))")
                #expect(try info.object()["name"] as? String == shown)
                let found = try await api.get("search?query=\(encoded(form))")
                #expect(try found.strings("name") == [shown])
            }
            let listing = try await api.get("catalog/media")
            #expect(try listing.strings("name") == [shown])
            #expect(try listing.strings("path") == [shown])
            // What stands in JSON must not move a terminal that somebody prints it on.
            #expect(!listing.text.utf8.contains { $0 < 0x20 })
            let id = try await api.id(of: encoded(Array(shown.utf8)))
            let download = try await api.get("download/file/\(id)")
            #expect(download.status == 200)
            #expect(download.text == "content")
            try expectSafe(try #require(download.header("Content-Disposition")), shown)
        }
    }

    /// The plain form is ASCII without anything that ends it early, and the other one is the name.
    private func expectSafe(_ disposition: String, _ name: String) throws {
        #expect(disposition.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
        let plain = try #require(disposition.wholeMatch(of: /attachment; filename="([^"\\\/%]*)"(.*)/))
        if plain.output.2.isEmpty {
            #expect(plain.output.1 == name)
        } else {
            let real = try #require(plain.output.2.wholeMatch(of: /; filename\*=UTF-8''([A-Za-z0-9%!#$&+.^_`|~-]+)/))
            #expect(Array((real.output.1.removingPercentEncoding ?? "").utf8) == Array(name.utf8))
        }
    }

    /// Every byte percent-encoded.
    private func encoded(_ name: [UInt8]) -> String {
        name.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
