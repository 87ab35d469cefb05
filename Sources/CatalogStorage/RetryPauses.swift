package import CatalogCore

/// How often a call that may run twice is tried when its connection breaks, and how long it rests in between.
///
/// This is for connections that broke; whether a server that cannot be reached is asked again is up to the circuit breaker.
package struct RetryPauses: Sendable {
    /// Microseconds since some moment; never jumps.
    let time: TimeSource
    /// Microseconds before each further try.
    package let pauses: @Sendable () -> [Int64]

    /// Microseconds since the first try began after which only one further try is made: one that hangs for its whole time-out must
    /// not be waited for three times.
    static let patience = Limits.storageTimeoutSeconds * 1_000_000 / 2

    /// - Parameters:
    ///   - time: never jumps.
    ///   - pauses: microseconds before each further try, chosen anew for each call.
    package init(time: TimeSource = .monotonic, pauses: @escaping @Sendable () -> [Int64]) {
        self.time = time
        self.pauses = pauses
    }

    /// Two, of 50 and of 200 milliseconds, each half of it more or less: callers that broke together do not come back together.
    package static let usual = RetryPauses { [50_000, 200_000].map { Int64.random(in: $0 / 2...$0 * 3 / 2) } }
}
