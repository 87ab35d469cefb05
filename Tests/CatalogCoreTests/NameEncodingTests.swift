import CatalogCore
import Testing

@Suite("Names that are bytes") struct NameEncodingTests {
    @Test(arguments: [
        [UInt8]("plain.txt".utf8), [0xFF, 0xFE], Array("new\nline".utf8), Array("‛quoted".utf8), Array("‛FE".utf8),
        [0xE2, 0x80], [0x41, 0xC3, 0x28, 0x42], Array("侍".utf8) + [0x80], Array("‛‛".utf8) + [0xE2],
    ])
    func theTextFormIsReversible(name: [UInt8]) {
        #expect(NameEncoding.bytes(of: NameEncoding.text(of: name)) == name)
    }

    @Test func undecodableBytesAreQuotedInUpperCaseHexadecimal() {
        #expect(NameEncoding.text(of: [0x61, 0xFE]) == "a‛FE")
        #expect(NameEncoding.text(of: Array("a‛b".utf8)) == "a‛‛b")
    }

    @Test func everyByteStringOfTwoBytesComesBack() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let name = [first, second]
                #expect(NameEncoding.bytes(of: NameEncoding.text(of: name)) == name)
            }
        }
    }
}

@Suite("Paths below a root") struct StoragePathTests {
    @Test(arguments: ["..", "a/../b", "a/..", "a/./b", "a\0b", ".", "../../etc/passwd"])
    func whatLeavesTheRootIsNoPath(text: String) {
        #expect(throws: CatalogError.self) { try StoragePath(parsing: text) }
    }

    @Test func slashesAtTheEndsAndDoubledOnesDoNotMatter() throws {
        #expect(try StoragePath(parsing: "//a//b/").text == "a/b")
        #expect(try StoragePath(parsing: "/") == .root)
    }

    @Test func dotsInsideOfNamesAreNames() throws {
        #expect(try StoragePath(parsing: "...").components == [Array("...".utf8)])
        #expect(try StoragePath(parsing: "a..b").text == "a..b")
    }
}
