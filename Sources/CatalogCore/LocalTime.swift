import Glibc

/// A moment on the clock and the calendar of this machine.
package struct LocalTime: Sendable, Equatable {
    /// Days since 1 January 1970.
    package let day: Int64
    /// Minutes since midnight.
    package let minute: Int

    /// - Parameter now: microseconds since 1970 in UTC.
    package init(microseconds now: Int64) {
        let local = Self.parts(of: now)
        minute = Int(local.tm_hour) * 60 + Int(local.tm_min)
        day = Self.floorDivide(Self.floorDivide(now, 1_000_000) + Int64(local.tm_gmtoff), 86_400)
    }

    /// When a minute of the day begins next, in microseconds since 1970; always after `now`.
    ///
    /// Where clocks are put forward over it, it is what the system makes of a time that there is not.
    package static func next(minute: Int, after now: Int64) -> Int64 {
        for days in 0...2 {
            var wanted = parts(of: now)
            wanted.tm_mday += Int32(days)
            (wanted.tm_hour, wanted.tm_min, wanted.tm_sec) = (Int32(minute / 60), Int32(minute % 60), 0)
            // The system finds out whether that is in summer time.
            wanted.tm_isdst = -1
            let moment = Int64(mktime(&wanted)) * 1_000_000
            if moment > now { return moment }
        }
        return now + Timestamp.dayLength
    }

    private static func parts(of now: Int64) -> tm {
        var seconds = time_t(floorDivide(now, 1_000_000))
        var local = tm()
        localtime_r(&seconds, &local)
        return local
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
