import Foundation
import Testing

/// A PostgreSQL server of one test, which may do to it what would disturb others.
struct OwnPostgres: Sendable {
    let url: String
    private let port: Int

    static func with<Value>(_ body: (OwnPostgres) async throws -> Value) async throws -> Value {
        let port = 54_600 + Int.random(in: 0..<200)
        let url = try await script("start", port)
        let result: Result<Value, any Error>
        do { result = .success(try await body(OwnPostgres(url: url, port: port))) } catch { result = .failure(error) }
        _ = try await script("stop", port)
        return try result.get()
    }

    /// Ends the server as a crash would, and starts it again.
    func restart() async throws {
        _ = try await Self.script("restart", port)
    }

    private static func script(_ command: String, _ port: Int) async throws -> String {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = repository.appending(path: "Scripts/testservers/postgres")
        process.arguments = [command]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["TESTSERVER_PORT": "\(port)", "TESTSERVER_DURABLE": "1"]) { $1 }
        let output = FileManager.default.temporaryDirectory.appending(path: "catalogizer-script-\(UUID().uuidString)")
            .path
        defer { for end in [".out", ".err"] { try? FileManager.default.removeItem(atPath: output + end) } }
        // It is asked whether it runs, again and again: beside hundreds of other processes Foundation sometimes does not tell of
        // an end.
        let outcome = try await RunningProgram(process, output: output).outcome(within: .seconds(90))
        try #require(outcome.code == 0, "testservers/postgres \(command): \(outcome.talk)")
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
