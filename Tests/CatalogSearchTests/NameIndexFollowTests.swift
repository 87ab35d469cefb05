import CatalogCore
import CatalogDatabase
import CatalogSearch
import CatalogTestSupport
import Foundation
import Testing

@Suite("Following the journal of names")
struct NameIndexFollowTests {
    private func expectAgreement(_ index: NameIndex, _ fixture: CatalogFixture, _ comment: Comment? = nil) throws {
        for text in ["", "e", "01", "name", "renamed", "river"] {
            var query = NameQuery(text, in: .everything)
            query.limit = 1_000
            let expected = NaiveSearch(entries: fixture.entries).page(query)
            let hits = try index.search(query)
            #expect(hits.ids == expected.ids && hits.total == expected.total, comment)
        }
    }

    @Test("Additions, removals, returns, renames and moves are seen after following")
    func everyChange() async throws {
        let fixture = try await CatalogFixture()
        let index = try await fixture.openIndex()
        try expectAgreement(index, fixture, "empty")
        let ids = try await fixture.add((0..<300).map { "name \($0) river" })
        try await index.follow()
        try expectAgreement(index, fixture, "added")
        try await fixture.remove(Array(ids[10..<200].shuffled()))
        try await index.follow()
        try expectAgreement(index, fixture, "removed")
        try await fixture.restore(Array(ids[50..<60]))
        try await fixture.rename(ids[0], to: "Renamed É", parent: 77)
        try await fixture.add(["name of another root"], root: 2)
        try await index.follow()
        try expectAgreement(index, fixture, "restored and renamed")
        var moved = NameQuery("renamed", in: .everything)
        moved.subtree = Subtree(tops: [], directories: [77])
        #expect(try index.search(moved).ids == [ids[0]])
        try await fixture.removeRoot(1)
        try await index.follow()
        try expectAgreement(index, fixture, "root removed")
    }

    @Test("Changes at random leave the same index as building it anew, through compaction and reopening")
    func randomChanges() async throws {
        let fixture = try await CatalogFixture()
        var maker = NameMaker(seed: 7)
        var index = try await fixture.openIndex()
        for round in 0..<12 {
            try await fixture.add(
                (0..<400).map { "r\(round) name \($0) " + String(maker.number(below: 99)) }, parent: Int64(round))
            let ids = fixture.entries.keys.sorted()
            let gone = ids.filter { _ in maker.number(below: 4) == 0 }.filter {
                fixture.entries[$0]?.isMissing == false
            }
            try await fixture.remove(gone)
            let back = ids.filter { fixture.entries[$0]?.isMissing == true && maker.number(below: 5) == 0 }
            try await fixture.restore(back)
            try await fixture.rename(ids[maker.number(below: ids.count)], to: "renamed in round \(round)")
            if round % 3 == 0 { try await index.follow() }
            if round % 4 == 3 {
                try await index.close()
                index = try await fixture.openIndex()
            }
        }
        try await index.follow()
        try expectAgreement(index, fixture)
        let fresh = try await fixture.openIndex("fresh")
        try expectAgreement(fresh, fixture)
        try await index.close()
        try await fresh.close()
    }

    @Test("Two indexes with directories of their own agree on one database")
    func twoIndexes() async throws {
        let fixture = try await CatalogFixture()
        let first = try await fixture.openIndex("one")
        try await fixture.add(["name 1", "name 2"])
        let second = try await fixture.openIndex("two")
        let ids = try await fixture.add(["name 3"])
        try await fixture.remove([ids[0] - 1])
        try await first.follow()
        try await second.follow()
        try expectAgreement(first, fixture)
        try expectAgreement(second, fixture)
        #expect(first.appliedSequence == second.appliedSequence)
    }

    @Test("A directory that another index has open is refused")
    func oneWriter() async throws {
        let fixture = try await CatalogFixture()
        let index = try await fixture.openIndex()
        await #expect(throws: CatalogError.self) { _ = try await fixture.openIndex() }
        try await index.close()
        try await fixture.openIndex().close()
    }

    @Test("Pruning keeps what is needed: the index goes on, a new start builds nothing, one left behind is built again")
    func pruning() async throws {
        let fixture = try await CatalogFixture()
        let late = try await fixture.openIndex("late")
        try await fixture.add(["name 0"])
        try await late.follow()
        try await late.close()
        let index = try await fixture.openIndex()
        for number in 1..<6 { try await fixture.add(["name \(number)"]) }
        try await index.follow()
        let hour = 3_600 * Int64(1_000_000)
        #expect(try await index.pruneJournal(olderThan: .seconds(3_600), nowMicroseconds: hour) == 0)
        #expect(try await index.pruneJournal(olderThan: .seconds(3_600), nowMicroseconds: hour * 2) == 5)
        try await fixture.add(["name 6"])
        try await index.follow()
        try expectAgreement(index, fixture)
        try await index.close()
        let notes = Notes()
        let again = try await fixture.openIndex(notes: notes)
        try expectAgreement(again, fixture)
        #expect(notes.all.isEmpty)
        let lateNotes = Notes()
        let revived = try await fixture.openIndex("late", notes: lateNotes)
        try expectAgreement(revived, fixture)
        #expect(lateNotes.all.count == 1)
    }

    @Test("A database that is older than the index has the index built again")
    func olderDatabase() async throws {
        let fixture = try await CatalogFixture()
        try await fixture.add(["name 1"])
        let index = try await fixture.openIndex()
        try await fixture.add(["name 2"])
        try await index.follow()
        try await index.close()
        // What a restored backup looks like: the newest change never happened, another one took its number.
        try await fixture.execute("DELETE FROM name_changes WHERE sequence = 2")
        try await fixture.execute("DELETE FROM entries WHERE id = 2")
        try await fixture.execute(
            TestEngine.isSQLite
                ? "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'name_changes'"
                : "ALTER TABLE name_changes ALTER COLUMN sequence RESTART WITH 2")
        let other = try await fixture.add([
            KnownEntry(id: 50, root: 1, parent: 0, kind: .file, name: Array("name 50".utf8))
        ])
        let notes = Notes()
        let again = try await fixture.openIndex(notes: notes)
        #expect(try again.search(NameQuery("name", in: .everything)).ids.contains(other[0]))
        #expect(try again.search(NameQuery("name 2", in: .everything)).total == 0)
        #expect(notes.all.count == 1)
    }

    @Test("A running index is woken, lets writers wait for what they wrote, and closes when it is cancelled")
    func running() async throws {
        let fixture = try await CatalogFixture()
        let index = try await fixture.openIndex()
        let running = Task { try await index.run() }
        for number in 0..<5 {
            try await fixture.add(["name \(number)"])
            try await index.waitUntilApplied(through: Int64(number + 1))
            #expect(try index.search(NameQuery("name \(number)", in: .everything)).total == 1)
        }
        let waiting = Task { try await index.waitUntilApplied(through: 1_000) }
        waiting.cancel()
        await #expect(throws: CatalogError.self) { try await waiting.value }
        running.cancel()
        try await running.value
        #expect(throws: CatalogError.self) { try index.search(NameQuery("name", in: .everything)) }
        await #expect(throws: CatalogError.self) { try await index.waitUntilApplied(through: 1_000) }
        let notes = Notes()
        let again = try await fixture.openIndex(notes: notes)
        try expectAgreement(again, fixture)
        #expect(notes.all.isEmpty)
    }

    @Test("Searches during a flood of changes never see a name twice or a dead one together with its successor")
    func searchesWhileWriting() async throws {
        let fixture = try await CatalogFixture()
        let index = try await fixture.openIndex()
        let searching = Task {
            var answers = 0
            while !Task.isCancelled {
                var query = NameQuery("name", in: .everything)
                query.limit = 1_000
                let hits = try index.search(query)
                #expect(Set(hits.ids).count == hits.ids.count)
                #expect(hits.ids.count == min(1_000, hits.total))
                answers += 1
                await Task.yield()
            }
            return answers
        }
        for round in 0..<15 {
            let ids = try await fixture.add((0..<200).map { "name \(round) \($0)" })
            try await index.follow()
            try await fixture.remove(Array(ids.prefix(100)))
            try await index.follow()
        }
        searching.cancel()
        #expect(try await searching.value > 0)
        try expectAgreement(index, fixture)
    }

    @Test("A search while names are renamed counts each of them once")
    func searchesWhileRenaming() async throws {
        let fixture = try await CatalogFixture()
        let ids = try await fixture.add((0..<6_000).map { "name \($0)" })
        let index = try await fixture.openIndex()
        let searching = Task {
            var answers: [(total: Int, different: Int)] = []
            while !Task.isCancelled {
                var query = NameQuery("name", in: .everything)
                query.limit = 1_000
                let hits = try index.search(query)
                answers.append((hits.total, Set(hits.ids).count))
                await Task.yield()
            }
            return answers
        }
        for _ in 0..<12 {
            try await fixture.restore(ids)
            try await index.follow()
        }
        searching.cancel()
        let answers = try await searching.value
        #expect(!answers.isEmpty)
        #expect(answers.filter { $0.total != 6_000 || $0.different != 1_000 }.isEmpty)
    }

    @Test(
        "A row of the journal that has no meaning here leads to one build, not to one after the other",
        .timeLimit(.minutes(20)))
    func unknownOperation() async throws {
        let fixture = try await CatalogFixture()
        try await fixture.add(["name 1"])
        let notes = Notes()
        let index = try await fixture.openIndex(notes: notes)
        try await fixture.add(["name 2"])
        try await fixture.execute("UPDATE name_changes SET operation = 99 WHERE sequence = 2")
        try await index.follow()
        try expectAgreement(index, fixture)
        try await fixture.add(["name 3"])
        try await index.follow()
        try expectAgreement(index, fixture)
        #expect(notes.all.count == 2, "the first build, and one for the row")
    }

    @Test("An index that cannot be compacted goes on, says so once, and is compacted when it can be")
    func compactionFails() async throws {
        let fixture = try await CatalogFixture()
        let ids = try await fixture.add((0..<6_000).map { "name \($0)" })
        let notes = Notes()
        let index = try await fixture.openIndex(notes: notes)
        let obstacle = fixture.packPath() + ".new"
        try FileManager.default.createDirectory(atPath: obstacle + "/in the way", withIntermediateDirectories: true)
        try await fixture.remove(Array(ids[..<2_000]))
        for _ in 0..<3 { try await index.follow() }
        try expectAgreement(index, fixture, "not compacted")
        #expect(notes.all.count == 2, "the first build, and one failure: \(notes.all)")
        try FileManager.default.removeItem(atPath: obstacle)
        let before = try FileManager.default.attributesOfItem(atPath: fixture.packPath())[.systemFileNumber] as? Int
        try await fixture.remove(Array(ids[2_000..<4_500]))
        try await index.follow()
        try expectAgreement(index, fixture, "compacted")
        let after = try FileManager.default.attributesOfItem(atPath: fixture.packPath())[.systemFileNumber] as? Int
        #expect(before != after)
        #expect(notes.all.count == 2)
    }
}
