import Foundation
import Glibc
import Testing

@Suite("A scan that is killed", .serialized)
struct KilledScanTests {
    /// Kills in all; two of them hit each catalog.
    private static let kills = ProcessInfo.processInfo.environment["TEST_LONG"] == "1" ? 50 : 10

    /// 48 directories with 50 each, and three files in each of those: enough for several transactions.
    private static let directories = 2_400

    @Test("It goes on where it was, and ends with the catalog of an undisturbed scan")
    func resumes() async throws {
        try await Program.withNew { program in
            try makeTree(program)
            try await addRoot(program, "clean")
            #expect(try await program.run("scan", "films", "--full", data: "clean").code == 0)
            let expected = try await content(program, "clean")
            // Behind the entries stand two counters: of directories, and of files of one extension and size.
            let entryCount = 1 + Self.directories / 50 + Self.directories * 4
            #expect(expected.count == entryCount + 2)
            let search = try await program.run("search", "note", "--limit", "5", data: "clean")
            let undisturbed = try await progress(program, "clean")
            let duration = try #require(undisturbed?.microseconds)

            var resumedAfterCommit = 0
            for round in 0..<(Self.kills / 2) {
                let data = "killed-\(round)"
                try await killTwice(program, data, within: duration)
                if try await finish(program, data) { resumedAfterCommit += 1 }
                let lines = try await content(program, data)
                #expect(lines == expected, "\(Set(lines).symmetricDifference(expected).sorted().prefix(5))")
                // Its counts are of what was written, no kill in between takes anything from them.
                #expect(try await progress(program, data)?.added == Int64(entryCount - 1))
                let found = try await program.run("search", "note", "--limit", "5", data: data)
                #expect(found.output == search.output && found.talk == search.talk)
                try await program.remove(data)
            }
            #expect(resumedAfterCommit > 0)
        }
    }

    @Test("What moved keeps its ids, wherever the scan that sees it is killed")
    func resumesMoves() async throws {
        try await Program.withNew { program in
            try makeTree(program)
            try await addRoot(program, "data")
            #expect(try await program.run("scan", "films", "--full").code == 0)
            let files = try await ids(program)
            let first = try await progress(program, "data")
            let duration = try #require(first?.microseconds)
            for round in 0..<(Self.kills / 2) {
                for directory in 0..<(Self.directories / 50) {
                    let (old, new) = (
                        round == 0 ? "d\(directory)" : "m\(round - 1) \(directory)", "m\(round) \(directory)"
                    )
                    try FileManager.default.moveItem(
                        atPath: program.path("tree/" + old), toPath: program.path("tree/" + new))
                }
                _ = try await kill(program, "data", within: duration)
                let outcome = try await program.run("scan", "films", "--full", "--confirm")
                #expect(outcome.code == 0, "\(outcome.talk)")
                #expect(try await ids(program) == files)
            }
            // Nothing but names is another than in a catalog of the same tree that saw no move.
            try await addRoot(program, "clean")
            #expect(try await program.run("scan", "films", "--full", data: "clean").code == 0)
            #expect(try await content(program, "data") == content(program, "clean"))
        }
    }

    private func ids(_ program: Program) async throws -> [String] {
        try await program.withDatabase { try await CatalogContent(database: $0).fileIDs() }
    }

    private func makeTree(_ program: Program) throws {
        for directory in 0..<Self.directories {
            let path = "tree/d\(directory / 50)/s\(directory % 50)"
            for file in 0..<3 {
                let text = String(repeating: "x", count: directory % 97 + file)
                try program.write("\(path)/note \(directory)-\(file)", text)
            }
        }
    }

    private func progress(_ program: Program, _ data: String) async throws -> CatalogContent.Progress? {
        try await program.withDatabase(data) { try await CatalogContent(database: $0).progress() }
    }

    private func addRoot(_ program: Program, _ data: String) async throws {
        let added = try await program.run("storage", "add", "films", "file://" + program.path("tree"), data: data)
        #expect(added.code == 0, "\(added.talk)")
    }

    private func content(_ program: Program, _ data: String) async throws -> [String] {
        try await program.withDatabase(data) { try await CatalogContent(database: $0).lines() }
    }

    /// Makes a catalog whose scan has been killed twice.
    ///
    /// A kill that comes after the end proves nothing: then it begins again with a new catalog, and kills sooner.
    private func killTwice(_ program: Program, _ data: String, within duration: Int64) async throws {
        for patience in 1...20 {
            try await addRoot(program, data)
            let within = duration / Int64(patience)
            if try await kill(program, data, within: within), try await kill(program, data, within: within) { return }
            try await program.remove(data)
        }
        Issue.record("no kill hits the scan before its end")
    }

    /// Starts the scan, or goes on with it, and kills it at a random moment after a process has taken it.
    ///
    /// The moment is not later than nine tenths of what is left, judged by an undisturbed scan.
    /// - Returns: whether it was running, so that the kill left something undone.
    private func kill(_ program: Program, _ data: String, within duration: Int64) async throws -> Bool {
        try await program.withDatabase(data) { database in
            let content = CatalogContent(database: database)
            let before = try await content.progress()
            // There is no scan yet, or the last one is over: this one begins at the beginning.
            let done = before.map { $0.isOver ? 0 : $0.directoriesListed } ?? 0
            let all = Int64(Self.directories)
            let left = duration * (all - min(done, all)) / all
            let scan = try await program.start(["scan", "films", "--full"], data: data)
            defer { scan.kill() }
            try await scan.wait(checking: .milliseconds(1)) {
                guard scan.isRunning else { return true }
                return try await content.progress()?.runner == scan.identifier ? true : nil
            }
            usleep(.random(in: 0...UInt32(clamping: left * 9 / 10)))
            scan.kill()
            _ = try await scan.outcome()
            return try await content.progress()?.runner == scan.identifier
        }
    }

    /// Runs the scan to its end.
    ///
    /// A directory that the killed scan has finished is not listed again: a file that came into it since then stays
    /// unknown until the next scan.
    /// - Returns: whether there was such a directory.
    private func finish(_ program: Program, _ data: String) async throws -> Bool {
        let finished = try await program.withDatabase(data) { database in
            let content = CatalogContent(database: database)
            guard let progress = try await content.progress(), !progress.isOver, progress.finishedPieces > 0 else {
                return [String]()
            }
            return try await content.finishedLeaves()
        }
        let late = finished.map { "tree\($0)/late" }
        for path in late { try program.write(path, "") }
        let outcome = try await program.run("scan", "films", "--full", data: data)
        #expect(outcome.code == 0, "\(outcome.talk)")
        for path in late { try FileManager.default.removeItem(atPath: program.path(path)) }
        return !late.isEmpty
    }
}
