package import CatalogCore
import Synchronization

/// A clock that stands still until it is moved.
package final class ManualTime: Sendable {
    private let microseconds: Atomic<Int64>

    /// Begins at 2024-01-15T10:30:00Z.
    package init() {
        microseconds = Atomic(1_705_314_600_000_000)
    }

    package func advance(seconds: Double) {
        microseconds.wrappingAdd(Int64(seconds * 1_000_000), ordering: .relaxed)
    }

    /// The clock as stores and services take it.
    package var source: TimeSource {
        TimeSource { self.microseconds.load(ordering: .relaxed) }
    }
}
