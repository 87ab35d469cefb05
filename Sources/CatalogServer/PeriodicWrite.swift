import Logging
import ServiceLifecycle

/// Writes down now and then what is noted in memory until then, for what happens too often to be written each time.
package struct PeriodicWrite: Service {
    private let what: String
    private let interval: Duration
    private let logger: Logger
    private let write: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - what: the beginning of the sentence in the log when it could not be written.
    ///   - interval: between two writes.
    ///   - logger: where failures are written.
    ///   - write: called one at a time.
    init(_ what: String, every interval: Duration, logger: Logger, write: @escaping @Sendable () async throws -> Void) {
        (self.what, self.interval, self.logger, self.write) = (what, interval, logger, write)
    }

    /// Goes on until the server stops, and writes once more then.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                // What is noted before the end is written in a task that is not cancelled.
                await Task { await writeOnce() }.value
            }
        }
    }

    private func writeOnce() async {
        do { try await write() } catch {
            logger.warning("\(what) could not be written", metadata: ["error": "\(error)"])
        }
    }
}
