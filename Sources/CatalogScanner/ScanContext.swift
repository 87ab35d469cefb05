import CatalogCore
import CatalogDatabase
import CatalogJobs

/// What every phase of one scan works with.
struct ScanContext: Sendable {
    /// The id of the job and of the row in `scans`.
    let id: JobID
    let rootID: RootID
    let database: any Database
    let time: TimeSource
    let stop: StopSignal
    /// Asked in each transaction that changes entries.
    let lease: JobLease
    var changed = ChangedDirectories(areCounted: false)

    /// The rows of the root's entries.
    var entries: EntryStore { EntryStore(rootID: rootID, time: time, changed: changed) }

    /// The same while it is always this time, in microseconds since 1970.
    func entries(at now: Int64) -> EntryStore {
        EntryStore(rootID: rootID, time: TimeSource { now }, changed: changed)
    }

    /// Who else writes entries of the root.
    var sideWrites: SideWriteStore { SideWriteStore(rootID: rootID) }
    /// The scan's own rows.
    var scans: ScanStore { ScanStore(database: database, time: time) }
}
