package import CatalogCore
import Synchronization

/// Keeps callers from waiting, one after the other, for a storage that could not be reached a moment ago.
///
/// After a failed try to connect, everybody gets its error at once for a while, which doubles with each failure; then one caller
/// tries again, and the others still do not wait.
package final class CircuitBreaker: Sendable {
    /// What callers meet now.
    package enum State: String, Sendable {
        /// Calls go through.
        case closed
        /// Calls fail at once.
        case open
        /// One call tries.
        case halfOpen = "half_open"
    }

    private struct Circuit {
        var failures = 0
        /// Microseconds of the time source; calls before it fail.
        var openUntil: Int64 = 0
        var isTrying = false
        var error: CatalogError?
    }

    private static let firstPause: Int64 = 500_000
    private static let longestPause: Int64 = 30_000_000

    private let time: TimeSource
    private let circuit = Mutex(Circuit())

    /// - Parameter time: should never jump.
    package init(time: TimeSource = .monotonic) {
        self.time = time
    }

    /// What callers meet now.
    package var state: State {
        circuit.withLock { circuit in
            guard circuit.error != nil else { return .closed }
            return circuit.isTrying ? .halfOpen : .open
        }
    }

    /// Runs `connect`, or fails with the error of the last try.
    ///
    /// - Throws: what `connect` throws; an error that says that the storage is away opens the circuit.
    package func run<Value>(_ connect: () throws -> Value) throws -> Value {
        let now = time.now
        let refusal = circuit.withLock { circuit -> CatalogError? in
            guard let error = circuit.error else { return nil }
            if now < circuit.openUntil || circuit.isTrying { return error }
            circuit.isTrying = true
            return nil
        }
        if let refusal { throw refusal }
        do {
            let value = try connect()
            reset()
            return value
        } catch {
            note(error as? CatalogError)
            throw error
        }
    }

    /// Lets calls through again: the settings of the storage changed.
    package func reset() {
        circuit.withLock { $0 = Circuit() }
    }

    /// Lets the next call try, however short ago the last one failed; the others still do not wait.
    package func retrySoon() {
        circuit.withLock { $0.openUntil = 0 }
    }

    private func note(_ error: CatalogError?) {
        let now = time.now
        circuit.withLock { circuit in
            circuit.isTrying = false
            guard let error, error.code == .storageUnavailable else { return circuit = Circuit() }
            let pause = min(Self.firstPause << min(circuit.failures, 10), Self.longestPause)
            circuit.failures += 1
            circuit.error = error
            // A little by chance, so that nodes do not come back all at once.
            circuit.openUntil = now + pause + Int64.random(in: 0...(pause / 4))
        }
    }
}
