import CatalogCore
import CatalogScanner
import Foundation
import Testing

/// A name that is another kind of thing than before: the old one is removed like anything that is gone, and the new one gets
/// the name when it is free.
@Suite("A name that is another kind of thing") struct KindChangeTests {
    @Test func aFileBecomesALinkAndAFileAgain() async throws {
        try await withTree { disk in
            try disk.write("a/name")
            try await disk.scan(.full)
            let file = try #require(try await disk.catalog()["a/name"])
            try disk.remove("a/name")
            try FileManager.default.createSymbolicLink(
                atPath: disk.tree + "/a/name", withDestinationPath: "keep 1.txt")
            #expect(try await disk.scan().status == "completed")
            #expect(try await disk.catalog()["a/name"]?.kind == EntryKind.link.rawValue)
            try disk.remove("a/name")
            try disk.write("a/name")
            #expect(try await disk.scan().status == "completed")
            #expect(try await disk.catalog()["a/name"] == file)
        }
    }

    @Test func eachKindComesBackWithItsOwnID() async throws {
        try await withTree { disk in
            try disk.write("a/name")
            try await disk.scan(.full)
            let file = try #require(try await disk.catalog()["a/name"])
            try disk.remove("a/name")
            try disk.write("a/name/inside")
            #expect(try await disk.scan().counts.added == 2)
            let directory = try #require(try await disk.catalog()["a/name"])
            #expect(directory.id != file.id)
            try disk.remove("a/name")
            try disk.write("a/name")
            #expect(try await disk.scan().counts.removed == 2)
            #expect(try await disk.catalog()["a/name"]?.id == file.id)
            try disk.remove("a/name")
            try disk.write("a/name/inside")
            #expect(try await disk.scan().status == "completed")
            #expect(try await disk.catalog()["a/name"]?.id == directory.id)
            #expect(try await disk.catalog()["a/name/inside"] != nil)
        }
    }

    @Test func theBrakeCountsThem() async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<200 { try disk.write("a/\(number)") }
            try await disk.scan(.full)
            let before = try await disk.catalog()
            for number in 0..<200 {
                try disk.remove("a/\(number)")
                try FileManager.default.createDirectory(
                    atPath: disk.tree + "/a/\(number)", withIntermediateDirectories: false)
            }
            let scan = try await disk.scan()
            #expect(scan.status == "needs_confirmation")
            #expect(scan.removalsParked == 200)
            #expect(try await disk.catalog() == before)
            _ = try await disk.confirm(scan.id)
            try await disk.scan()
            #expect(try await disk.catalog()["a/7"]?.kind == EntryKind.directory.rawValue)
        }
    }

    /// With enough in it that the brake lets little things go.
    private func withTree(_ body: (ScanFixture) async throws -> Void) async throws {
        try await ScanFixture.withNew { disk in
            for number in 0..<20 { try disk.write("a/keep \(number).txt") }
            try await body(disk)
        }
    }
}
