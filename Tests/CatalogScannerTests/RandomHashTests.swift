import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogStorage
import CatalogTestSupport
import Foundation
import Synchronization
import Testing

/// Hashing against the truth, at random.
@Suite struct RandomHashTests {
    @Test func `Groups are right whatever comes, goes and changes`() async throws {
        try await ScanFixture.withNew { disk in
            var generator = SplitMix(state: 5)
            for _ in 0..<8 {
                for _ in 0..<12 { try Self.step(disk, &generator) }
                try await disk.scan(confirm: true)
                #expect(try await DuplicateTruth.differences(disk.database) == [])
                if Bool.random(using: &generator) { try await disk.hash() }
            }
            try await disk.scan(.full, confirm: true)
            try await disk.hash()
            let catalog = try await disk.catalog()
            var byContent: [Data: Set<UInt64>] = [:]
            for (path, row) in catalog where row.kind == 0 && row.size > 0 {
                let full = disk.tree + "/" + path
                let attributes = try FileManager.default.attributesOfItem(atPath: full)
                let inode = attributes[.systemFileNumber] as? UInt64 ?? 0
                byContent[try Data(contentsOf: URL(fileURLWithPath: full)), default: []].insert(inode)
            }
            let groups = byContent.filter { $0.value.count >= 2 }
            let figures = try await disk.duplicateFigures()
            #expect(figures.groups == groups.count && figures.files == groups.values.reduce(0) { $0 + $1.count })
            #expect(figures.wasted == groups.reduce(0) { $0 + ($1.value.count - 1) * $1.key.count })
        }
    }

    private static func step(_ disk: ScanFixture, _ generator: inout SplitMix) throws {
        let path = "d\(Int.random(in: 0...2, using: &generator))/f\(Int.random(in: 0...7, using: &generator))"
        let full = disk.tree + "/" + path
        let isThere = FileManager.default.fileExists(atPath: full)
        switch Int.random(in: 0...4, using: &generator) {
        case 0 where isThere: try disk.remove(path)
        case 1 where !isThere:
            let other = try FileManager.default.subpathsOfDirectory(atPath: disk.tree).filter { $0.contains("/") }
            if let other = other.sorted().randomElement(using: &generator) { try disk.link(other, as: path) }
        default:
            // Few contents, so that many are equal; a new file each time, so that links stay with the old one.
            if isThere { try disk.remove(path) }
            let seed = UInt64.random(in: 0...2, using: &generator)
            let size = Bool.random(using: &generator) ? 1_000 : 140_000
            try disk.write(path, content(size, seed))
        }
    }

    private static func content(_ size: Int, _ seed: UInt64) -> Data {
        seed == 2
            ? ScanFixture.content(size, seed: 1, changedAt: size / 2) : ScanFixture.content(size, seed: seed)
    }
}
