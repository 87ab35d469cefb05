import CatalogCore
import CatalogStorage
import Testing

@Suite("Packed listings and native paths")
struct ListingValueTests {
    private func append(_ name: [UInt8], to listing: inout DirectoryListing, size: Int64 = 0) throws {
        var entry = StorageEntry(kind: .file)
        entry.sizeBytes = size
        try name.withUnsafeBytes { try listing.append(name: $0, entry) }
    }

    @Test("Names are sorted as unsigned bytes, whatever their length and common beginning")
    func sorting() throws {
        var names: [[UInt8]] = [
            [0xFF], [0x7F], [0x80, 0x01], Array("a".utf8), Array("ab".utf8), Array("B".utf8), [0x01],
            Array("12345678".utf8), Array("123456789".utf8), Array("1234567".utf8), Array("12345678Z".utf8),
            Array("12345678\u{1}".utf8),
        ]
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<2_000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            names.append(
                (0..<(state % 12)).map { UInt8(truncatingIfNeeded: state >> ($0 * 4) & 3) + 0x61 }
                    + Array("\(state)".utf8))
        }
        var listing = DirectoryListing()
        for (number, name) in names.enumerated() { try append(name, to: &listing, size: Int64(number)) }
        listing.sortByName()
        let sorted = listing.entries.map { listing.name(of: $0) }
        #expect(sorted == names.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(listing.entries.allSatisfy { names[Int($0.sizeBytes)] == listing.name(of: $0) })
    }

    @Test("A listing can be used again after sorting")
    func reuse() throws {
        var listing = DirectoryListing()
        for _ in 0..<3 {
            listing.removeAll()
            for name in ["b", "a", "c"] { try append(Array(name.utf8), to: &listing) }
            listing.sortByName()
            #expect(listing.texts == ["a", "b", "c"])
        }
    }

    @Test("Going down and up a path leads back")
    func pushAndPop() throws {
        var path = NativePath()
        #expect(path.isRoot)
        #expect(path.withCString { text, count in String(cString: text) + "\(count)" } == ".1")
        path.append(Array("a".utf8))
        path.append([0xFF])
        path.append(Array("c d".utf8))
        #expect(Array(path.bytes) == Array("a/".utf8) + [0xFF] + Array("/c d".utf8))
        #expect(Array(path.lastName) == Array("c d".utf8))
        #expect(path.text == "a/\u{201B}FF/c d")
        #expect(try path.storagePath().text == path.text)
        #expect(try NativePath(path.storagePath()) == path)
        path.removeLast()
        path.removeLast()
        #expect(path.text == "a")
        #expect(Array(path.lastName) == Array("a".utf8))
        path.removeLast()
        #expect(path == NativePath())
        path.removeLast()
        #expect(path == NativePath(.root))
    }

    @Test func `Of entries with one name the first stays`() throws {
        var listing = DirectoryListing()
        for (name, size) in [("b", 1), ("a longer name", 2), ("b", 3), ("a longer name", 4), ("a longer nam", 5)] {
            var entry = StorageEntry(kind: .file)
            entry.sizeBytes = Int64(size)
            try Array(name.utf8).withUnsafeBytes { try listing.append(name: $0, entry) }
        }
        listing.sortByName()
        #expect(listing.entries.map(\.sizeBytes) == [5, 2, 1])
    }
}
