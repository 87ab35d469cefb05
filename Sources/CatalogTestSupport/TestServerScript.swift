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
        let process = Process()
        process.executableURL = repository.appending(path: "Scripts/testservers/\(server)")
        process.arguments = [command]
        process.environment = ProcessInfo.processInfo.environment.merging(settings) { $1 }
        // A file: the server inherits the output of the script that starts it, and would hold a pipe open.
        let output = FileManager.default.temporaryDirectory.appending(path: "catalogizer-script-\(UUID().uuidString)")
        try Data().write(to: output)
        defer { try? FileManager.default.removeItem(at: output) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = process.standardOutput
        try process.run()
        // Asked again and again: beside hundreds of other processes Foundation sometimes does not tell of an end.
        let end = ContinuousClock.now + .seconds(90)
        while process.isRunning, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        let text = try String(contentsOf: output, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !process.isRunning, process.terminationStatus == 0 else {
            process.terminate()
            throw Failed(command: command, talk: text)
        }
        return text
    }
}
