import CatalogCore
import CatalogScanner
import CatalogTestSupport
import Foundation
import Testing

/// Files of which only the change time is another one: somebody has written into them and set their time back, or has done something that is no
/// matter of content.
@Suite("Hashes of files that may have changed") struct DoubtedHashTests {
    private static let large = 1 << 20
    private static let ends = Int64(2 * 64 << 10)

    private func with(_ body: (ScanFixture) async throws -> Void) async throws {
        try await ScanFixture.withNew { disk in
            for name in ["a", "b", "c"] { try disk.write(name, ScanFixture.content(Self.large, seed: 1)) }
            for name in ["s/1", "s/2"] { try disk.write(name, ScanFixture.content(500, seed: 2)) }
            for name in ["a", "b", "c", "s/1", "s/2"] { try disk.setTime(of: name, to: 1_700_000_000) }
            try await disk.scanAndHash()
            try #require(try await disk.duplicateGroups() == [["a", "b", "c"], ["s/1", "s/2"]])
            try await body(disk)
        }
    }

    @Test func `Tags that were written without another time make another file`() async throws {
        try await with { disk in
            // Where music and films have their tags.
            try disk.damage("a", at: 100)
            try disk.damage("b", at: Self.large - 100)
            try disk.damage("s/1", at: 7)
            #expect(try await disk.scanAndHash() == ["a": Self.ends, "b": Self.ends, "s/1": 500])
            #expect(try await disk.duplicateGroups() == [])
            #expect(try await disk.scanAndHash() == [:])
            // And back.
            for (name, place) in [("a", 100), ("b", Self.large - 100), ("s/1", 7)] { try disk.damage(name, at: place) }
            try await disk.scanAndHash()
            #expect(try await disk.duplicateGroups() == [["a", "b", "c"], ["s/1", "s/2"]])
        }
    }

    @Test func `Other permissions cost the ends of the files, once`() async throws {
        try await with { disk in
            for name in ["a", "b", "c", "s/1"] {
                try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: disk.tree + "/" + name)
            }
            #expect(try await disk.scanAndHash() == ["a": Self.ends, "b": Self.ends, "c": Self.ends, "s/1": 500])
            #expect(try await disk.duplicateGroups() == [["a", "b", "c"], ["s/1", "s/2"]])
            #expect(try await disk.scanAndHash() == [:])
        }
    }

    @Test func `Another name, and another directory, cost nothing`() async throws {
        try await with { disk in
            try disk.link("a", as: "links/a")
            try disk.makeDirectory("moved")
            try disk.move("b", to: "moved/b")
            #expect(try await disk.scanAndHash() == [:])
            #expect(try await disk.duplicateGroups() == [["a", "c", "links/a", "moved/b"], ["s/1", "s/2"]])
        }
    }

    @Test func `Names of one file are read once`() async throws {
        try await with { disk in
            try disk.link("a", as: "links/a")
            try await disk.scanAndHash()
            try disk.damage("a", at: 100)
            #expect(try await disk.scanAndHash().values.reduce(0, +) == Self.ends)
            #expect(try await disk.duplicateGroups() == [["b", "c"], ["s/1", "s/2"]])
        }
    }
}
