import Glibc
import Synchronization

/// The reads that people wait for at this moment, so that work nobody waits for can let them pass.
///
/// A machine shares its processors evenly between a scan and a search; what a person notices is the search.
package final class ForegroundReads: Sendable {
    /// How long one piece of work waits for reads, in all its pauses together: it gets on under any load.
    package struct Patience {
        private let reads: ForegroundReads
        private var milliseconds: Int

        fileprivate init(_ reads: ForegroundReads, milliseconds: Int) {
            self.reads = reads
            self.milliseconds = milliseconds
        }

        /// Blocks while there are reads, until the patience is used up. Costs next to nothing when there are none.
        package mutating func letPass() {
            while milliseconds > 0, reads.running.load(ordering: .relaxed) > 0 {
                usleep(1_000)
                milliseconds -= 1
            }
        }
    }

    private static let lately: Int64 = 1_000_000

    private let running = Atomic<Int>(0)
    /// When the last one ended, in microseconds.
    private let lastAt = Atomic<Int64>(.min)

    /// None run yet.
    package init() {}

    /// Counts as a read while `body` runs.
    package func run<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async rethrows -> Value {
        running.wrappingAdd(1, ordering: .relaxed)
        defer {
            lastAt.store(TimeSource.monotonic.now, ordering: .relaxed)
            running.wrappingSubtract(1, ordering: .relaxed)
        }
        return try await body()
    }

    /// Whether somebody waited for one a moment ago, and others may follow.
    package var areExpected: Bool {
        running.load(ordering: .relaxed) > 0 || lastAt.load(ordering: .relaxed) > TimeSource.monotonic.now - Self.lately
    }

    /// What the next piece of work has of it.
    package func patience(milliseconds: Int) -> Patience {
        Patience(self, milliseconds: milliseconds)
    }
}
