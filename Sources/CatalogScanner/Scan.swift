package import CatalogCore
import CatalogDatabase

/// A scan as the catalog knows it: its job, its counts, and what became of its removals.
package struct Scan: Sendable {
    /// What became of entries that the scan did not find.
    package enum RemovalState: String, Sendable {
        /// Nothing waits: they were removed, or there were none.
        case none = ""
        case needsConfirmation = "needs_confirmation"
        case confirmed
        case discarded
    }

    /// The id of its job, which clients know as the job's too.
    package let id: JobID
    /// The storage root that it looks at.
    package let rootID: RootID
    /// The root's name as it is now, not as it was at the scan.
    package let rootName: String
    /// The protocol of the root: `local` in this version.
    package let protocolName: String
    /// The directory that it looks at, in text form below the root; nil for the whole root.
    package let path: String?
    /// How closely it looks: the raw value of a `ScanType`.
    package let type: String
    /// Directories below each other that it enters; nil means as the root says.
    package let maxDepth: Int?
    /// Whether removals are applied without waiting for a person.
    package let confirmsRemovals: Bool
    /// What became of the entries that it did not find.
    package let removalState: RemovalState
    /// Why removals wait, for a person to read; nil while none were parked.
    package let removalReason: String?
    /// Entries that the parked removals would take, with everything below them.
    package let removalsParked: Int
    /// Entries of the root, or below `path`, before the scan; 0 at the first one.
    package let entriesBefore: Int
    /// What it has counted so far.
    package let counts: ScanCounts
    /// Where it is, in text form below the root; nil before its first report.
    package let currentPath: String?
    /// `queued` (its job is `pending`), `running`, `completed`, `needs_confirmation` (its removals wait for a person),
    /// `failed` or `cancelled`.
    package let status: String
    /// Microseconds since 1970, as all times here.
    package let requestedAt: Int64
    package let startedAt: Int64?
    package let endedAt: Int64?
    package let errorMessage: String?
    package let updatedAt: Int64

    /// 0 to 100, or nil while nobody can know.
    package var percent: Int? {
        if status == "completed" || status == "needs_confirmation" { return 100 }
        return entriesBefore > 0 ? min(100, counts.entriesFound * 100 / entriesBefore) : nil
    }

    /// Whether the scan will not go on by itself.
    package var isOver: Bool { status != "queued" && status != "running" }

    /// Columns as in `ScanQueries.scanColumns`.
    init(row: SQLRow) {
        id = row.integer(0)
        rootID = row.integer(1)
        rootName = row.text(2)
        protocolName = row.text(3)
        type = row.text(4)
        maxDepth = row.optionalInteger(5).map { Int($0) }
        confirmsRemovals = row.bool(6)
        removalState = RemovalState(rawValue: row.text(7)) ?? .none
        removalReason = row.optionalText(8)
        removalsParked = Int(row.integer(9))
        entriesBefore = Int(row.integer(10))
        var counts = ScanCounts()
        counts.entriesFound = Int(row.integer(11))
        counts.directoriesListed = Int(row.integer(12))
        counts.added = Int(row.integer(13))
        counts.updated = Int(row.integer(14))
        counts.removed = Int(row.integer(15))
        counts.errors = Int(row.integer(16))
        counts.moved = Int(row.integer(27))
        self.counts = counts
        currentPath = row.optionalText(17)
        let jobStatus = row.text(18)
        status =
            jobStatus == "pending"
            ? "queued"
            : jobStatus == "completed" && removalState == .needsConfirmation ? removalState.rawValue : jobStatus
        requestedAt = row.integer(19)
        startedAt = row.optionalInteger(20)
        endedAt = row.optionalInteger(21)
        errorMessage = row.optionalText(22)
        updatedAt = row.integer(24)
        path = row.optionalText(26)
    }
}

extension Scan {
    /// Milliseconds of work, until `now` while it goes on.
    package func elapsedMilliseconds(now: Int64) -> Int64 {
        startedAt.map { max(0, (endedAt ?? now) - $0) / 1_000 } ?? 0
    }

    /// The average over the whole scan.
    package func entriesPerSecond(now: Int64) -> Int64 {
        let elapsed = elapsedMilliseconds(now: now)
        return elapsed > 0 ? Int64(counts.entriesFound) * 1_000 / elapsed : 0
    }
}

/// A row of a scan's error list.
package struct ScanErrorEntry: Sendable {
    /// The place in text form, below the root.
    package let path: String
    /// What went wrong: the raw value of a `CatalogError.Code`.
    package let code: String
    /// The same for a person to read; safe to show.
    package let message: String
    /// Microseconds since 1970.
    package let at: Int64
}
