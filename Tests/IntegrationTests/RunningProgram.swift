import Foundation
import Glibc
import Testing

/// A run of the program that is not over yet.
final class RunningProgram: @unchecked Sendable {
    private let process: Process
    private let output: String
    /// What it has said so far.
    var talk: String { Self.text(output + ".err") }

    /// Starts the process; what it writes goes to files, so that a full pipe never stops it.
    init(_ process: Process, output: String) throws {
        self.process = process
        self.output = output
        for suffix in [".out", ".err"] { try Data().write(to: URL(fileURLWithPath: output + suffix)) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output + ".out"))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: output + ".err"))
        try process.run()
    }

    deinit { kill() }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// Sends a signal, unless it is over.
    func signal(_ number: Int32) {
        if process.isRunning { Glibc.kill(process.processIdentifier, number) }
    }

    /// Ends it the hard way.
    func kill() { signal(SIGKILL) }

    /// Waits for the end.
    ///
    /// - Throws: `TooSlow`, after having killed it.
    func outcome(within limit: Duration = .seconds(60)) async throws -> Outcome {
        do {
            try await wait(limit) { process.isRunning ? nil : true }
        } catch {
            kill()
            throw error
        }
        return Outcome(code: process.terminationStatus, output: Self.text(output + ".out"), talk: talk)
    }

    /// The port that the log names once the server listens.
    func port() async throws -> UInt16 {
        try await wait(.seconds(30)) {
            guard process.isRunning else { throw TooSlow(talk: talk) }
            for line in talk.split(separator: "\n") {
                guard let fields = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                    fields["msg"] as? String == "listening", let url = fields["url"] as? String
                else { continue }
                return url.split(separator: ":").last.flatMap { UInt16($0) }
            }
            return nil
        }
    }

    /// Waits until `condition` has a value.
    @discardableResult
    func wait<Value>(
        _ limit: Duration = .seconds(30), checking pause: Duration = .milliseconds(5),
        until condition: () throws -> Value?
    ) async throws -> Value {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let value = try condition() { return value }
            try await Task.sleep(for: pause)
        }
        throw TooSlow(talk: talk)
    }

    /// The same for a thread that may block.
    func waitBlocking(until condition: () -> Bool) throws {
        let end = ContinuousClock.now + .seconds(30)
        while !condition() {
            guard ContinuousClock.now < end, process.isRunning else { throw TooSlow(talk: talk) }
            usleep(1_000)
        }
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
