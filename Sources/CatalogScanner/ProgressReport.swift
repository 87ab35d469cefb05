import CatalogCore
import CatalogDatabase

/// Tells the row of a scan, and whoever listens, how far it is.
struct ProgressReport: Sendable {
    private let root: ScanRoot
    private let scan: ScanContext
    private let store: ScanStore
    private let publish: @Sendable (ScanProgress) -> Void
    private let startedAt: Int64
    /// Entries of the root before this scan.
    var entriesBefore = 0
    /// Counts of the walks that are over.
    var counts = ScanCounts()

    init(root: ScanRoot, scan: ScanContext, store: ScanStore, publish: @escaping @Sendable (ScanProgress) -> Void) {
        self.root = root
        self.scan = scan
        self.store = store
        self.publish = publish
        startedAt = scan.time.now
    }

    mutating func add(_ other: ScanCounts) {
        counts.entriesFound += other.entriesFound
        counts.directoriesListed += other.directoriesListed
        counts.added += other.added
        counts.updated += other.updated
        counts.removed += other.removed
        counts.moved += other.moved
        counts.errors += other.errors
    }

    /// Entries that were taken for new ones have moved.
    mutating func note(_ moves: MoveCounts) {
        counts.added -= moves.moved
        counts.moved += moves.moved
        counts.removed += moves.removed
    }

    /// Goes on from what an interrupted run of the same scan has written; what it saw is seen again.
    mutating func begin(_ beginning: ScanStore.Beginning) {
        entriesBefore = beginning.entriesBefore
        counts = beginning.counts
        startAgain()
    }

    /// What the brake compares removals with. A first scan that goes on after an interruption has nothing but what it found
    /// itself. Any other one must not take that: many new entries would make the loss of all old ones look small.
    var entriesToCompareWith: Int { entriesBefore > 0 ? entriesBefore : counts.entriesFound }

    /// A second walk of the same scan sees everything again, what it cannot read included.
    mutating func startAgain() {
        counts.entriesFound = 0
        counts.directoriesListed = 0
        counts.errors = 0
    }

    /// Writes the row of the scan.
    func save(path: String, on connection: any SQLConnection) throws {
        try store.saveProgress(scan.id, entriesBefore: entriesBefore, counts: counts, path: path, on: connection)
    }

    /// Tells whoever listens.
    func publish(path: String, status: String) {
        let seconds = max(1, (scan.time.now - startedAt) / 100_000)
        publish(
            ScanProgress(
                scanID: scan.id, rootID: root.id, rootName: root.name, status: status, entriesBefore: entriesBefore,
                counts: counts, currentPath: path, entriesPerSecond: counts.entriesFound * 10 / Int(seconds), error: nil
            ))
    }
}
