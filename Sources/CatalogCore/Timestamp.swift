/// Times of the catalog: whole microseconds since 1970 in UTC, the unit of every `_us` column.
package enum Timestamp {
    /// RFC 3339 in UTC with whole seconds (`2024-01-15T10:30:00Z`), the form of the API. Years outside 0001 to 9999 are
    /// cut to that range, because the form has four digits.
    ///
    /// Written by hand: the standard formatter takes 3 µs, and a page holds 200 times.
    package static func text(microseconds: Int64) -> String {
        String(unsafeUninitializedCapacity: textBytes) { out in
            write(microseconds: microseconds, to: UnsafeMutableRawBufferPointer(out))
            return textBytes
        }
    }

    /// The same moment with a blank in the middle and no zone at the end (`2024-01-15 10:30:00`): what SMB browsing shows.
    package static func plainText(microseconds: Int64) -> String {
        String(text(microseconds: microseconds).dropLast().replacing("T", with: " "))
    }

    /// Bytes of that form.
    package static let textBytes = 20

    /// Writes that form, `textBytes` bytes of ASCII, to the start of `out`.
    package static func write(microseconds: Int64, to out: UnsafeMutableRawBufferPointer) {
        let seconds = floorDivide(microseconds, 1_000_000)
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        let days = floorDivide(clamped, 86_400)
        let (year, month, day) = civilDate(days: days)
        let second = Int(clamped - days * 86_400)
        let minute = second / 60
        let hour = minute / 60
        precondition(out.count >= textBytes)
        putTwoDigits(year / 100, to: out, at: 0)
        putTwoDigits(year % 100, to: out, at: 2)
        out[4] = UInt8(ascii: "-")
        putTwoDigits(month, to: out, at: 5)
        out[7] = UInt8(ascii: "-")
        putTwoDigits(day, to: out, at: 8)
        out[10] = UInt8(ascii: "T")
        putTwoDigits(hour, to: out, at: 11)
        out[13] = UInt8(ascii: ":")
        putTwoDigits(minute - hour * 60, to: out, at: 14)
        out[16] = UInt8(ascii: ":")
        putTwoDigits(second - minute * 60, to: out, at: 17)
        out[19] = UInt8(ascii: "Z")
    }

    private static func putTwoDigits(_ value: Int, to out: UnsafeMutableRawBufferPointer, at place: Int) {
        out[place] = UInt8(truncatingIfNeeded: 48 &+ value / 10)
        out[place + 1] = UInt8(truncatingIfNeeded: 48 &+ value % 10)
    }

    /// The form of HTTP header fields (RFC 9110 section 5.6.7): `Mon, 15 Jan 2024 10:30:00 GMT`.
    package static func httpDate(microseconds: Int64) -> String {
        let seconds = min(max(floorDivide(microseconds, 1_000_000), 0), 253_402_300_799)
        let days = floorDivide(seconds, 86_400)
        let (year, month, day) = civilDate(days: days)
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        var out: [UInt8] = Array("\(weekdays[Int(days % 7)]), ".utf8)
        appendDigits(day, 2, to: &out)
        out += Array(" \(months[month - 1]) ".utf8)
        appendDigits(year, 4, to: &out)
        let second = Int(seconds % 86_400)
        for (mark, part) in [(" ", second / 3_600), (":", second / 60 % 60), (":", second % 60)] {
            out += Array(mark.utf8)
            appendDigits(part, 2, to: &out)
        }
        return String(decoding: out, as: UTF8.self) + " GMT"
    }

    /// A time in that form or one of the two obsolete ones, `Monday, 15-Jan-24 10:30:00 GMT` and
    /// `Mon Jan 15 10:30:00 2024`; nil for anything else.
    package static func microseconds(httpDate text: String) -> Int64? {
        let parts = text.split { $0 == " " || $0 == ":" || $0 == "-" }
        guard parts.count == 7 || (parts.count == 8 && parts[7] == "GMT") else { return nil }
        // The oldest form has the month before the day, and the year at the end.
        let isOldest = parts.count == 7
        guard let month = months.firstIndex(where: { $0 == parts[isOldest ? 1 : 2] }),
            let day = number(parts[isOldest ? 2 : 1], 1...31), let hour = number(parts[isOldest ? 3 : 4], 0...23),
            let minute = number(parts[isOldest ? 4 : 5], 0...59),
            let second = number(parts[isOldest ? 5 : 6], 0...60),
            let written = number(parts[isOldest ? 6 : 3], 0...9_999)
        else { return nil }
        // The form with dashes has two digits of the year; the catalog knows no time before 1970.
        let isShort = text.contains("-")
        let year = isShort ? written + (written < 70 ? 2_000 : 1_900) : written
        guard year >= 1970, !isShort || written < 100 else { return nil }
        let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
        return (days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000
    }

    /// A time as RFC 3339 writes it, with any offset and any fraction of a second; nil for anything else, also for a day
    /// that no calendar has.
    package static func microseconds(rfc3339 text: String) -> Int64? {
        // Foundation's own reader takes more than the standard allows, and no fraction beside none.
        let pattern = /(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))/
            .asciiOnlyDigits()
        guard text.utf8.count <= 40, let parts = text.wholeMatch(of: pattern)?.output,
            let year = number(parts.1, 1...9_999), let month = number(parts.2, 1...12),
            let day = number(parts.3, 1...31), let hour = number(parts.4, 0...23),
            let minute = number(parts.5, 0...59), let second = number(parts.6, 0...60),
            let offsetHours = number(parts.9 ?? "0", 0...23), let offsetMinutes = number(parts.10 ?? "0", 0...59)
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        guard civilDate(days: days).day == Int(day) else { return nil }
        let offset = (offsetHours * 60 + offsetMinutes) * (parts.8 == "-" ? -60 : 60)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        let fraction = (parts.7.map(String.init) ?? "").millionths
        return seconds * 1_000_000 + fraction
    }

    /// A time of the Gregorian calendar (UTC); nil for what no calendar has, and outside of 1970 to 9999.
    package static func microseconds(
        year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64
    ) -> Int64? {
        guard (1970...9_999).contains(year), (1...12).contains(month), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second), (1...31).contains(day)
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        guard civilDate(days: days).day == Int(day) else { return nil }
        return (days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000
    }

    /// The year (UTC) of a time.
    package static func year(microseconds: Int64) -> Int64 {
        Int64(civilDate(days: floorDivide(microseconds, dayLength)).year)
    }

    /// Microseconds of a day.
    package static let dayLength: Int64 = 86_400_000_000

    /// The month (UTC) of a time, counted from January of the year 0: the next one is one more.
    package static func month(microseconds: Int64) -> Int64 {
        let date = civilDate(days: floorDivide(microseconds, dayLength))
        return Int64(date.year * 12 + date.month - 1)
    }

    /// When a month in that count begins (UTC), in microseconds since 1970.
    package static func start(ofMonth month: Int64) -> Int64 {
        let year = floorDivide(month, 12)
        return daysSince1970(year: year, month: month - year * 12 + 1, day: 1) * dayLength
    }

    private static func number(_ text: Substring, _ range: ClosedRange<Int64>) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text), range.contains(value)
        else { return nil }
        return value
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The other way round of `civilDate`, from the same source.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Days since 1970 to a date of the proleptic Gregorian calendar.
    /// *Source*: Howard Hinnant, "chrono-compatible low-level date algorithms".
    private static func civilDate(days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1))
    }

    /// The date and time of FAT file systems, in two numbers of 16 bits, for a time in microseconds since 1970: UTC, in steps of
    /// two seconds, from 1980 to 2107. *Source*: APPNOTE.TXT section 4.4.6.
    package static func fatTime(microseconds: Int64) -> (date: UInt16, time: UInt16) {
        let (first, last): (Int64, Int64) = (315_532_800, 4_354_819_199)
        let second = min(max(floorDivide(microseconds, 1_000_000), first), last)
        let (days, rest) = (floorDivide(second, 86_400), Int(second % 86_400))
        let (year, month, day) = civilDate(days: days)
        return (
            UInt16((year - 1980) << 9 | month << 5 | day),
            UInt16((rest / 3_600) << 11 | (rest / 60 % 60) << 5 | (rest % 60) / 2)
        )
    }

    private static func appendDigits(_ value: Int, _ width: Int, to out: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<max(width, 2) { divisor *= 10 }
        while divisor > 0 {
            out.append(UInt8(48 + value / divisor % 10))
            divisor /= 10
        }
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}

extension String {
    /// The digits behind a decimal point as millionths; what is smaller is cut off.
    fileprivate var millionths: Int64 {
        let digits = utf8.prefix(6)
        return digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
            * (0..<6 - digits.count).reduce(1) { product, _ in product * 10 }
    }
}
