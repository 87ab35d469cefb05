import CatalogTestSupport
import Foundation
import Glibc
import Testing

/// A run of the program that is not over yet.
final class RunningProgram: Sendable {
    private let process: TestProcess
    private let output: String
    /// What it has said so far.
    var talk: String { Self.text(output + ".err") }

    /// - Parameter output: what its two streams go to, but for `.out` and `.err`.
    init(_ process: TestProcess, output: String) {
        self.process = process
        self.output = output
    }

    deinit { kill() }

    var identifier: Int32 { process.identifier }
    var isRunning: Bool { process.isRunning }

    /// Sends a signal, unless it is over.
    func signal(_ number: Int32) { process.signal(number) }

    /// Ends it the hard way.
    func kill() { signal(SIGKILL) }

    /// Waits for the end.
    ///
    /// - Throws: `TooSlow`, after having killed it.
    func outcome() async throws -> Outcome {
        do {
            let code = try await wait { process.exitCode }
            return Outcome(code: code, output: Self.text(output + ".out"), talk: talk)
        } catch {
            kill()
            throw error
        }
    }

    /// The port that the log names once the server listens.
    func port() async throws -> UInt16 {
        try await wait {
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
        checking pause: Duration = .milliseconds(5), until condition: () async throws -> Value?
    ) async throws -> Value {
        let end = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < end {
            if let value = try await condition() { return value }
            try await Task.sleep(for: pause)
        }
        throw TooSlow(talk: talk)
    }

    /// The same for a thread that may block.
    func waitBlocking(until condition: () -> Bool) throws {
        let end = ContinuousClock.now + Patience.limit
        while !condition() {
            guard ContinuousClock.now < end, process.isRunning else { throw TooSlow(talk: talk) }
            usleep(1_000)
        }
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
