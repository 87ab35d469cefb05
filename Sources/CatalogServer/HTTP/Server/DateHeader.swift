import CatalogCore
import Synchronization

/// The text of the Date field, made once a second.
final class DateHeader: Sendable {
    private let time: TimeSource
    private let cached = Mutex<(second: Int64, text: String)>((.min, ""))

    init(_ time: TimeSource) {
        self.time = time
    }

    var text: String {
        let now = time.now
        return cached.withLock { cached in
            let second = now / 1_000_000
            if cached.second != second { cached = (second, Timestamp.httpDate(microseconds: now)) }
            return cached.text
        }
    }
}
