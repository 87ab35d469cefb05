/// A part of every day, in the time of the server: `22:00-06:00`.
package struct DailyWindow: Sendable, Equatable {
    /// Minutes since midnight; the end is not in it.
    private let from: Int
    private let to: Int

    /// - Returns: nil for what is no two times of day, or the same one twice.
    package init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minutes)
        guard ends.count == 2, let from = ends[0], let to = ends[1], from != to else { return nil }
        (self.from, self.to) = (from, to)
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isASCII) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }

    /// The form that it is given in.
    package var text: String { Self.text(from) + "-" + Self.text(to) }

    private static func text(_ minutes: Int) -> String {
        [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    /// Whether a time is in it.
    ///
    /// - Parameter now: microseconds since 1970.
    package func contains(_ now: Int64) -> Bool { contains(minute: LocalTime(microseconds: now).minute) }

    /// The same for minutes since midnight.
    package func contains(minute: Int) -> Bool {
        from < to ? (from..<to).contains(minute) : minute >= from || minute < to
    }

    /// When it opens next, in microseconds since 1970; always after `now`.
    package func opening(after now: Int64) -> Int64 { LocalTime.next(minute: from, after: now) }
}
