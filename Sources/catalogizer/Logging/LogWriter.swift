import CatalogCore
import Dispatch
import Glibc
import Synchronization

/// Writes the lines of the log, so that nobody who logs ever waits for whoever reads them.
///
/// What the reader does not take is kept up to `Limits.logBacklogBytes`; lines beyond that are dropped and counted.
final class LogWriter: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var dropped = 0
        /// Whether the thread has been told that there is something.
        var isWriting = false
    }

    /// To standard error.
    static let standard = LogWriter(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "catalogizer.log")

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Takes one line, without its end.
    func write(_ line: String) {
        let isFirst = state.withLock { state in
            guard state.waiting.count + line.utf8.count < Limits.logBacklogBytes else {
                state.dropped += 1
                return false
            }
            state.waiting += line.utf8
            state.waiting.append(UInt8(ascii: "\n"))
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if isFirst { thread.async { self.drain() } }
    }

    /// Whether what waits is little enough to say what was dropped.
    var hasRoom: Bool { state.withLock { $0.waiting.count < Limits.logBacklogBytes / 2 } }

    /// How many lines nobody will read; the count starts anew.
    func takeDropped() -> Int {
        state.withLock { state in
            defer { state.dropped = 0 }
            return state.dropped
        }
    }

    /// Returns when everything has been written, or after `seconds` when the reader takes nothing. Blocks.
    func flush(within seconds: Double) {
        let isEmpty = DispatchSemaphore(value: 0)
        thread.async { isEmpty.signal() }
        _ = isEmpty.wait(timeout: .now() + seconds)
    }

    private func drain() {
        while true {
            let bytes = state.withLock { state in
                defer {
                    state.isWriting = !state.waiting.isEmpty
                    state.waiting = []
                }
                return state.waiting
            }
            guard !bytes.isEmpty else { return }
            writeOut(bytes)
        }
    }

    /// That nobody can read it is no reason to fail.
    private func writeOut(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
