import Foundation
import Glibc
import Testing

@Suite("A scan that is killed", .serialized)
struct KilledScanTests {
    /// Kills in all; two of them hit each catalog.
    private static let kills = ProcessInfo.processInfo.environment["TEST_LONG"] == "1" ? 50 : 10

    /// What the catalog must show before the kill.
    private enum Moment: CaseIterable {
        case queued
        case firstPieceCommitted
        case afterTheWalk
    }

    @Test("It goes on where it was, and ends with the catalog of an undisturbed scan")
    func resumes() async throws {
        try await Program.withNew { program in
            try makeTree(program)
            try await addRoot(program, "clean")
            #expect(try await program.run("scan", "films", "--full", data: "clean").code == 0)
            let expected = try await content(program, "clean")
            #expect(expected.count == 8_041)
            let search = try await program.run("search", "note", "--limit", "5", data: "clean")

            var resumedAfterCommit = 0
            for round in 0..<(Self.kills / 2) {
                let data = "killed-\(round)"
                try await addRoot(program, data)
                for turn in 0..<2 {
                    let moment = turn == 0 && round == 0 ? .firstPieceCommitted : Moment.allCases.randomElement()
                    try await kill(program, data, at: moment ?? .queued)
                }
                if try await finish(program, data) { resumedAfterCommit += 1 }
                let lines = try await content(program, data)
                #expect(lines == expected, "\(Set(lines).symmetricDifference(expected).sorted().prefix(5))")
                let found = try await program.run("search", "note", "--limit", "5", data: data)
                #expect(found.output == search.output && found.talk == search.talk)
                try FileManager.default.removeItem(atPath: program.path(data))
            }
            #expect(resumedAfterCommit > 0)
        }
    }

    /// 40 directories with 50 each, and three files in each of those.
    private func makeTree(_ program: Program) throws {
        for directory in 0..<2_000 {
            let path = "tree/d\(directory / 50)/s\(directory % 50)"
            for file in 0..<3 {
                let text = String(repeating: "x", count: directory % 97 + file)
                try program.write("\(path)/note \(file)", text)
            }
        }
    }

    private func addRoot(_ program: Program, _ data: String) async throws {
        let added = try await program.run("storage", "add", "films", "file://" + program.path("tree"), data: data)
        #expect(added.code == 0, "\(added.talk)")
    }

    private func content(_ program: Program, _ data: String) async throws -> [String] {
        try await CatalogContent.withOpen(program.path(data)) { try await $0.lines() }
    }

    /// Starts a scan, waits for the moment and a random while that is shorter than a scan, and kills.
    private func kill(_ program: Program, _ data: String, at moment: Moment) async throws {
        try await CatalogContent.withOpen(program.path(data)) { content in
            let scan = try program.start(["scan", "films", "--full", "--data-dir", program.path(data)])
            defer { scan.kill() }
            try await scan.wait {
                guard scan.isRunning else { return true }
                guard let progress = try content.progress(), !progress.isOver else { return nil }
                switch moment {
                case .queued: return true
                case .firstPieceCommitted: return progress.finishedPieces > 0 ? true : nil
                case .afterTheWalk: return progress.directoriesListed > 2_000 ? true : nil
                }
            }
            if moment == .queued { usleep(.random(in: 0...150_000)) }
            scan.kill()
            _ = try await scan.outcome()
        }
    }

    /// Runs the scan to its end.
    ///
    /// A directory that the killed scan has finished is not listed again: a file that came into it since then stays
    /// unknown until the next scan.
    /// - Returns: whether there was such a directory.
    private func finish(_ program: Program, _ data: String) async throws -> Bool {
        let finished = try await CatalogContent.withOpen(program.path(data)) { content in
            guard let progress = try content.progress(), !progress.isOver, progress.finishedPieces > 0 else {
                return [String]()
            }
            return try await content.finishedLeaves()
        }
        let late = finished.map { "tree/\($0)/late" }
        for path in late { try program.write(path, "") }
        let outcome = try await program.run("scan", "films", "--full", data: data)
        #expect(outcome.code == 0, "\(outcome.talk)")
        for path in late { try FileManager.default.removeItem(atPath: program.path(path)) }
        return !late.isEmpty
    }
}
