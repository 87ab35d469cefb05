package import CatalogCore

/// When files of a root may be read for their hashes, and how much of them.
package struct HashLimits: Sendable, Equatable {
    /// Nil for any time.
    package var window: DailyWindow?
    /// Bytes of a day, in the calendar of the server; nil for any number.
    package var bytesPerDay: Int64?

    /// - Parameters:
    ///   - window: nil for any time.
    ///   - bytesPerDay: nil for any number.
    package init(window: DailyWindow? = nil, bytesPerDay: Int64? = nil) {
        (self.window, self.bytesPerDay) = (window, bytesPerDay)
    }
}

/// Why a job stopped reading, and until when.
struct HashPause: Sendable, Equatable {
    /// As it is stored.
    enum Reason: String, Sendable {
        case window, budget
    }

    let reason: Reason
    /// Microseconds since 1970.
    let until: Int64

    /// What keeps from reading now; nil for nothing.
    ///
    /// - Parameter bytesRead: on the day of `now`.
    init?(_ limits: HashLimits, bytesRead: Int64, now: Int64) {
        if let window = limits.window, !window.contains(now) {
            (reason, until) = (.window, window.opening(after: now))
            return
        }
        guard let most = limits.bytesPerDay, bytesRead >= most else { return nil }
        let tomorrow = LocalTime.next(minute: 0, after: now)
        reason = .budget
        until = limits.window.map { $0.contains(tomorrow) ? tomorrow : $0.opening(after: tomorrow) } ?? tomorrow
    }
}

/// A file that was read in part: it is read on from there, if it is still what it was.
struct HashPart: Sendable {
    /// Bytes that are in the hash.
    let offset: Int64
    /// That of the hasher.
    let state: [UInt8]
}
