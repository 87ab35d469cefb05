package import CatalogCore
package import CatalogStorage

/// What scans run on.
package struct ScanThreads: Sendable {
    /// For all that blocks but the walk; a scan holds one of these threads at a time.
    let pool: BlockingPool
    /// Setting `scan.concurrency`: directories that one scan lists at the same time, each on a thread of the scan's own; more of
    /// them where the storage gains from that.
    let directoriesAtOnce: Int
    /// What a scan lets pass before each piece of its writing.
    let reads: ForegroundReads

    /// - Parameter pool: has a thread for each scan that may run at the same time.
    package init(pool: BlockingPool, directoriesAtOnce: Int, reads: ForegroundReads = ForegroundReads()) {
        self.pool = pool
        self.reads = reads
        self.directoriesAtOnce = max(directoriesAtOnce, 1)
    }
}
