import CatalogCore
import Testing

@testable import CatalogServer

/// What the members of archives are called, and in which order they come.
@Suite struct ArchiveTreeTests {
    @Test func `Members come by the bytes of their paths, each directory before what is in it`() throws {
        let members = try ArchiveSamples.members([
            ("b", 1), ("a/", 0), ("B", 2), ("a/y/", 0), ("a/x", 3), ("a/y/z", 4), ("a-", 5),
        ])
        #expect(
            ArchiveSamples.text(members) == [
                "top/", "top/B", "top/a/", "top/a/x", "top/a/y/", "top/a/y/z", "top/a-", "top/b",
            ])
        #expect((0..<members.count).map { members.sizeBytes($0) } == [0, 2, 0, 3, 0, 4, 5, 1])
        #expect(members.fileBytes == 15)
        #expect(try members.path(5).text == "top/a/y/z")
        for member in 0..<members.count { #expect(members.nameLength(member) == members.name(member).count) }
    }

    @Test(arguments: [
        ("plain name.txt", "plain name.txt"), ("..\\..\\windows", ".._.._windows"),
        ("line\nbreak\u{7F}", "line_break_"),
        ("ünï", "ünï"), ("C:", "C_"), ("c:x", "c_x"), ("10:30", "10:30"), ("..", "__"), (".", "_"), ("...", "..."),
        ("exe\u{202E}gpj", "exe_gpj"), ("\u{85}", "_"), ("e\u{301}", "e\u{301}"),
    ])
    func `A name means nothing but a name`(name: String, shown: String) {
        #expect(ArchiveNames.safe(Array(name.utf8)) == Array(shown.utf8))
    }

    @Test func `Bytes that are no text appear as everywhere`() {
        #expect(ArchiveNames.safe([0x61, 0xFE]) == Array("a‛FE".utf8))
    }

    @Test func `Names that become the same get numbers, and those that are right keep theirs`() throws {
        let members = try ArchiveSamples.members([
            ("a\\b.txt", 1), ("a_b.txt", 2), ("a\nb.txt", 3), ("a_b (2).txt", 4), ("x\\", 5), ("x\n", 6),
        ])
        let sizes = Dictionary(
            uniqueKeysWithValues: (0..<members.count).map {
                (String(decoding: members.name($0), as: UTF8.self), members.sizeBytes($0))
            })
        #expect(
            sizes == [
                "top/": 0, "top/a\u{5F}b.txt": 2, "top/a_b (2).txt": 4, "top/a_b (3).txt": 3, "top/a_b (4).txt": 1,
                "top/x_": 6, "top/x_ (2)": 5,
            ])
    }

    @Test func `What was chosen in several places stands side by side`() throws {
        var tree = ArchiveTree(share: ArchiveBudget.Share(of: ArchiveBudget()))
        for path in ["one/film.mkv", "two/film.mkv", "three/film.mkv", ""] {
            let entry = ArchiveSamples.entry("film.mkv", isDirectory: path.isEmpty)
            _ = try tree.addTop(entry, changedNS: 0, at: StoragePath(parsing: path))
        }
        let members = tree.sealed()
        #expect(ArchiveSamples.text(members) == ["film.mkv", "film (2).mkv", "film (3).mkv", "root/"])
        #expect(try members.path(1).text == "two/film.mkv")
        #expect(members.firstFiles == [0])
    }

    @Test func `All archives together have so many members, and give them back`() throws {
        let budget = ArchiveBudget(membersMax: 2_048)
        let paths = (0..<1_000).map { (String($0), Int64(0)) }
        do {
            let first = try ArchiveSamples.members(paths, budget: budget)
            let second = try ArchiveSamples.members(paths, budget: budget)
            #expect(first.count + second.count == 2_002)
            let error = #expect(throws: CatalogError.self) { try ArchiveSamples.members([], budget: budget) }
            #expect(error?.code == .unavailable)
        }
        #expect(try ArchiveSamples.members(paths, budget: budget).count == 1_001)
    }

    @Test func `One archive has so many members and no more`() throws {
        var tree = ArchiveTree(share: ArchiveBudget.Share(of: ArchiveBudget(membersMax: .max)))
        let name: [UInt8] = [0x61]
        let add = { (tree: inout ArchiveTree) in
            _ = try name.withUnsafeBytes {
                try tree.add(
                    1, $0, MemberState(sizeBytes: .max, modifiedNS: 0, changedNS: 0), isDirectory: false, in: -1)
            }
        }
        for _ in 0..<Limits.archiveMembers { try add(&tree) }
        #expect(tree.fileBytes == .max)
        let error = #expect(throws: CatalogError.self) { try add(&tree) }
        #expect(error?.message == "Too many files for one archive; at most 1000000 fit into it")
    }
}
