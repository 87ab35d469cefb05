import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// Many moves within two storage roots and between them, at random: whatever moved where, both are in the catalog as they are, and what
/// the disk says is the same thing has the same id.
@Suite struct RandomDirectoryMoveTests {
    private static let roots = ["one", "two"]

    @Test(arguments: UInt64(1)...12)
    func `After any moves between roots both are what is there, with the ids of before`(seed: UInt64) async throws {
        try await CatalogAPI.with { api in
            var random = SplitMix(state: seed)
            var disk = TwoRoots(tree: api.server.tree)
            for root in Self.roots {
                // Else everything would be gone at times, which somebody has to confirm.
                try api.server.write("\(root)/stays", [1])
                let made = try await api.post(
                    "storage/roots", #"{"name":"\#(root)","protocol":"local","path":"\#(api.server.tree)/\#(root)"}"#)
                try #require(made.status == 201, "\(made.text)")
            }
            for _ in 0..<40 { try disk.addFile(&random) }
            for root in Self.roots { try await api.scan(root) }
            var known = try await disk.ids(api)
            for turn in 0..<4 {
                try disk.beginTurn(&random)
                for _ in 0..<Int.random(in: 1...8, using: &random) { try disk.change(&random) }
                for root in Self.roots.shuffled(using: &random) {
                    #expect(try await api.scan(root).object()["status"] as? String == "completed")
                }
                let now = try await disk.ids(api)
                #expect(Set(now.values.map(\.id)).count == now.count)
                for (number, thing) in now {
                    guard let before = known[number] else { continue }
                    #expect(thing.id == before.id, "\(before.path) is \(thing.path) now, seed \(seed), turn \(turn)")
                }
                for root in Self.roots { #expect(try await api.totals(of: root) == disk.totals(of: root)) }
                try await api.expectNothingNew(in: Self.roots)
                known = now
            }
        }
    }
}

/// What lies in two storage roots, and is moved about.
private struct TwoRoots {
    let tree: String
    private var nextSize = 1_000
    /// What was there at the last scan: what takes such a place may be that, changed.
    private var known: Set<String> = []
    /// Of a directory whose files all went into another one that moved too nobody can say which of the two it is.
    private var movesDirectories = false

    init(tree: String) {
        self.tree = tree
    }

    /// The paths of all, from above the roots.
    private func paths() throws -> [String] {
        try ["one", "two"].flatMap { root in
            try FileManager.default.subpathsOfDirectory(atPath: tree + "/" + root).map { root + "/" + $0 }
        }.sorted()
    }

    private func attributes(_ path: String) throws -> [FileAttributeKey: Any] {
        try FileManager.default.attributesOfItem(atPath: tree + "/" + path)
    }

    private func isDirectory(_ path: String) -> Bool {
        (try? attributes(path)[.type] as? FileAttributeType) == .typeDirectory
    }

    /// By their numbers, where each thing is and which id the catalog has for it. What is not in both is a failure.
    func ids(_ api: CatalogAPI) async throws -> [UInt64: (path: String, id: Int)] {
        var found: [UInt64: (String, Int)] = [:]
        var cataloged: [String: Int] = [:]
        for root in ["one", "two"] {
            for (path, id) in try await api.ids(below: root) { cataloged["\(root)/\(path)"] = id }
        }
        let paths = try paths()
        #expect(Set(cataloged.keys) == Set(paths))
        for path in paths {
            let number = try #require(try attributes(path)[.systemFileNumber] as? UInt64)
            found[number] = cataloged[path].map { (path, $0) }
        }
        return found
    }

    func totals(of root: String) throws -> [Int?] {
        let files = try paths().filter { $0.hasPrefix(root + "/") && !isDirectory($0) }
        return [files.count, try files.reduce(0) { try $0 + (attributes($1)[.size] as? Int ?? 0) }]
    }

    /// A file with a size of its own, at times in a directory of its own; every fourth one is empty.
    mutating func addFile(_ random: inout SplitMix) throws {
        nextSize += 1
        let directories = try paths().filter { isDirectory($0) } + ["one", "two"]
        var place = directories.randomElement(using: &random) ?? "one"
        if Int.random(in: 0..<3, using: &random) == 0 { place += "/d\(nextSize)" }
        try FileManager.default.createDirectory(atPath: "\(tree)/\(place)", withIntermediateDirectories: true)
        let content = Data(count: nextSize.isMultiple(of: 4) ? 0 : nextSize)
        try content.write(to: URL(fileURLWithPath: "\(tree)/\(place)/f\(nextSize)"))
    }

    mutating func beginTurn(_ random: inout SplitMix) throws {
        known = Set(try paths())
        movesDirectories = Bool.random(using: &random)
    }

    mutating func change(_ random: inout SplitMix) throws {
        let paths = try paths()
        let movable = paths.filter { !$0.hasSuffix("/stays") && isDirectory($0) == movesDirectories }
        let path = movable.randomElement(using: &random)
        guard let path, Int.random(in: 0..<10, using: &random) > 1 else { return try addFile(&random) }
        if Int.random(in: 0..<10, using: &random) == 0 { return try remove(path) }
        let places = paths.filter { isDirectory($0) && !($0 + "/").hasPrefix(path + "/") } + ["one", "two"]
        let name =
            Bool.random(using: &random)
            ? (path as NSString).lastPathComponent : "n\(Int.random(in: 0...999, using: &random))"
        let target = "\(places.randomElement(using: &random) ?? "one")/\(name)"
        guard !known.contains(target), !FileManager.default.fileExists(atPath: "\(tree)/\(target)") else { return }
        try FileManager.default.moveItem(atPath: "\(tree)/\(path)", toPath: "\(tree)/\(target)")
    }

    /// Out of both roots: what is deleted would give its number to the next file.
    private mutating func remove(_ path: String) throws {
        nextSize += 1
        try FileManager.default.createDirectory(atPath: tree + "/removed", withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: "\(tree)/\(path)", toPath: "\(tree)/removed/\(nextSize)")
    }
}
