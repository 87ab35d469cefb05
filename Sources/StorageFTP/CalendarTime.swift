/// Days of the Gregorian calendar, without a time zone.
enum CalendarTime {
    private static let secondNS: Int64 = 1_000_000_000

    /// Nanoseconds since 1970 (UTC); nil for what no calendar has, and before 1970.
    static func nanoseconds(
        year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64
    ) -> Int64? {
        guard (1970...2200).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 * secondNS + second * secondNS
    }

    /// The year of a time in nanoseconds since 1970.
    static func year(of time: Int64) -> Int64 {
        var year = 1970 + time / (366 * 86_400 * secondNS)
        while days(year + 1, 1, 1) * 86_400 * secondNS <= time { year += 1 }
        return year
    }

    /// Days since 1970, by counting years from March on, so that leap days are the last of a year.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (shifted, monthFromMarch) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let leapDays = shifted / 4 - shifted / 100 + shifted / 400
        return shifted * 365 + leapDays + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
    }
}
