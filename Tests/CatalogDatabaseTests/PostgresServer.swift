import Foundation

/// A PostgreSQL server of one test, which may do to it what would disturb others.
struct PostgresServer: Sendable {
    /// A call of the script that did not end well.
    struct ScriptFailed: Error {
        let command: String
    }

    /// Only `make test-long` starts such servers: beside hundreds of other tests the end of their script is sometimes not noticed,
    /// and the run waits for ever.
    static let isWanted = ProcessInfo.processInfo.environment["TEST_LONG"] != nil

    let url: String
    private let port: Int

    static func withOwn<Value>(_ body: (PostgresServer) async throws -> Value) async throws -> Value {
        let port = 54_400 + Int.random(in: 0..<200)
        let server = PostgresServer(url: try await script("start", port), port: port)
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
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
        let file = FileManager.default.temporaryDirectory.appending(path: "catalogizer-script-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // A file: the server inherits the output of the script that starts it, and would hold a pipe open.
        process.standardOutput = try FileHandle(forWritingTo: file)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { ended in
                if ended.terminationStatus == 0 {
                    continuation.resume()
                } else {
                    continuation.resume(throwing: ScriptFailed(command: command))
                }
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
