import CatalogCore
import CatalogScanner
import CatalogTestSupport
import Foundation
import Testing

/// Many changes at once, at random: whatever moved where, the catalog is that of a clean scan and known files keep their ids.
@Suite struct RandomMoveTests {
    private static let seeds = UInt64(1)...8

    @Test(arguments: seeds, [true, false])
    func `After any moves the catalog is what is there, and files are what they were`(
        seed: UInt64, hasNumbers: Bool
    ) async throws {
        var random = SplitMix(state: seed)
        try await ScanFixture.withNew { disk in
            if !hasNumbers { disk.backend.hideNumbers() }
            var tree = RandomTree(disk)
            // Every size is there once, and tells which file it is.
            for _ in 0..<60 { try tree.addFile(&random) }
            try await disk.scan(.full)
            for _ in 0..<4 {
                let before = try await disk.catalog()
                let files = before.filter { $0.value.kind == EntryKind.file.rawValue }
                let names = Dictionary(uniqueKeysWithValues: files.map { ($0.value.size, ($0.key, $0.value.id)) })
                tree.sizesOfReplacing = []
                for _ in 0..<Int.random(in: 1...12, using: &random) { try tree.change(&random) }
                let scan = try await disk.scan(confirm: true)
                #expect(scan.status == "completed", "\(scan)")
                let after = try await disk.catalog()
                #expect(Set(after.keys) == Set(try tree.paths()))
                #expect(try await disk.wrongSizes() == [])
                for (path, row) in after where row.kind == EntryKind.file.rawValue {
                    // What was put over something else may be that, changed.
                    if tree.sizesOfReplacing.contains(row.size) { continue }
                    guard let (old, id) = names[row.size] else { continue }
                    // Without numbers a new name says nothing, unless the directory moved too.
                    let isKnown =
                        hasNumbers || (old as NSString).lastPathComponent == (path as NSString).lastPathComponent
                    if isKnown { #expect(row.id == id, "\(old) is \(path) now") }
                }
            }
        }
    }
}

extension RandomMoveTests {
    @Test(arguments: seeds)
    func `After scans of nothing but what changed the catalog is what is there, with all sums`(
        seed: UInt64
    ) async throws {
        var random = SplitMix(state: seed)
        try await ScanFixture.withNew { disk in
            var tree = RandomTree(disk)
            for _ in 0..<60 { try tree.addFile(&random) }
            // Else every directory is listed anew, since it may have changed in the moment when it was listed.
            try disk.settle()
            try await disk.scan(.full)
            for _ in 0..<6 {
                let before = try tree.state()
                for _ in 0..<Int.random(in: 1...6, using: &random) { try tree.change(&random) }
                let after = try tree.state()
                let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
                // What a watch tells: directories that were there before, of whatever name.
                let directories = Set(changed.map { ($0 as NSString).deletingLastPathComponent }).filter {
                    $0.isEmpty || after[$0]?.isDirectory == true && before[$0]?.inode == after[$0]?.inode
                }
                guard !directories.isEmpty else { continue }
                try disk.settle()
                let scan = try await disk.scanChanges(in: directories.sorted())
                guard scan.status == "completed" else {
                    // So much went that somebody has to say so.
                    #expect(scan.status == "needs_confirmation", "\(scan)")
                    return
                }
                let names = Set(try await disk.catalog().keys)
                #expect(
                    names == Set(after.keys),
                    "\(names.symmetricDifference(after.keys).sorted()) after changes in \(directories.sorted())")
                #expect(try await disk.wrongSizes() == [])
            }
            #expect(try await disk.scan(.full).counts.added == 0)
        }
    }
}

/// A tree of a few directories, whose files and directories are moved about.
private struct RandomTree {
    private let disk: ScanFixture
    private var nextSize = 1_000
    /// Of files that took the place of something else, or came there with their directory.
    var sizesOfReplacing: Set<Int64> = []

    init(_ disk: ScanFixture) {
        self.disk = disk
    }

    /// What a name stands for.
    struct Thing: Equatable {
        let inode: UInt64
        let isDirectory: Bool
        let size: Int64
    }

    func state() throws -> [String: Thing] {
        try Dictionary(
            uniqueKeysWithValues: paths().map { path in
                let values = try FileManager.default.attributesOfItem(atPath: disk.tree + "/" + path)
                let isDirectory = !isFile(path)
                let size = values[.size] as? Int64 ?? 0
                return (
                    path,
                    Thing(
                        inode: values[.systemFileNumber] as? UInt64 ?? 0, isDirectory: isDirectory,
                        size: isDirectory ? 0 : size)
                )
            })
    }

    func paths() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: disk.tree) }

    mutating func addFile(_ random: inout SplitMix) throws {
        nextSize += 1
        let directory = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            "d\(Int.random(in: 0...3, using: &random))"
        }
        let path = (directory + ["f\(nextSize)"]).joined(separator: "/")
        if (1...directory.count + 1).allSatisfy({ !isFile(directory.prefix($0 - 1).joined(separator: "/")) }) {
            try disk.write(path, bytes: nextSize)
        }
    }

    mutating func change(_ random: inout SplitMix) throws {
        let paths = try paths().sorted()
        guard let path = paths.randomElement(using: &random) else { return try addFile(&random) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: try disk.remove(path)
        case 1: try addFile(&random)
        default: try move(path, among: paths, &random)
        }
    }

    /// Under its own name or another one, into any directory but one of its own; sometimes in the place of something else.
    private mutating func move(_ path: String, among paths: [String], _ random: inout SplitMix) throws {
        let directories = paths.filter { !isFile($0) && !($0 + "/").hasPrefix(path + "/") } + [""]
        let directory = directories.randomElement(using: &random) ?? ""
        let name =
            Bool.random(using: &random)
            ? (path as NSString).lastPathComponent : "n\(Int.random(in: 0...999, using: &random))"
        var target = directory.isEmpty ? name : directory + "/" + name
        if Int.random(in: 0..<4, using: &random) == 0, let other = paths.randomElement(using: &random) {
            target = other
        }
        // Neither below itself nor in the place of what it is in.
        guard !(target + "/").hasPrefix(path + "/"), !(path + "/").hasPrefix(target + "/") else { return }
        if FileManager.default.fileExists(atPath: disk.tree + "/" + target) {
            try disk.remove(target)
            for moved in paths where (moved + "/").hasPrefix(path + "/") {
                sizesOfReplacing.insert(try disk.size(of: moved))
            }
        }
        try disk.move(path, to: target)
    }

    private func isFile(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: disk.tree + "/" + path, isDirectory: &isDirectory)
            && !isDirectory.boolValue
    }
}
