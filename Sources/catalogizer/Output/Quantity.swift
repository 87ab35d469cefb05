import CatalogCore

/// Numbers, sizes, durations and times in words.
enum Quantity {
    /// `12345` as `12,345`.
    static func count(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return value < 0 ? "-" + result : result
    }

    /// `1536` as `1.5 KiB`.
    static func bytes(_ value: Int64) -> String {
        guard value >= 1_024 else { return "\(value) B" }
        var amount = Double(value)
        var unit = 0
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        while amount >= 1_023.95 && unit < units.count - 1 {
            amount /= 1_024
            unit += 1
        }
        return "\(tenths(amount)) \(units[unit])"
    }

    /// `3.9 s`, `2 min 5 s`, `1 h 4 min`.
    static func duration(seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        if seconds < 60 { return "\(tenths(seconds)) s" }
        return whole < 3_600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3_600) h \(whole % 3_600 / 60) min"
    }

    /// RFC 3339, or a dash.
    static func time(_ microseconds: Int64?) -> String {
        microseconds.map(Timestamp.text(microseconds:)) ?? "-"
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
