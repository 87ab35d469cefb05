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

    package let id: JobID
    package let rootID: RootID
    package let rootName: String
    package let protocolName: String
    package let type: String
    package let maxDepth: Int?
    package let confirmsRemovals: Bool
    package let removalState: RemovalState
    package let removalReason: String?
    package let removalsParked: Int
    package let entriesBefore: Int
    package let counts: ScanCounts
    package let currentPath: String?
    /// `queued`, `running`, `completed`, `needs_confirmation`, `failed` or `cancelled` (rulings 43 and 45).
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
    }
}

/// A row of a scan's error list.
package struct ScanErrorEntry: Sendable {
    package let path: String
    package let code: String
    package let message: String
    /// Microseconds since 1970.
    package let at: Int64
}
