import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// Nodes that are killed and a database that is restarted, under clients that go on: what was acknowledged is there at the end,
/// every job was done, and the catalog is that of a clean scan.
@Suite(.serialized) struct FleetTests {
    private static let roots = ["one", "two"]

    @Test(.enabled(if: TestEngine.isPostgres))
    func `Three servers and two workers over one PostgreSQL`() async throws {
        try await Program.withNew { program in
            try await OwnPostgres.with { postgres in
                var program = program
                program.databaseURL = postgres.url
                try await endure(program, servers: 3, workers: 2) { round in
                    if round % 2 == 1 { try await postgres.restart() }
                }
                try await compare(program)
            }
        }
    }

    @Test(.enabled(if: TestEngine.isSQLite))
    func `One server over a file`() async throws {
        try await Program.withNew { program in
            try await endure(program, servers: 1, workers: 0) { _ in }
            try await compare(program)
        }
    }

    /// Kills a node in each of some rounds, and does `harm` beside it.
    private func endure(
        _ program: Program, servers: Int, workers: Int, _ harm: (_ round: Int) async throws -> Void
    ) async throws {
        try makeTree(program)
        let log = FleetLog()
        let fleet = Fleet(program)
        try await fleet.start(servers: servers, workers: workers) {
            for root in Self.roots {
                let added = try await program.run("storage", "add", root, "file://" + program.path("tree/" + root))
                #expect(added.code == 0, "\(added.talk)")
                // From here on nothing may ever be missing.
                #expect(try await program.run("scan", root).code == 0)
            }
        }
        let clients = FleetClients(log: log, password: try fleet.password())
        clients.use(fleet.ports)
        clients.start(roots: Self.roots)
        for round in 0..<6 {
            try await progress(log, answers: 40)
            // What the scans that are cut have to write.
            try changeTree(program, round)
            let victim = round % fleet.count
            fleet.kill(victim)
            clients.use(fleet.ports)
            try await harm(round)
            if !fleet.ports.isEmpty { try await progress(log, answers: 20) }
            try await fleet.restart(victim)
            clients.use(fleet.ports)
        }
        try await progress(log, answers: 40)
        try await clients.stop()
        try await check(log.now, program, fleet)
        try await fleet.stop()
        let runs = fleet.runs()
        let accepted = Set(log.now.scans).subtracting(log.now.cancelled).union(log.now.copies.keys)
        #expect(Set(runs.map(\.job)).isSuperset(of: accepted))
        #expect(JobRun.doubled(in: runs).isEmpty, "\(JobRun.doubled(in: runs).prefix(3))")
    }

    /// Waits until the clients had so many more answers.
    private func progress(_ log: FleetLog, answers: Int) async throws {
        let wanted = log.now.answers + answers
        try await until { log.now.answers >= wanted }
    }

    private func check(_ state: FleetLog.State, _ program: Program, _ fleet: Fleet) async throws {
        #expect(state.violations.isEmpty, "\(state.violations.prefix(3))")
        #expect(!state.users.isEmpty)
        #expect(state.scans.count > Self.roots.count)
        #expect(Set(state.scans).count == state.scans.count)
        let client = try ServerClient.administrator(of: program, port: try #require(fleet.ports.first))
        for scan in state.scans {
            let ends = state.cancelled.contains(scan) ? ["completed", "cancelled"] : ["completed"]
            try await until { try client.state(ofScan: scan).map(ends.contains) == true }
        }
        #expect(!state.copies.isEmpty)
        let copied = try Data(contentsOf: URL(fileURLWithPath: program.path("tree/one/d0/one5/note 5-2")))
        for (job, file) in state.copies {
            try await until { try client.state(ofCopy: job) == "completed" }
            #expect(try Data(contentsOf: URL(fileURLWithPath: program.path("tree/two/copies/" + file))) == copied)
        }
        // The last changes may have come behind the last scan.
        for root in Self.roots {
            let scan = try client.startScan(of: root)
            try await until { try client.state(ofScan: scan) == "completed" }
        }
        let users = Set(
            try await program.run("user", "list", "--json").objects.compactMap { $0["username"] as? String })
        #expect(users.isSuperset(of: state.users))
        // Searches of every server see it all in the end.
        for port in fleet.ports {
            try await until { try client.at(port).total(ofSearch: "note") == Self.roots.count * 900 }
        }
    }

    /// Three hundred directories with three files each in every root.
    private func makeTree(_ program: Program) throws {
        for root in Self.roots {
            for directory in 0..<300 {
                for file in 0..<3 {
                    let text = String(repeating: "x", count: directory % 97 + file)
                    try program.write(
                        "tree/\(root)/d\(directory / 50)/\(root)\(directory % 50)/note \(directory)-\(file)", text)
                }
            }
        }
    }

    /// Adds two hundred files to every root, moves those of the round before, and changes one.
    private func changeTree(_ program: Program, _ round: Int) throws {
        for root in Self.roots {
            for number in 0..<200 {
                let text = String(repeating: "y", count: number + round)
                try program.write("tree/\(root)/new \(round)/d\(number % 40)/extra \(number)", text)
            }
            try program.write("tree/\(root)/d0/\(root)0/changed", String(repeating: "z", count: 10 + round))
            guard round > 0 else { continue }
            try FileManager.default.moveItem(
                atPath: program.path("tree/\(root)/new \(round - 1)"),
                toPath: program.path("tree/\(root)/kept \(round - 1)"))
        }
    }

    /// The catalog against one that was scanned in peace.
    private func compare(_ program: Program) async throws {
        let calm = try program.onFile("calm")
        for root in Self.roots {
            _ = try await calm.run("storage", "add", root, "file://" + program.path("tree/" + root), data: "calm")
            #expect(try await calm.run("scan", root, data: "calm").code == 0)
        }
        let expected = try await calm.withDatabase { try await CatalogContent(database: $0).lines() }
        let lines = try await program.withDatabase { try await CatalogContent(database: $0).lines() }
        #expect(try await program.withDatabase { try await DuplicateTruth.differences($0) } == [])
        #expect(expected.count > Self.roots.count * 900)
        #expect(lines == expected, "\(Set(lines).symmetricDifference(expected).sorted().prefix(5))")
    }
}
