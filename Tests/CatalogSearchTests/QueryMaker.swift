import CatalogCore

@testable import CatalogSearch

/// Random entries, and questions about them with every filter and order; the same for the same seed.
struct QueryMaker {
    private var maker: NameMaker
    private let names: [[UInt8]]
    private let ids: [EntryID]
    private let directorySizes: DirectorySizes

    /// Adds some two thousand entries to a catalog that is empty.
    init(filling fixture: CatalogFixture, seed: UInt64) async throws {
        var maker = NameMaker(seed: seed)
        var id: EntryID = 1
        for batch in 0..<20 {
            var seen: Set<[UInt8]> = []
            let names = (0..<120).map { _ in maker.name() }.filter {
                StoragePath.isName($0) && seen.insert($0).inserted
            }
            let kind: EntryKind = batch % 7 == 0 ? .directory : .file
            try await fixture.add(
                names.enumerated().map { index, name in
                    KnownEntry(
                        id: id + Int64(index), root: Int64(batch % 3 + 1), parent: Int64(batch + 1), kind: kind,
                        name: name)
                })
            id += Int64(names.count)
        }
        self.maker = maker
        ids = fixture.entries.keys.sorted()
        names = fixture.entries.values.sorted { $0.id < $1.id }.map(\.name)
        directorySizes = NaiveSearch(entries: fixture.entries).directorySizes
    }

    mutating func query(_ round: Int) -> NameQuery {
        var query = NameQuery(text(round), in: round % 5 == 3 ? .roots([1, 3]) : .everything)
        query.order = round % 2 == 0 ? .ascending : .descending
        query.limit = 1 + maker.number(below: 60)
        query.offset = round % 3 == 0 ? maker.number(below: 40) : 0
        if round % 8 == 0 {
            let seen = Subtree(tops: ids.filter { $0 % 3 == 0 }, directories: ids.filter { $0 % 2 == 0 })
            query.restriction = ([1, 2], seen)
        }
        if round % 6 == 0 { query.isDirectory = round % 12 == 0 }
        if round % 7 == 0 { query.fileExtension = ["mkv", ".Flac", "gz", "xyz", "no such", ""][round / 7 % 6] }
        if round % 9 == 0 { query.fileTypes = round % 18 == 0 ? [.video] : [.other, .image] }
        if round % 11 == 0 { query.mimeTypes = ["application/octet-stream", "audio/flac"] }
        query.field = [.name, .size, .modified, .created, .fileExtension][round % 5]
        query.directorySizes = directorySizes
        if round % 13 == 0 { query.sizes = round % 26 == 0 ? 1_000...Int64.max : 0...100 }
        return query
    }

    private mutating func text(_ round: Int) -> String {
        if round % 10 == 2 {
            return ["zzqq", "%", "_", ".", "e", "", " ", "the river", "silent_river.mkv", "CAFÉ"][round / 10 % 10]
        }
        let text = maker.term(from: names[maker.number(below: names.count)])
        return round % 4 == 1 ? text + " " + maker.term(from: names[maker.number(below: names.count)]) : text
    }
}

extension CatalogFixture {
    /// Two roots with eight directories each, whose paths stand in another order than their names and ids.
    func addTree(seed: UInt64, filesPerDirectory: Int) async throws {
        var maker = NameMaker(seed: seed)
        for root in 1...2 {
            let top = try await add(
                ["", "b", "a", "a b", "Ä"].map { "\($0)dir" }, root: Int64(root), kind: .directory)
            let deeper = try await add(
                ["dir", "dir.x", "dir-x"], root: Int64(root), parent: top[2], kind: .directory)
            for parent in top + deeper {
                var seen: Set<[UInt8]> = []
                let names = (0..<filesPerDirectory).map { _ in maker.name() + [UInt8(ascii: "~")] }.filter {
                    seen.insert($0).inserted
                }
                try await add(names, root: Int64(root), parent: parent)
            }
        }
    }
}
