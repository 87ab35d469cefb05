import CatalogCore
import CatalogDatabase
import CatalogSearch

/// The changes of names in one transaction, collected for the journal that search indexes follow.
struct NameJournalBatch {
    private var runs: [ClosedRange<EntryID>] = []
    var removed: [EntryID] = []
    var restored: [EntryID] = []

    /// Notes new ids; runs that touch become one.
    mutating func noteAdded(_ run: ClosedRange<EntryID>) {
        if let last = runs.last, last.upperBound + 1 == run.lowerBound {
            runs[runs.count - 1] = last.lowerBound...run.upperBound
        } else {
            runs.append(run)
        }
    }

    /// Writes what was collected and starts anew.
    mutating func write(root: RootID, now: Int64, _ connection: any SQLConnection) throws {
        for run in runs {
            try NameJournal.recordAdded(
                root: root, first: run.lowerBound, last: run.upperBound, in: connection, nowMicroseconds: now)
        }
        try NameJournal.recordRemoved(root: root, ids: removed, in: connection, nowMicroseconds: now)
        try NameJournal.recordRestored(root: root, ids: restored, in: connection, nowMicroseconds: now)
        self = NameJournalBatch()
    }
}
