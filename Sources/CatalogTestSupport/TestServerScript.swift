import Foundation

/// Calls of `Scripts/testservers/`: real servers on loopback, started and stopped by the same scripts by hand and in tests.
package enum TestServerScript {
    /// A call that did not end well.
    package struct Failed: Error {
        let command: String
        let talk: String
    }

    /// What the script prints.
    ///
    /// - Parameter settings: for its environment.
    /// - Throws: `Failed`, also after ninety seconds.
    @discardableResult package static func run(
        _ server: String, _ command: String, _ settings: [String: String] = [:]
    ) async throws -> String {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let output = FileManager.default.temporaryDirectory.appending(path: "catalogizer-script-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        // A file: the server inherits the output of the script that starts it, and would hold a pipe open.
        let process = try TestProcess(
            [repository.appending(path: "Scripts/testservers/\(server)").path, command],
            environment: ProcessInfo.processInfo.environment.merging(settings) { $1 }, output: output.path)
        let end = ContinuousClock.now + Patience.limit
        while process.isRunning, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        let text = try String(contentsOf: output, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard process.exitCode == 0 else {
            process.signal(SIGTERM)
            throw Failed(command: command, talk: text)
        }
        return text
    }
}
