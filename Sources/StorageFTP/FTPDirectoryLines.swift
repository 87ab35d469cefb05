import CatalogCore
import CatalogStorage

/// The lines of `LIST`, which no standard describes: those of `ls -l`, which nearly every server imitates, and those of `dir`, which
/// servers on Windows send. Times are to the minute or the day, and count as UTC.
struct FTPDirectoryLines {
    /// Nanoseconds since 1970: `ls` leaves the year out of what is younger than half a year.
    let now: Int64

    /// - Returns: nil for `total 12`, for the directory itself and its parent.
    /// - Throws: `CatalogError.dataLoss`.
    func parse(_ line: ArraySlice<UInt8>) throws -> FTPLine? {
        let fields = Self.fields(line)
        if fields.count <= 2, fields.first.map({ text($0, line) }) == "total" { return nil }
        guard let found = try unix(line, fields) ?? windows(line, fields) else { throw FTPListing.unreadable(line) }
        let isOfDirectory = found.name.elementsEqual(".".utf8) || found.name.elementsEqual("..".utf8)
        return isOfDirectory ? nil : found
    }

    /// `-rw-r--r--   1 owner group   4096 Nov 26 22:13 name`; owner or group may be missing.
    private func unix(_ line: ArraySlice<UInt8>, _ fields: [Range<Int>]) throws -> FTPLine? {
        guard let first = fields.first, first.count >= 10, let type = line.first else { return nil }
        // The first month with a number before it and a day and a time behind it.
        for index in fields.indices.dropFirst(2) where index + 2 < fields.count {
            guard let month = Self.months[text(fields[index], line).lowercased()],
                let size = Int64(text(fields[index - 1], line)), let day = Int64(text(fields[index + 1], line)),
                let time = time(month: month, day: day, text(fields[index + 2], line))
            else { continue }
            // One blank ends the time; more of them belong to the name.
            var name = line[min(fields[index + 2].upperBound + 1, line.endIndex)...]
            let kind: EntryKind? =
                switch type {
                case UInt8(ascii: "-"): .file
                case UInt8(ascii: "d"): .directory
                case UInt8(ascii: "l"): .link
                default: nil
                }
            if kind == .link { name = Self.withoutTarget(name) }
            return FTPLine(name: name, entry: entry(kind, size: size, time))
        }
        return nil
    }

    /// `11-26-26  10:13PM       <DIR>          name`, or with four digits of the year, or 24 hours.
    private func windows(_ line: ArraySlice<UInt8>, _ fields: [Range<Int>]) throws -> FTPLine? {
        guard fields.count >= 4 else { return nil }
        let date = text(fields[0], line).split(separator: "-").compactMap { Int64($0) }
        let clock = text(fields[1], line).uppercased()
        let hours = clock.prefix(5).split(separator: ":").compactMap { Int64($0) }
        guard date.count == 3, hours.count == 2 else { return nil }
        let hour = clock.hasSuffix("M") ? hours[0] % 12 + (clock.hasSuffix("PM") ? 12 : 0) : hours[0]
        let year = date[2] < 70 ? 2_000 + date[2] : date[2] < 100 ? 1_900 + date[2] : date[2]
        let time = Timestamp.nanoseconds(
            year: year, month: date[0], day: date[1], hour: hour, minute: hours[1], second: 0)
        let what = text(fields[2], line)
        let kind: EntryKind = what == "<DIR>" ? .directory : what.hasPrefix("<") ? .link : .file
        guard let time, kind != .file || Int64(what) != nil else { return nil }
        return FTPLine(name: line[fields[3].lowerBound...], entry: entry(kind, size: Int64(what) ?? 0, time))
    }

    private func entry(_ kind: EntryKind?, size: Int64, _ time: Int64) -> StorageEntry? {
        var entry = kind.map { StorageEntry(kind: $0) }
        entry?.modifiedNS = time
        if kind == .file { entry?.sizeBytes = size }
        return entry
    }

    /// - Parameter last: `22:13`, of the last twelve months, or a year.
    private func time(month: Int64, day: Int64, _ last: String) -> Int64? {
        let parts = last.split(separator: ":").compactMap { Int64($0) }
        if parts.count == 1, !last.contains(":") {
            return Timestamp.nanoseconds(year: parts[0], month: month, day: day, hour: 0, minute: 0, second: 0)
        }
        guard parts.count == 2 else { return nil }
        let year = Timestamp.year(microseconds: now / 1_000)
        let at = { (year: Int64) in
            Timestamp.nanoseconds(year: year, month: month, day: day, hour: parts[0], minute: parts[1], second: 0)
        }
        // A day more: the server's clock and time zone are its own.
        if let time = at(year), time <= now + 86_400_000_000_000 { return time }
        return at(year - 1)
    }

    private static let months: [String: Int64] = [
        "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
        "dec": 12,
    ]

    private static func withoutTarget(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        name.firstRange(of: Array(" -> ".utf8)).map { name[..<$0.lowerBound] } ?? name
    }

    private func text(_ field: Range<Int>, _ line: ArraySlice<UInt8>) -> String {
        String(decoding: line[field], as: UTF8.self)
    }

    /// Where the words of a line are; the name needs no more than its first one.
    private static func fields(_ line: ArraySlice<UInt8>) -> [Range<Int>] {
        line.split(separator: UInt8(ascii: " "), maxSplits: 12).map { word in
            let end = word.firstIndex(of: UInt8(ascii: " ")) ?? word.endIndex
            return word.startIndex..<end
        }
    }
}

extension Timestamp {
    /// Nanoseconds since 1970 (UTC); nil for what no calendar has, and for what such a number cannot hold.
    static func nanoseconds(
        year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64
    ) -> Int64? {
        let time = microseconds(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        guard let (nanoseconds, overflows) = time?.multipliedReportingOverflow(by: 1_000), !overflows else {
            return nil
        }
        return nanoseconds
    }
}
