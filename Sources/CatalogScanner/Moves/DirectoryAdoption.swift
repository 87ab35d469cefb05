import CatalogCore
import CatalogDatabase
import CatalogJobs

/// Lets directories that were renamed or moved keep their ids, with all that lies below them.
///
/// The scan has found a new directory; the old one takes its place and what is in it. Names that both have are the same entries, whatever
/// else changed. Deepest first, so that an interrupted scan finds the rest again.
struct DirectoryAdoption {
    private let scan: ScanContext
    private let store: MoveStore
    private let writer: MoveWriter
    private let marks: MoveStore.Marks
    /// Old directories that are known to be new ones, also where their names say nothing.
    private let known: [EntryID: EntryID]
    private var plan: [(old: EntryID, new: EntryID)] = []
    private var planned: Set<EntryID> = []
    private var taken: Set<EntryID>

    /// - Parameter known: which old directories are which new ones.
    init(scan: ScanContext, marks: MoveStore.Marks, known: [EntryID: EntryID]) {
        self.scan = scan
        self.marks = marks
        self.known = known
        store = MoveStore(scan: scan)
        writer = MoveWriter(scan: scan)
        taken = Set(known.values)
    }

    /// Blocks.
    mutating func run() throws -> MoveCounts {
        try scan.database.readBlocking { connection in
            for (old, new) in known.sorted(by: { $0.key < $1.key }) { try plan(old, new, connection) }
        }
        var count = MoveCounts()
        for pair in plan {
            try scan.stop.check()
            count += try writer.inTransaction(with: []) { connection, ledgers, _ in
                try adopt(pair.old, pair.new, connection, &ledgers[scan.rootID])
            }
        }
        return count
    }

    private mutating func plan(_ old: EntryID, _ new: EntryID, _ connection: any SQLConnection) throws {
        guard planned.insert(old).inserted else { return }
        let candidates = try store.directories(in: new, on: connection).filter { marks.isNew($0.id) }
        for child in try store.directories(in: old, on: connection) {
            let same =
                candidates.first { $0.isSameFile(as: child) && !taken.contains($0.id) }
                ?? candidates.first { $0.name == child.name && !taken.contains($0.id) }
            guard let target = known[child.id] ?? same?.id else { continue }
            taken.insert(target)
            try plan(child.id, target, connection)
        }
        plan.append((old, new))
    }

    private func adopt(
        _ oldID: EntryID, _ newID: EntryID, _ connection: any SQLConnection, _ ledger: inout ChangeLedger
    ) throws -> MoveCounts {
        guard let old = try store.entry(oldID, on: connection), let new = try store.entry(newID, on: connection),
            !old.isMissing, !new.isMissing, old.rootID == new.rootID
        else { return MoveCounts() }
        let children = DirectoryChildren(
            old: try store.children(of: oldID, on: connection), new: try store.children(of: newID, on: connection))
        for move in children.moves {
            try store.place(move, on: connection)
            ledger.moved(move)
        }
        guard !children.hasReplacedDirectory else {
            // All that is left of it goes with the old directory or stays with it, as the brake says.
            try scan.entries.shrink(oldID, by: children.movedSums, on: connection)
            return MoveCounts(moved: children.moves.count)
        }
        let before = ledger.removedCount
        let kept = try settle(children, connection, &ledger)
        if let parent = old.parentID {
            try scan.entries.shrink(parent, by: DirectorySums(directories: 1), on: connection)
        }
        try store.handOver(from: newID, to: oldID, on: connection)
        // Searches know where a name is by the number of its directory.
        for child in children.others { ledger.touched(child) }
        try store.place(Move(old: old, new: new), on: connection)
        ledger.moved(Move(old: old, new: new))
        if kept != DirectorySums() { try scan.entries.shrink(oldID, by: kept.negated, on: connection) }
        return MoveCounts(moved: children.moves.count + 1, removed: ledger.removedCount - before)
    }

    /// What was in the old directory and is not in the new one is gone, which the brake has a say in; until then it stays where it was.
    ///
    /// - Returns: what stays.
    private func settle(
        _ children: DirectoryChildren, _ connection: any SQLConnection, _ ledger: inout ChangeLedger
    ) throws -> DirectorySums {
        var kept = DirectorySums()
        for entry in children.gone {
            if children.namesInNew.contains(entry.name) {
                // Another file, or something else, was put over it: it is replaced, not absent.
                try RemovalPhase(scan: scan).removeNow(entry.id, connection, &ledger)
            } else {
                try scan.scans.noteRemoval(of: entry.id, in: scan.id, on: connection)
                kept.add(kind: entry.kind, size: entry.size)
            }
        }
        return kept
    }
}

/// What is in an old directory and in the new one that is the same.
struct DirectoryChildren {
    /// Files and links that both have.
    let moves: [Move]
    /// What the new one does not have.
    let gone: [MovableEntry]
    /// What else is in the new one.
    let others: [EntryID]
    let namesInNew: Set<[UInt8]>
    /// Whether something else has the name of a directory that is gone. Both cannot be in one directory, and what was below it is for the
    /// brake to judge: the two directories stay two.
    let hasReplacedDirectory: Bool

    /// Directories that went into the new one before are among its children, and no longer among those of the old one.
    init(old: [MovableEntry], new: [MovableEntry]) {
        var pairing = Pairing(old: old, new: new.filter { $0.kind != .directory })
        pairing.pair(by: { $0.inode }) { $0.isSameFile(as: $1) }
        pairing.pair(by: { $0.name }) { $0.kind == $1.kind }
        pairing.pair(by: { $0.size }) { $0.isSameContent(as: $1) }
        moves = pairing.moves
        gone = pairing.old
        others = (pairing.new + new.filter { $0.kind == .directory }).map(\.id)
        let names = Set(new.map(\.name))
        namesInNew = names
        hasReplacedDirectory = gone.contains { $0.kind == .directory && names.contains($0.name) }
    }

    /// What the old directory loses by the moves.
    var movedSums: DirectorySums {
        moves.reduce(into: DirectorySums()) { $0.add(kind: $1.old.kind, size: $1.old.size) }
    }

    /// Entries that have not found each other yet.
    private struct Pairing {
        var old: [MovableEntry]
        var new: [MovableEntry]
        var moves: [Move] = []

        /// Pairs those with the same key that pass the test.
        mutating func pair<Key: Hashable>(
            by key: (MovableEntry) -> Key, _ isSame: (MovableEntry, MovableEntry) -> Bool
        ) {
            guard !old.isEmpty, !new.isEmpty else { return }
            var free = Dictionary(grouping: new, by: key)
            var found: Set<EntryID> = []
            old.removeAll { entry in
                guard let index = free[key(entry)]?.firstIndex(where: { isSame(entry, $0) }),
                    let match = free[key(entry)]?.remove(at: index)
                else { return false }
                moves.append(Move(old: entry, new: match))
                found.insert(match.id)
                return true
            }
            new.removeAll { found.contains($0.id) }
        }
    }
}
