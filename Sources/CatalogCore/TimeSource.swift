import Glibc

/// Where the time comes from; tests hand in one that they move by hand.
package struct TimeSource: Sendable {
    private let read: @Sendable () -> Int64

    /// - Parameter read: microseconds since 1970.
    package init(_ read: @escaping @Sendable () -> Int64) {
        self.read = read
    }

    /// Microseconds since 1970 in UTC, now.
    package var now: Int64 { read() }

    /// The system's clock.
    package static let system = TimeSource {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

extension TimeSource {
    /// Microseconds that only ever grow, since some moment in the past: for measuring and counting.
    package static let monotonic = TimeSource {
        let now = ContinuousClock.now - MonotonicOrigin.instant
        return now.components.seconds * 1_000_000 + now.components.attoseconds / 1_000_000_000_000
    }
}

private enum MonotonicOrigin {
    /// A moment before the first reading; a day earlier, so that no reading is zero.
    static let instant = ContinuousClock.now - .seconds(86_400)
}
