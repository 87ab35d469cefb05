import Foundation
import Glibc
import Testing

/// Servers and workers over one database; each has a data directory of its own.
final class Fleet {
    private struct Node {
        let data: String
        let isServer: Bool
        var searchEngine: String?
        var process: RunningProgram?
        var port: UInt16?
        var killedAt: Date?
    }

    private let program: Program
    private var nodes: [Node] = []
    /// What jobs the processes ran that are no more.
    private var pastRuns: [JobRun] = []

    init(_ program: Program) {
        self.program = program
    }

    deinit { for node in nodes { node.process?.kill() } }

    var count: Int { nodes.count }
    /// Of the servers that run.
    var ports: [UInt16] { nodes.compactMap(\.port) }

    /// The first server makes the catalog, which `prepare` fills before the others come.
    func start(servers: Int, workers: Int, _ prepare: () async throws -> Void) async throws {
        // The clients of a test come from one address.
        try program.write("catalogizer.yaml", "rate_limit:\n  auth_per_minute: 0\n  api_per_minute: 0\n")
        nodes = (0..<servers).map { Node(data: $0 == 0 ? "data" : "server\($0)", isServer: true) }
        // Nodes of both kinds serve the same clients.
        if servers > 1 { nodes[servers - 1].searchEngine = "database" }
        nodes += (0..<workers).map { Node(data: "worker\($0)", isServer: false) }
        try await restart(0)
        try await prepare()
        for index in nodes.indices.dropFirst() {
            try program.copySecrets(to: nodes[index].data)
            try await restart(index)
        }
    }

    func password() throws -> String {
        try String(contentsOfFile: program.path("data/admin-password"), encoding: .utf8)
            .trimmingCharacters(in: .newlines)
    }

    func kill(_ index: Int) {
        nodes[index].process?.kill()
        nodes[index].killedAt = Date()
        nodes[index].port = nil
    }

    /// Of all jobs that any of the processes has run so far.
    func runs() -> [JobRun] {
        pastRuns + nodes.flatMap { JobRun.all(in: $0.process?.talk ?? "", until: $0.killedAt ?? Date()) }
    }

    func restart(_ index: Int) async throws {
        let node = nodes[index]
        if let old = node.process {
            let talk = try await old.outcome().talk
            pastRuns += JobRun.all(in: talk, until: node.killedAt ?? Date())
            nodes[index].killedAt = nil
        }
        let words = node.isServer ? ["serve", "--port", "0"] : ["worker"]
        var program = program
        program.searchEngine = node.searchEngine
        let process = try await program.start(words, data: node.data)
        nodes[index].process = process
        if node.isServer {
            nodes[index].port = try await process.port()
        } else {
            try await process.wait { process.talk.contains("\"working\"") ? true : nil }
        }
    }

    /// Stops every node as an operator does.
    func stop() async throws {
        for node in nodes { node.process?.signal(SIGTERM) }
        for node in nodes {
            guard let process = node.process else { continue }
            let outcome = try await process.outcome()
            #expect(outcome.hasStopped, "\(node.data): \(outcome.talk.suffix(2_000))")
        }
    }
}
