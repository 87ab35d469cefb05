package import CatalogCore

/// How far a scan is, told about once a second while it runs and once at its end.
package struct ScanProgress: Sendable, Equatable, Codable {
    /// The id of the scan and of its job.
    package var scanID: JobID
    /// The storage root that is being scanned.
    package var rootID: RootID
    /// The root's name, for listeners that know no ids.
    package var rootName: String
    /// `running`, and at the end `completed`, `needs_confirmation`, `failed` or `cancelled`.
    package var status: String
    /// Entries of the root before this scan; 0 at the first one, when no percentage can be known.
    package var entriesBefore: Int
    package var counts: ScanCounts
    /// Where it is now, in text form.
    package var currentPath: String
    /// Entries per second since this run of the scan began.
    package var entriesPerSecond: Int
    /// Why it failed, for a person to read; nil while nothing is known of that.
    package var error: String?

    /// 0 to 100, or nil while nobody can know.
    package var percent: Int? {
        entriesBefore > 0 ? min(100, counts.entriesFound * 100 / entriesBefore) : nil
    }
}

extension ScanProgress {
    /// What there is to tell of a scan that is over.
    init(_ scan: Scan, now: Int64) {
        self.init(
            scanID: scan.id, rootID: scan.rootID, rootName: scan.rootName, status: scan.status,
            entriesBefore: scan.entriesBefore, counts: scan.counts, currentPath: "",
            entriesPerSecond: Int(scan.entriesPerSecond(now: now)), error: scan.errorMessage)
    }
}

/// What a scan has counted so far.
package struct ScanCounts: Sendable, Equatable, Codable {
    /// Entries seen, directories included.
    package var entriesFound = 0
    package var directoriesListed = 0
    package var added = 0
    package var updated = 0
    package var removed = 0
    /// Entries that are somewhere else than before, or have another name.
    package var moved = 0
    package var errors = 0

    /// Nothing counted yet.
    package init() {}
}
