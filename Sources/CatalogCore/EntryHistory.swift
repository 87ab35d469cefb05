/// What happened to files and links in some time.
package struct EntryHistory: Sendable, Equatable {
    /// Those that are new, or came back.
    package var addedFiles: Int64 = 0
    package var addedBytes: Int64 = 0
    /// Those that are not there any more.
    package var removedFiles: Int64 = 0
    package var removedBytes: Int64 = 0
    /// Those with another size or time than before, and how much larger they are together; below 0 when smaller.
    package var changedFiles: Int64 = 0
    package var changedBytes: Int64 = 0
    /// Those with another name or directory than before. What came from another root is among those that are new, too, and was removed
    /// there.
    package var movedFiles: Int64 = 0

    /// A time in which nothing happened.
    package init() {}

    /// Whether nothing happened.
    package var isEmpty: Bool { self == EntryHistory() }

    /// How many more files there are by it.
    package var netFiles: Int64 { addedFiles - removedFiles }

    /// How many more bytes there are by it.
    package var netBytes: Int64 { addedBytes - removedBytes + changedBytes }

    /// Microseconds of an hour.
    package static let hourLength: Int64 = 3_600_000_000
    /// The shortest part of time of which history tells apart what happened, in microseconds: a tenth of a second.
    private static let momentLength: Int64 = 100_000
    /// For how long it does; what is older is told by the hour. Microseconds.
    private static let momentsKept = 48 * hourLength

    /// The start of the hour that a time is in; both in microseconds since 1970.
    package static func hour(of time: Int64) -> Int64 { floor(time, to: hourLength) }

    /// The start of the part of time in which history has what happened at a time: of a moment, or of an hour for what is long ago. All in
    /// microseconds since 1970.
    package static func start(of time: Int64, now: Int64) -> Int64 {
        floor(time, to: time < momentsBegin(now: now) ? hourLength : momentLength)
    }

    /// What happened before this time is told by the hour, which it is the start of.
    package static func momentsBegin(now: Int64) -> Int64 { hour(of: now - momentsKept) }

    private static func floor(_ time: Int64, to length: Int64) -> Int64 {
        let passed = time % length
        return time - (passed < 0 ? passed + length : passed)
    }
}
