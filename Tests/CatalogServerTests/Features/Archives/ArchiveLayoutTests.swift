import CatalogCore
import Testing

@testable import CatalogServer

/// Where the bytes of archives are, for files that are nowhere.
@Suite struct ArchiveLayoutTests {
    private static let paths: [(String, Int64)] = [
        ("a.txt", 10), ("empty.txt", 0), ("sub/", 0), ("sub/deeper/", 0), ("sub/ünïcode", 511),
        ("sub/" + String(repeating: "n", count: 200), 512), ("sub/deeper/" + String(repeating: "m", count: 250), 513),
        ("huge", 9 << 30), ("behind", 1), ("large", 4_294_967_295), ("nearly large", 4_294_967_294),
    ]

    @Test(arguments: [ArchiveKind.storedZip, .tar])
    func `Sections follow each other without a gap, and each has the bytes that the layout says`(kind: ArchiveKind)
        throws
    {
        let members = try ArchiveSamples.members(Self.paths, modifiedNS: 1_700_000_000_123_456_789)
        let layout = try #require(try kind.layout(of: members))
        var end: Int64 = 0
        var files: [Int] = []
        for (section, bytes) in ArchiveSamples.walk(layout) {
            #expect(section.range.lowerBound == end)
            #expect(layout.section(at: section.range.upperBound - 1) == section)
            if case .file(let member) = section.content {
                files.append(member)
                #expect(Int64(section.range.count) == members.sizeBytes(member))
            } else {
                #expect(bytes.count == section.range.count, "\(section.content)")
            }
            end = section.range.upperBound
        }
        #expect(end == layout.byteCount)
        #expect(files == (0..<members.count).filter { members.sizeBytes($0) > 0 })
    }

    @Test func `A zip has 64 bits where 32 are full, and nowhere else`() throws {
        // Header, content, descriptor, entry of the directory, end; each header and entry has nine bytes for the time.
        let small = try ZipLayout(try ArchiveSamples.members([("f", 4_294_967_294)]))
        let directory: Int64 = (30 + 4 + 9) + (46 + 4 + 9)
        #expect(small.byteCount == directory + (30 + 5 + 9) + 4_294_967_294 + 16 + (46 + 5 + 9) + 98)
        let large = try ZipLayout(try ArchiveSamples.members([("f", 4_294_967_295)]))
        #expect(large.byteCount == directory + (30 + 5 + 9 + 20) + 4_294_967_295 + 24 + (46 + 5 + 9 + 20) + 98)
        let tiny = try ZipLayout(try ArchiveSamples.members([("f", 1)]))
        #expect(tiny.byteCount == directory + (30 + 5 + 9) + 1 + 16 + (46 + 5 + 9) + 22)
        // The second file begins behind 4 GiB.
        let two = try ZipLayout(try ArchiveSamples.members([("f", 4_294_967_295), ("g", 1)]))
        #expect(two.byteCount == large.byteCount + (30 + 5 + 9) + 1 + 16 + (46 + 5 + 9 + 12))
    }

    @Test func `A zip counts to 65,534 with 16 bits`() throws {
        let paths = (0..<65_533).map { (String($0), Int64(0)) }
        let few = try ZipLayout(try ArchiveSamples.members(paths))
        #expect(few.section(at: few.byteCount - 1).range.count == 22)
        let many = try ZipLayout(try ArchiveSamples.members(paths + [("more", 0)]))
        #expect(many.section(at: many.byteCount - 1).range.count == 98)
    }

    @Test func `A path that is too long for a zip is refused, and fits into a tar`() throws {
        let deep = (0..<400).map { _ in String(repeating: "d", count: 200) + "/" }
        let paths = deep.indices.map { (deep[...$0].joined(), Int64(0)) }
        let members = try ArchiveSamples.members(paths)
        for kind in [ArchiveKind.storedZip, .deflatedZip] {
            let error = #expect(throws: CatalogError.self) { try kind.layout(of: members) }
            #expect(error?.message == "A path is too long for a zip archive; tar has room for it")
        }
        #expect(ArchiveSamples.walk(TarLayout(members)).count == members.count + 1)
    }

    @Test(
        arguments: [
            // A path that splits at a slash, and one of ASCII that has none at the right place.
            (String(repeating: "d", count: 150) + "/" + String(repeating: "f", count: 100), Int64(5), Int64(7), false),
            (String(repeating: "d", count: 156) + "/f", 5, 7, true), ("short", 5, 7, false), ("ü", 5, 7, true),
            ("short", 8_589_934_591, 7, false), ("short", 8_589_934_592, 7, true), ("short", 5, -1, true),
            ("short", 5, 8_589_934_592, true),
        ] as [(String, Int64, Int64, Bool)])
    func `A tar has an extended header where ustar has no room`(
        name: String, size: Int64, second: Int64, isExtended: Bool
    ) {
        let header = TarHeader(
            name: Array(name.utf8), isDirectory: false, sizeBytes: size, modifiedNS: second * 1_000_000_000)
        let bytes = header.bytes()
        #expect(bytes.count == header.byteCount)
        #expect(bytes.count == (isExtended ? 1_536 : 512))
        #expect(bytes[156] == UInt8(ascii: isExtended ? "x" : "0"))
    }

    @Test(
        arguments: [
            (1_500_000_000, "mtime=1.5\n"), (-1, "mtime=-0.000000001\n"), (-1_500_000_000, "mtime=-1.5\n"),
            (1_700_000_000_123_456_789, "30 mtime=1700000000.123456789\n"),
        ] as [(Int64, String)])
    func `A tar keeps times to the nanosecond`(time: Int64, record: String) {
        let bytes = TarHeader(name: [0x61], isDirectory: false, sizeBytes: 0, modifiedNS: time).bytes()
        #expect(String(decoding: bytes[512..<1_024], as: UTF8.self).contains(record))
    }

    @Test func `Another name, size or time is another tag, and so is another layout`() throws {
        let tags = [
            try ArchiveSamples.members([("a", 1)]).etag("zip 1"), try ArchiveSamples.members([("b", 1)]).etag("zip 1"),
            try ArchiveSamples.members([("a", 2)]).etag("zip 1"),
            try ArchiveSamples.members([("a", 1)], modifiedNS: 5).etag("zip 1"),
            try ArchiveSamples.members([("a", 1)]).etag("tar 1"),
            try ArchiveSamples.members([("a/", 0)]).etag("zip 1"),
        ]
        #expect(Set(tags).count == tags.count)
        #expect(tags[0] == (try ArchiveSamples.members([("a", 1)]).etag("zip 1")))
        #expect(tags[0].hasPrefix("\"") && tags[0].hasSuffix("\"") && tags[0].utf8.count == 34)
    }
}
