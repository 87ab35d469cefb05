import CatalogCore
import CatalogDatabase
import CatalogJobs

/// What may be read of a root, what was read of it, and what waits.
extension HashStore {
    /// What came of asking for bytes of a day.
    struct Taken {
        let limits: HashLimits
        /// How many there are, at most as many as were asked for.
        let bytes: Int64
        /// Of the day, these included.
        let bytesRead: Int64
    }

    /// Takes bytes of a day, as many as there are. For a thread that may block.
    func takeBlocking(_ bytes: Int64, in root: RootID, on day: Int64) throws -> Taken {
        try database.writeBlocking { connection in
            let limits = try connection.firstRow(HashQueries.limits, [.integer(root)], HashLimits.init(row:))
            let values: [SQLValue] = [.integer(root), .integer(day)]
            // The row is this transaction's from here on, so nobody else takes the same bytes.
            let read = try connection.firstRow(HashQueries.bytesReadOn, values) { $0.integer(0) } ?? 0
            let left = limits?.bytesPerDay.map { max(0, $0 - read) } ?? bytes
            let taken = min(bytes, left)
            if taken > 0 { try connection.execute(HashQueries.addToDay, values + [.integer(taken)]) }
            return Taken(limits: limits ?? HashLimits(), bytes: taken, bytesRead: read + taken)
        }
    }

    /// What is asked for of a root now.
    func limits(of root: RootID) async throws -> HashLimits {
        try await database.read { connection in
            try connection.firstRow(HashQueries.limits, [.integer(root)], HashLimits.init(row:))
                ?? HashLimits()
        }
    }

    /// Counts bytes of a day, or gives some back, and forgets the days before. For a thread that may block.
    func addRead(_ bytes: Int64, in root: RootID, on day: Int64) throws {
        try database.writeBlocking { connection in
            try connection.execute(HashQueries.addToDay, [.integer(root), .integer(day), .integer(bytes)])
            // Nodes with other clocks may still be in the day before.
            try connection.execute(HashQueries.forgetDays, [.integer(root), .integer(day - 2)])
        }
    }

    /// Notes what a job waits for.
    ///
    /// - Parameter pending: bytes that it knows that it has to read.
    func pause(_ run: JobID, _ pause: HashPause, pending: Int64) async throws {
        let values: [SQLValue] = [.integer(run), .text(pause.reason.rawValue), .integer(pending)]
        _ = try await database.write { try $0.execute(HashQueries.pause, values) }
    }

    /// The files of a root that were read in part, if they have not changed, as far as the catalog knows.
    func parts(in root: RootID) async throws -> [EntryID: HashPart] {
        try await database.read { connection in
            let rows = try connection.rows(HashQueries.parts, [.integer(root)]) { row in
                (row.integer(0), HashPart(offset: row.integer(1), state: row.bytes(2)))
            }
            return Dictionary(rows) { first, _ in first }
        }
    }

    /// Notes how far a file was read.
    func keep(_ part: HashPart, of file: HashCandidate, in root: RootID, on connection: any SQLConnection) throws {
        try connection.execute(
            HashQueries.keepPart,
            [
                .integer(file.id), .integer(root), .integer(file.sizeBytes), .integer(file.modifiedNS),
                .integer(part.offset), .blob(part.state),
            ])
    }

    /// Forgets them, when everything is read.
    func forgetParts(of root: RootID) async throws {
        _ = try await database.write { try $0.execute(HashQueries.forgetParts, [.integer(root)]) }
    }

    /// Where the hashing of every root stands.
    func activities() async throws -> [RootID: HashActivity] {
        let now = time.now
        return try await database.read { connection in
            let day = SQLValue.integer(LocalTime(microseconds: now).day)
            let rows = try connection.rows(HashQueries.activities, [day]) {
                ($0.integer(0), HashActivity(row: $0, now: now))
            }
            return Dictionary(rows) { first, _ in first }
        }
    }
}

extension HashLimits {
    /// Columns as in `HashQueries.limits`.
    fileprivate init(row: SQLRow) {
        self.init(window: row.optionalText(0).flatMap(DailyWindow.init), bytesPerDay: row.optionalInteger(1))
    }
}

/// Where the hashing of a root stands.
package struct HashActivity: Sendable, Equatable {
    /// What it does.
    package enum State: String, Sendable, CaseIterable {
        /// Nobody wants files of this root to be read.
        case off
        /// Nothing is left to read, or what is left could not be read.
        case idle
        case queued, running
        case waitingForWindow = "waiting_for_window"
        case waitingForBudget = "waiting_for_budget"
    }

    /// What the hashing of the root does now.
    package let state: State
    /// When it goes on, in microseconds since 1970; nil unless it waits.
    package let nextAt: Int64?
    /// Bytes of today; of a job that runs a little more than it has read.
    package let bytesReadToday: Int64
    /// Bytes that a job that waits knows that it has to read; nil for any other.
    package let pendingBytes: Int64?

    /// Columns as in `HashQueries.activities`.
    fileprivate init(row: SQLRow, now: Int64) {
        bytesReadToday = row.integer(6)
        let reason = row.optionalText(4).flatMap(HashPause.Reason.init)
        let status = row.optionalText(2).flatMap(Job.Status.init)
        guard row.bool(1), status == .pending, let reason, let runAt = row.optionalInteger(3), runAt > now else {
            state = row.bool(1) ? status == nil ? .idle : status == .running ? .running : .queued : .off
            (nextAt, pendingBytes) = (nil, nil)
            return
        }
        state = reason == .window ? .waitingForWindow : .waitingForBudget
        (nextAt, pendingBytes) = (runAt, row.optionalInteger(5))
    }
}
