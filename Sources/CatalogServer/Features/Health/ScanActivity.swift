import CatalogCore
package import CatalogScanner
import Synchronization

/// Counts what the scans of this process have looked at.
package final class ScanActivity: Sendable {
    private struct State {
        var entries = 0
        /// By scan, what has been counted of it.
        var counted: [JobID: Int] = [:]
    }

    /// A scan that ends in an error says no last word, so old ones are forgotten; more never run at once.
    private static let scansRemembered = 256
    private let state = Mutex(State())

    /// No scan yet.
    package init() {}

    /// Adds what a scan has looked at since it was heard of last.
    package func note(_ progress: ScanProgress) {
        state.withLock { state in
            let found = progress.counts.entriesFound
            state.entries += max(0, found - state.counted[progress.scanID, default: 0])
            state.counted[progress.scanID] = progress.status == "running" ? found : nil
            if state.counted.count > ScanActivity.scansRemembered, let oldest = state.counted.keys.min() {
                state.counted[oldest] = nil
            }
        }
    }

    /// All entries so far.
    var entries: Int { state.withLock { $0.entries } }
}
