import CatalogCore
import CatalogSearch
import CatalogTestSupport
import Foundation
import Testing

/// What a crash, a power cut or a bad disk may leave behind must be used if it is right and built again if not.
@Suite("Damage to the index file")
struct NameIndexDamageTests {
    private func fixture() async throws -> CatalogFixture {
        let fixture = try await CatalogFixture()
        try await fixture.add((0..<250).map { "name \($0) river.mkv" }, parent: 3)
        let ids = try await fixture.add((0..<50).map { "other \($0)" }, root: 2)
        try await fixture.remove(Array(ids.prefix(20)), root: 2)
        return fixture
    }

    private func expectRight(
        _ fixture: CatalogFixture, _ copy: String, _ comment: Comment, _ notes: Notes? = nil
    ) async throws {
        let index = try await fixture.openIndex(copy, notes: notes)
        for text in ["", "name", "7 river", "other 3", "e"] {
            var query = NameQuery(text, in: .everything)
            query.limit = 1_000
            let expected = NaiveSearch(entries: fixture.entries).page(query)
            let hits = try index.search(query)
            #expect(hits.ids == expected.ids && hits.total == expected.total, comment)
        }
        try await index.close()
    }

    private func write(_ data: Data, _ fixture: CatalogFixture, _ copy: String) throws {
        try FileManager.default.createDirectory(
            atPath: fixture.indexDirectory(copy), withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: fixture.packPath(copy)))
    }

    @Test("Copies taken while the index works are used or built again, and never wrong", arguments: [true, false])
    func copiesAtAnyTime(closedInBetween: Bool) async throws {
        let fixture = try await fixture()
        var index = try await fixture.openIndex()
        for round in 0..<12 {
            let ids = try await fixture.add((0..<40).map { "name \(round) \($0)" })
            let before = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
            let current = index
            async let following: Void = current.follow()
            let during = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
            try await following
            try await fixture.remove(Array(ids.prefix(10)))
            try write(before, fixture, "before \(round)")
            try await expectRight(fixture, "before \(round)", "copied before round \(round)")
            try write(during, fixture, "during \(round)")
            try await expectRight(fixture, "during \(round)", "copied during round \(round)")
            if closedInBetween {
                try await index.close()
                index = try await fixture.openIndex()
            }
        }
    }

    @Test(
        "A flipped bit anywhere is noticed or does not matter, in a closed file and in one of a killed process",
        arguments: [true, false])
    func flippedBits(isClosed: Bool) async throws {
        let fixture = try await fixture()
        let index = try await fixture.openIndex()
        if isClosed { try await index.close() }
        let whole = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
        var random = SplitMix(state: isClosed ? 99 : 77)
        // Places that hold something: the header page, the first block headers, and every byte that is not zero.
        let used = whole.indices.filter { whole[$0] != 0 } + Array(0..<104) + Array(4_096..<(4_096 + 256))
        let notes = Notes()
        for round in 0..<60 {
            var damaged = whole
            let place = used[Int.random(in: 0..<used.count, using: &random)]
            damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try write(damaged, fixture, "flipped")
            try await expectRight(fixture, "flipped", "bit flipped at \(place), round \(round)", notes)
        }
        #expect(notes.all.count > 30, "most flips must have been noticed")
    }

    @Test("A change that a killed process had half made is completed")
    func halfMadeChanges() async throws {
        let fixture = try await CatalogFixture()
        try await fixture.add(["name 1", "name 2", "name 3"])
        let index = try await fixture.openIndex()
        let whole = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
        // The count of the first block, one less than its sum says.
        let count = 4_096 + 32
        #expect(whole[count] == 3)
        var damaged = whole
        damaged[count] = 2
        try write(damaged, fixture, "killed")
        let notes = Notes()
        try await expectRight(fixture, "killed", "count one behind", notes)
        #expect(notes.all.isEmpty)
        damaged[count] = 1
        try write(damaged, fixture, "damaged")
        try await expectRight(fixture, "damaged", "count two behind", notes)
        #expect(notes.all.count == 1)
        try await index.close()
    }

    @Test("An index that cannot be put in its place says where that is")
    func placeTaken() async throws {
        let fixture = try await fixture()
        try FileManager.default.createDirectory(
            atPath: fixture.packPath("taken") + "/in the way", withIntermediateDirectories: true)
        let error = await #expect(throws: CatalogError.self) { try await fixture.openIndex("taken") }
        #expect(error?.message == "The search index cannot be used")
        #expect(error?.cause?.contains(fixture.packPath("taken")) == true)
    }

    @Test("A file that was cut off is built again")
    func truncated() async throws {
        let fixture = try await fixture()
        let index = try await fixture.openIndex()
        try await index.close()
        let whole = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
        for length in [0, 1, 100, 4_095, 4_096, 5_000, whole.count / 2, whole.count - 4_096, whole.count - 1] {
            try write(whole.prefix(length), fixture, "short")
            try await expectRight(fixture, "short", "cut to \(length)")
        }
    }

    @Test("A file of another database is built again")
    func otherDatabase() async throws {
        let fixture = try await fixture()
        let other = try await CatalogFixture()
        try await other.add((0..<302).map { "stranger \($0)" })
        try await other.add(["stranger"])
        try await other.add(["strangers"])
        let index = try await other.openIndex()
        try await index.close()
        let notes = Notes()
        try write(try Data(contentsOf: URL(fileURLWithPath: other.packPath())), fixture, "search")
        try await fixture.openIndex(notes: notes).close()
        #expect(notes.all.count == 1)
        try await expectRight(fixture, "search", "taken from another database")
    }

    @Test("A file that was open in an earlier boot of the machine is not trusted; one that was closed is")
    func earlierBoot() async throws {
        let fixture = try await fixture()
        let index = try await fixture.openIndex()
        let dirty = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
        try await index.close()
        let clean = try Data(contentsOf: URL(fileURLWithPath: fixture.packPath()))
        for (data, name, builds) in [(dirty, "dirty", 1), (clean, "clean", 0)] {
            try write(data, fixture, name)
            let notes = Notes()
            let index = try await NameIndex(
                database: fixture.database, directory: fixture.indexDirectory(name), bootID: 12_345
            ) { notes.add($0) }
            try await index.close()
            #expect(notes.all.count == builds, "\(name)")
            try await expectRight(fixture, name, "\(name)")
        }
    }
}
