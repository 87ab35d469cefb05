import CatalogCore
import CatalogScanner
import Foundation
import Testing

/// File systems that are mounted below a root come and go, and change their numbers, without costing an entry.
@Suite("Mounts below a root") struct MountTests {
    @Test(arguments: ScanType.allCases)
    func aMountThatWentAwayWithItsDirectoryIsNotDeleted(type: ScanType) async throws {
        try await withMount { disk in
            let before = try await disk.catalog()
            disk.backend.mount([:])
            try disk.remove("a/disk")
            let scan = try await disk.scan(type)
            #expect(scan.status == "completed")
            #expect(try await errors(of: scan, disk) == ["a/disk"])
            #expect(try await disk.catalog() == before)
            // It is said again until somebody says that it is no mistake.
            #expect(try await errors(of: try await disk.scan(type), disk) == ["a/disk"])
            let confirmed = try await disk.scan(type, confirm: true)
            #expect(confirmed.counts.errors == 0)
            #expect(confirmed.counts.removed == 3)
        }
    }

    @Test func anotherFileSystemInItsPlaceDoesNotEmptyIt() async throws {
        try await withMount { disk in
            let before = try await disk.catalog()
            try disk.move("a/disk", to: "../away")
            try disk.write("a/disk/other.mkv")
            disk.backend.mount(["a/disk": 78])
            let scan = try await disk.scan()
            #expect(try await errors(of: scan, disk) == ["a/disk"])
            #expect(try await disk.catalog() == before)
            let confirmed = try await disk.scan(confirm: true)
            #expect(confirmed.counts.errors == 0)
            #expect(try await disk.catalog()["a/disk/other.mkv"] != nil)
            #expect(try await disk.catalog()["a/disk/film.mkv"] == nil)
        }
    }

    @Test func newNumbersAfterARestartThatCutAScanAreNoMounts() async throws {
        try await ScanFixture.withNew(directoriesAtOnce: 2) { disk in
            for number in 0..<30 { try disk.write("a/b\(number)/file.txt") }
            try disk.write("z/inside/file.txt")
            try await disk.scan(.full)
            let before = try await disk.catalog()
            disk.backend.renumber(99)
            let id = try await disk.request()
            try await disk.runInterrupted(id, at: "z", after: 5)
            #expect(try await disk.run(id).counts.errors == 0)
            // And once more, with a directory that could not be listed under the new number.
            disk.backend.renumber(98)
            disk.backend.makeUnreadable(["a/b7"])
            #expect(try await disk.scan().counts.errors == 1)
            disk.backend.makeUnreadable([])
            for type in ScanType.allCases { #expect(try await disk.scan(type).counts.errors == 0) }
            #expect(try await disk.catalog() == before)
        }
    }

    @Test func aNewNumberAloneTellsSearchIndexesNothing() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<10 { try disk.write("a/b\(number)/file.txt") }
            try disk.settle()
            try await disk.scan(.full)
            let told = try await disk.count("name_changes")
            disk.backend.renumber(99)
            let scan = try await disk.scan()
            #expect(scan.counts.errors + scan.counts.updated == 0)
            #expect(try await disk.count("name_changes") == told)
        }
    }

    @Test func `Devices that change places with a restart are still what is mounted below the root`() async throws {
        try await withMount { disk in
            // The root gets the number that the mount had, then they change places.
            for (root, mount) in [(77, 78), (78, 77)] as [(Int64, Int64)] {
                disk.backend.renumber(root)
                disk.backend.mount(["a/disk": mount])
                let scan = try await disk.scan()
                #expect(scan.counts.errors + scan.counts.updated + scan.counts.removed == 0, "\(scan)")
            }
            disk.backend.mount([:])
            for name in ["film.mkv", "film.srt"] { try disk.remove("a/disk/" + name) }
            let scan = try await disk.scan()
            #expect(try await errors(of: scan, disk) == ["a/disk"])
            #expect(try await disk.catalog()["a/disk/film.mkv"] != nil)
        }
    }

    @Test func `A mount that is away keeps what it has when another device gets its number`() async throws {
        try await withMount { disk in
            disk.backend.mount([:])
            disk.backend.renumber(77)
            // The empty directory that the mount had covered.
            try FileManager.default.moveItem(atPath: disk.tree + "/a/disk", toPath: disk.tree + "-aside")
            try disk.makeDirectory("a/disk")
            for _ in 0..<3 {
                let scan = try await disk.scan()
                #expect(try await errors(of: scan, disk) == ["a/disk"])
                #expect(try await disk.catalog()["a/disk/film.mkv"] != nil)
            }
        }
    }

    /// Scans of changes know of mounts that lie deeper than what has changed.
    @Test func `A mount that goes away beside a change is no deletion`() async throws {
        try await withMount { disk in
            try disk.remove("a/keep 3.txt")
            #expect(try await disk.scanChanges(in: ["a"]).counts.removed == 1)
            disk.backend.mount([:])
            for name in ["film.mkv", "film.srt"] { try disk.remove("a/disk/" + name) }
            try disk.write("new.txt")
            for directories in [[""], ["", "a"]] {
                #expect(try await disk.scanChanges(in: directories).counts.removed == 0)
                #expect(try await disk.catalog()["a/disk/film.mkv"] != nil)
            }
        }
    }

    /// A file system that is mounted at `a/disk`, beside enough that the brake lets little things go.
    private func withMount(_ body: (ScanFixture) async throws -> Void) async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<30 { try disk.write("a/keep \(number).txt") }
            try disk.write("a/disk/film.mkv")
            try disk.write("a/disk/film.srt")
            disk.backend.mount(["a/disk": 77])
            try disk.settle()
            try await disk.scan(.full)
            try await body(disk)
        }
    }

    private func errors(of scan: Scan, _ disk: ScanFixture) async throws -> [String] {
        try await disk.service.errors(of: scan.id, page: Page(limit: 10), scope: .everything).errors.map(\.path)
    }
}
