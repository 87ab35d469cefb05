import CatalogCore
import CatalogStorage
import Glibc

/// When a storage root is scanned without anybody asking for it.
package struct ScanSchedule: Sendable, Equatable {
    /// Seconds between two scans that may be asked for.
    package static let intervals = 60...31_536_000
    /// What is on another machine cannot be watched: it is looked at once a day.
    private static let remoteInterval = 86_400

    /// Seconds; nil is as the protocol has it, 0 is never.
    package var intervalSeconds: Int?
    /// When none of these scans begins.
    package var quiet: QuietWindow?

    /// As the protocol has it, at any time of the day.
    package init(intervalSeconds: Int? = nil, quiet: QuietWindow? = nil) {
        (self.intervalSeconds, self.quiet) = (intervalSeconds, quiet)
    }

    /// Changes what was asked for.
    ///
    /// - Throws: `CatalogError.invalidArgument` for what makes no sense.
    mutating func change(_ interval: FieldChange<Int>, quiet window: FieldChange<String>) throws {
        switch interval {
        case .keep: break
        case .clear: intervalSeconds = nil
        case .set(let seconds):
            guard seconds == 0 || Self.intervals.contains(seconds) else {
                throw CatalogError(
                    .invalidArgument, "scan_interval must be 0 (never) or a number of seconds from 60 to 31536000")
            }
            intervalSeconds = seconds
        }
        switch window {
        case .keep: break
        case .clear, .set(""): quiet = nil
        case .set(let text):
            guard let window = QuietWindow(text) else {
                throw CatalogError(.invalidArgument, "quiet_window must be two times of day, as 22:00-06:00")
            }
            quiet = window
        }
    }

    /// Seconds between two scans of a root of this protocol; 0 for none.
    func interval(of protocolName: String) -> Int {
        intervalSeconds ?? (protocolName == LocalBackend.facts.name ? 0 : Self.remoteInterval)
    }
}

/// A part of every day, in the time of the server: `22:00-06:00`.
package struct QuietWindow: Sendable, Equatable {
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
    package func contains(_ now: Int64) -> Bool {
        var seconds = time_t(now / 1_000_000)
        var local = tm()
        localtime_r(&seconds, &local)
        return contains(minute: Int(local.tm_hour) * 60 + Int(local.tm_min))
    }

    /// The same for minutes since midnight.
    func contains(minute: Int) -> Bool {
        from < to ? (from..<to).contains(minute) : minute >= from || minute < to
    }
}
