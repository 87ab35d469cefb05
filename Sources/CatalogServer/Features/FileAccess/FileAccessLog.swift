import CatalogCore
import CatalogDatabase
package import Logging
import Synchronization

/// Which files were read through the server, and when: noted in memory, and written down every second, since a write for each
/// request would be one too many. A program that is killed loses that second.
package final class FileAccessLog: Sendable {
    /// Readings in one minute that are told from new ones; what comes beyond is counted each time.
    private static let readingsMax = 20_000
    /// Files that wait to be written down, which happens each second; what comes beyond is served all the same.
    private static let filesMax = 200_000
    /// Days that are kept, the longest period that statistics tell of and one more.
    private static let daysKept: Int64 = 367
    private static let minuteLength: Int64 = 60_000_000

    /// A reader of a file within a minute: a player that seeks reads one file, not a hundred.
    private struct Reading: Hashable {
        let user: UserID
        let entry: EntryID
    }

    private struct Notes {
        var minute: Int64 = 0
        var readings: Set<Reading> = []
        var accesses: [FileAccess.Key: FileAccess] = [:]

        mutating func add(_ access: FileAccess, filesMax: Int) {
            if let known = accesses[access.key] {
                accesses[access.key]?.count += access.count
                accesses[access.key]?.lastAt = max(known.lastAt, access.lastAt)
            } else if accesses.count < filesMax {
                accesses[access.key] = access
            }
        }
    }

    private let store: FileAccessStore
    private let time: TimeSource
    private let notes = Mutex(Notes())
    private let prunedDay = Mutex<Int64>(0)

    init(database: any Database, time: TimeSource) {
        store = FileAccessStore(database: database)
        self.time = time
    }

    /// Notes that a user reads files.
    func note(_ entries: some Sequence<EntryID>, by user: UserID) {
        let now = time.now
        let day = now - now % Timestamp.dayLength
        notes.withLock { notes in
            if notes.minute != now / Self.minuteLength {
                notes.minute = now / Self.minuteLength
                notes.readings.removeAll(keepingCapacity: true)
            }
            for entry in entries {
                let reading = Reading(user: user, entry: entry)
                if notes.readings.count < Self.readingsMax {
                    guard notes.readings.insert(reading).inserted else { continue }
                } else if notes.readings.contains(reading) {
                    continue
                }
                let key = FileAccess.Key(entryID: entry, day: day)
                notes.add(FileAccess(key: key, count: 1, lastAt: now), filesMax: Self.filesMax)
            }
        }
    }

    /// Writes what is noted now; whoever shows it calls this first.
    func write() async throws {
        let taken = notes.withLock { notes in
            defer { notes.accesses.removeAll(keepingCapacity: true) }
            return notes.accesses
        }
        guard !taken.isEmpty else { return }
        do { try await store.add(Array(taken.values)) } catch {
            // The database is away for a moment.
            notes.withLock { notes in for access in taken.values { notes.add(access, filesMax: Self.filesMax) } }
            throw error
        }
        try await prune()
    }

    /// The service that writes it down.
    ///
    /// - Parameter logger: where failures are written.
    package func writer(logger: Logger) -> PeriodicWrite {
        PeriodicWrite("which files were read", every: .seconds(1), logger: logger) { try await self.write() }
    }

    /// When a file was last read, in microseconds since 1970; nil for never.
    func lastAccess(to id: EntryID) async throws -> Int64? {
        let key = FileAccess.Key(entryID: id, day: time.now - time.now % Timestamp.dayLength)
        if let noted = notes.withLock({ $0.accesses[key]?.lastAt }) { return noted }
        return try await store.lastAccess(to: id)
    }

    /// Once a day.
    private func prune() async throws {
        let today = time.now / Timestamp.dayLength
        guard
            prunedDay.withLock({ day in
                defer { day = today }
                return day != today
            })
        else { return }
        try await store.forget(before: (today - Self.daysKept) * Timestamp.dayLength)
    }
}

/// How often a file was read on a day.
struct FileAccess: Sendable {
    struct Key: Hashable, Sendable {
        let entryID: EntryID
        /// Its beginning, in microseconds since 1970.
        let day: Int64
    }

    let key: Key
    var count: Int64 = 0
    /// Microseconds since 1970.
    var lastAt: Int64 = 0
}
