package import CatalogCore

/// When a storage root is scanned without anybody asking for it.
package struct ScanSchedule: Sendable, Equatable {
    /// Seconds between two scans that may be asked for.
    package static let intervals = 60...31_536_000
    /// Once a day: what is on another machine cannot be watched, and of what is on this one not all is seen: a file that was rewritten while
    /// no server ran, or what others do to a storage that is mounted here.
    private static let usualInterval = 86_400

    /// Seconds; nil is as usual, 0 is never.
    package var intervalSeconds: Int?
    /// When none of these scans begins.
    package var quiet: DailyWindow?

    /// As usual, at any time of the day.
    package init(intervalSeconds: Int? = nil, quiet: DailyWindow? = nil) {
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
            guard let window = DailyWindow(text) else {
                throw CatalogError(.invalidArgument, "quiet_window must be two times of day, as 22:00-06:00")
            }
            quiet = window
        }
    }

    /// Seconds between two scans; 0 for none.
    var interval: Int { intervalSeconds ?? Self.usualInterval }
}
