import CatalogCore
import CatalogDatabase
import CatalogSearch

/// What one transaction changes in the entries of a root, collected for all that follows them: the journal of names for search indexes,
/// the groups of equal files, the counters of statistics, the history. Whoever writes, revives or removes a row of `entries` says so here.
struct ChangeLedger {
    private var addedRuns: [ClosedRange<EntryID>] = []
    private var removed: [EntryID] = []
    private var restored: [EntryID] = []
    /// New rows that were given up for old ones.
    private var replaced: [EntryID] = []
    /// Files of which there may be hashes.
    private var changedFiles: [EntryID] = []
    /// Those of them that may have other content with the same size and time.
    private var doubtedFiles: [EntryID] = []
    private var tally = EntryTally()
    private var history = EntryHistory()
    /// What is taken back of what happened at earlier times.
    private var corrections: [Int64: EntryHistory] = [:]

    /// How many entries were removed.
    var removedCount: Int { removed.count }

    /// New rows; each of them is counted too, with `count`. Runs that touch become one.
    mutating func added(_ run: ClosedRange<EntryID>) {
        if let last = addedRuns.last, last.upperBound + 1 == run.lowerBound {
            addedRuns[addedRuns.count - 1] = last.lowerBound...run.upperBound
        } else {
            addedRuns.append(run)
        }
    }

    /// An entry that there was not before.
    ///
    /// - Parameter bytes: the size of a file; what anything else says of itself does not count.
    mutating func count(_ kind: EntryKind, name: UnsafeRawBufferPointer, bytes: Int64) {
        tally.add(kind: kind, name: name, bytes: bytes)
        guard kind != .directory else { return }
        history.addedFiles += 1
        if kind == .file { history.addedBytes += bytes }
    }

    /// A tombstone that came back to life.
    mutating func revived(_ id: EntryID, _ kind: EntryKind, name: UnsafeRawBufferPointer, bytes: Int64) {
        restored.append(id)
        if kind == .file { changedFiles.append(id) }
        count(kind, name: name, bytes: bytes)
    }

    /// An entry with other attributes than before.
    ///
    /// - Parameters:
    ///   - bytes: its size, before and now.
    ///   - isDoubted: whether a file may have other content even if its size and its time are what they were.
    mutating func updated(
        _ id: EntryID, _ kind: EntryKind, name: UnsafeRawBufferPointer, bytes: (old: Int64, new: Int64),
        isDoubted: Bool
    ) {
        restored.append(id)
        if kind == .file { changedFiles.append(id) }
        if kind == .file, isDoubted { doubtedFiles.append(id) }
        tally.add(kind: kind, name: name, bytes: bytes.old, count: -1)
        tally.add(kind: kind, name: name, bytes: bytes.new)
        guard kind != .directory else { return }
        history.changedFiles += 1
        if kind == .file { history.changedBytes += bytes.new - bytes.old }
    }

    /// A directory with other times than before, or an entry in a directory that has another id now: searches show them.
    mutating func touched(_ entry: EntryID) {
        restored.append(entry)
    }

    /// An entry that became a tombstone.
    mutating func removed(_ id: EntryID, _ kind: EntryKind, name: UnsafeRawBufferPointer, bytes: Int64) {
        removed.append(id)
        if kind == .file { changedFiles.append(id) }
        tally.add(kind: kind, name: name, bytes: bytes, count: -1)
        guard kind != .directory else { return }
        history.removedFiles += 1
        if kind == .file { history.removedBytes += bytes }
    }

    /// An entry that took the place of one that was counted as new. What leaves another root by it is removed there.
    mutating func moved(_ move: Move) {
        let (old, new) = (move.old, move.new)
        replaced.append(new.id)
        restored.append(old.id)
        if new.kind == .file { changedFiles += [new.id, old.id] }
        if new.kind != .directory { history.movedFiles += 1 }
        guard old.rootID == new.rootID, !old.isMissing else { return }
        old.name.withUnsafeBytes { tally.add(kind: old.kind, name: $0, bytes: old.size, count: -1) }
        guard new.kind != .directory else { return }
        // It never was an addition; that it has another size, if so, is a change.
        let moment = EntryHistory.start(of: new.firstSeen, now: new.firstSeen)
        corrections[moment, default: EntryHistory()].addedFiles -= 1
        if new.size != old.size || new.modifiedNS != old.modifiedNS { history.changedFiles += 1 }
        guard new.kind == .file else { return }
        corrections[moment, default: EntryHistory()].addedBytes -= new.size
        history.changedBytes += new.size - old.size
    }

    /// Writes what was collected and starts anew.
    mutating func write(root: RootID, now: Int64, _ connection: any SQLConnection) throws {
        for run in addedRuns {
            try NameJournal.recordAdded(
                root: root, first: run.lowerBound, last: run.upperBound, in: connection, nowMicroseconds: now)
        }
        try NameJournal.recordRemoved(root: root, ids: removed + replaced, in: connection, nowMicroseconds: now)
        try NameJournal.recordRestored(root: root, ids: restored, in: connection, nowMicroseconds: now)
        try DuplicateGroupStore(now: now).follow(changedFiles, on: connection)
        try DuplicateGroupStore(now: now).doubt(doubtedFiles, on: connection)
        let counts = EntryCountStore(rootID: root)
        try counts.add(tally, on: connection)
        try counts.add(history, at: EntryHistory.start(of: now, now: now), on: connection)
        for (time, correction) in corrections.sorted(by: { $0.key < $1.key }) {
            try counts.add(correction, at: EntryHistory.start(of: time, now: now), on: connection)
        }
        self = ChangeLedger()
    }
}
