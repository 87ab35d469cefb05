package import CatalogCore
import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualClock: Sendable {
    private let microseconds: Mutex<Int64>

    /// - Parameter start: microseconds since 1970; 15 January 2024, 10:30 unless said otherwise.
    package init(start: Int64 = 1_705_314_600_000_000) {
        microseconds = Mutex(start)
    }

    /// The clock as code under test sees it.
    package var source: TimeSource {
        TimeSource { self.microseconds.withLock { $0 } }
    }

    /// Microseconds since 1970, now.
    package var now: Int64 { microseconds.withLock { $0 } }

    /// Moves the clock, backwards too.
    package func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        microseconds.withLock { $0 += seconds * 1_000_000 + attoseconds / 1_000_000_000_000 }
    }
}
