import CatalogCore

/// How the catalog grew, month by month (UTC), and by what share.
package struct GrowthHistory: Sendable, Equatable {
    /// One month.
    package struct Month: Sendable, Equatable {
        /// As `2024-01`.
        package let name: String
        package let filesAdded: Int64
        package let bytesAdded: Int64
        /// What there was at its end; now, for the month that is not over.
        package let totals: EntryTotals
    }

    /// The oldest first; a month in which nothing happened is there too.
    package let months: [Month]
    /// Files that were added, in percent of those that there were before the first month; 0 when there were none.
    package let fileRate: Double
    /// The same of bytes.
    package let sizeRate: Double

    /// The mean of both.
    package var totalRate: Double { Self.cut((fileRate + sizeRate) / 2) }

    /// - Parameters:
    ///   - hours: what happened in each hour, in order, from the first month on.
    ///   - totals: what there is now.
    ///   - count: months, the one of `now` included; at least 1.
    ///   - now: microseconds since 1970.
    init(_ hours: [(start: Int64, history: EntryHistory)], totals: EntryTotals, months count: Int, now: Int64) {
        let last = Timestamp.month(microseconds: now)
        let first = Self.firstMonth(of: count, now: now)
        var changes: [Int64: EntryHistory] = [:]
        for hour in hours {
            // A clock that was put back does not lose what happened before.
            let month = min(last, Timestamp.month(microseconds: hour.start))
            changes[month, default: EntryHistory()].add(hour.history)
        }
        var (current, months) = (totals, [Month]())
        for month in (first...last).reversed() {
            let change = changes[month] ?? EntryHistory()
            let name = String(Timestamp.text(microseconds: Timestamp.start(ofMonth: month)).prefix(7))
            months.append(
                Month(name: name, filesAdded: change.addedFiles, bytesAdded: change.addedBytes, totals: current))
            current.files -= change.netFiles
            current.bytes -= change.netBytes
        }
        self.months = months.reversed()
        fileRate = Self.percent(months.reduce(0) { $0 + $1.filesAdded }, of: current.files)
        sizeRate = Self.percent(months.reduce(0) { $0 + $1.bytesAdded }, of: current.bytes)
    }

    /// The first of `count` months, as `Timestamp.month` counts them.
    static func firstMonth(of count: Int, now: Int64) -> Int64 {
        Timestamp.month(microseconds: now) - Int64(count) + 1
    }

    private static func percent(_ part: Int64, of whole: Int64) -> Double {
        whole > 0 ? cut(Double(part) / Double(whole) * 100) : 0
    }

    /// Two decimals, as all shares in the API.
    private static func cut(_ value: Double) -> Double {
        (value * 100).rounded(.towardZero) / 100
    }
}

extension EntryHistory {
    /// Counts what happened in another time too.
    mutating func add(_ other: EntryHistory) {
        addedFiles += other.addedFiles
        addedBytes += other.addedBytes
        removedFiles += other.removedFiles
        removedBytes += other.removedBytes
        changedFiles += other.changedFiles
        changedBytes += other.changedBytes
        movedFiles += other.movedFiles
    }
}
