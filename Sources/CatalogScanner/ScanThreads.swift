package import CatalogCore
import CatalogJobs
package import CatalogStorage

/// What scans run on.
package struct ScanThreads: Sendable {
    /// For all that blocks but the walk; a scan holds one of these threads at a time.
    let pool: BlockingPool
    /// Setting `scan.concurrency`: directories that one scan lists at the same time, each on a thread of the scan's own; more of
    /// them where the storage gains from that.
    let directoriesAtOnce: Int
    /// For the content of files.
    let storage: BlockingPool
    /// What a scan lets pass before each piece of its writing.
    let reads: ForegroundReads
    /// Places of scans of whole roots, which may take hours where a storage is slow: those of a few directories have others.
    let wholeScans: JobSlots

    /// - Parameters:
    ///   - pool: has a thread for each scan that may run at the same time.
    ///   - wholeAtOnce: whole roots that are scanned at the same time.
    ///   - storage: threads for calls to storages; nil for the same ones.
    package init(
        pool: BlockingPool, storage: BlockingPool? = nil, directoriesAtOnce: Int, wholeAtOnce: Int = .max,
        reads: ForegroundReads = ForegroundReads()
    ) {
        self.pool = pool
        self.storage = storage ?? pool
        self.reads = reads
        self.directoriesAtOnce = max(directoriesAtOnce, 1)
        wholeScans = JobSlots(wholeAtOnce)
    }
}
