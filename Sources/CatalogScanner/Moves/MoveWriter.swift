import CatalogCore
import CatalogDatabase
import CatalogJobs

/// Writes down that entries are somewhere else now: their rows take the places of those that the scan took for new ones.
struct MoveWriter {
    /// Rows of one transaction, about.
    static let movesPerTransaction = 2_000

    let scan: ScanContext
    private var store: MoveStore { MoveStore(scan: scan) }

    init(scan: ScanContext) {
        self.scan = scan
    }

    /// Moves files and links. Blocks.
    ///
    /// - Parameter seen: how many writes from beside scans there were before the rows were read: nobody has changed them if there are as
    ///   many now.
    /// - Returns: how many it moved; what somebody has changed meanwhile stays as it is.
    func move(_ moves: [Move], seen: Int64) throws -> Int {
        var count = 0
        var start = 0
        while start < moves.count {
            try scan.stop.check()
            let part = moves[start..<min(start + Self.movesPerTransaction, moves.count)]
            start = part.endIndex
            let roots = Set(part.flatMap { [$0.old.rootID, $0.new.rootID] })
            count += try inTransaction(with: roots) { connection, ledgers, writes in
                try move(part, isFresh: writes == seen, connection, &ledgers)
            }
        }
        return count
    }

    private func move(
        _ moves: ArraySlice<Move>, isFresh: Bool, _ connection: any SQLConnection, _ ledgers: inout MoveLedgers
    ) throws -> Int {
        var shrunk: [EntryID: DirectorySums] = [:]
        var count = 0
        for move in moves {
            let isOwn = move.old.rootID == scan.rootID && move.new.rootID == scan.rootID
            guard try isFresh && isOwn || isUnchanged(move, connection) else { continue }
            count += 1
            try store.place(move, on: connection)
            ledgers.note(move)
            if let parent = move.old.parentID, !move.old.isMissing {
                shrunk[parent, default: DirectorySums()].add(kind: move.old.kind, size: move.old.size)
            }
        }
        for (directory, sums) in shrunk { try scan.entries.shrink(directory, by: sums, on: connection) }
        return count
    }

    private func isUnchanged(_ move: Move, _ connection: any SQLConnection) throws -> Bool {
        try store.entry(move.old.id, on: connection) == move.old
            && store.entry(move.new.id, on: connection) == move.new
    }

    /// Runs `body` as the only one who changes entries of these roots.
    ///
    /// - Returns: what it made, as it says.
    func inTransaction<Count>(
        with roots: Set<RootID>, _ body: (any SQLConnection, inout MoveLedgers, _ writes: Int64) throws -> Count
    ) throws -> Count {
        try scan.database.writeBlocking { connection in
            var ledgers = MoveLedgers()
            var writes: Int64 = 0
            // In one order for all, or two scans could wait for each other.
            for root in roots.union([scan.rootID]).sorted() {
                let turn = SideWriteStore(rootID: root)
                if root == scan.rootID {
                    writes = try turn.takeTurn(on: connection)
                } else {
                    _ = try turn.countWrite(on: connection)
                }
            }
            let count = try body(connection, &ledgers, writes)
            try scan.lease.require(on: connection)
            try ledgers.write(first: scan.rootID, now: scan.time.now, connection)
            return count
        }
    }
}

/// What follows the entries, for each root that a transaction of moves has to do with.
struct MoveLedgers {
    private var ledgers: [RootID: ChangeLedger] = [:]

    /// Notes a move of either kind: within a root, or from one to another.
    mutating func note(_ move: Move) {
        let (old, new) = (move.old, move.new)
        if old.rootID != new.rootID, !old.isMissing {
            old.name.withUnsafeBytes {
                ledgers[old.rootID, default: ChangeLedger()].removed(old.id, old.kind, name: $0, bytes: old.size)
            }
        }
        ledgers[new.rootID, default: ChangeLedger()].moved(move)
    }

    /// The ledger of one root.
    subscript(root: RootID) -> ChangeLedger {
        get { ledgers[root, default: ChangeLedger()] }
        set { ledgers[root] = newValue }
    }

    /// - Parameter first: the root that entries leave; an index that follows must hear of that before it hears where they are.
    mutating func write(first: RootID, now: Int64, _ connection: any SQLConnection) throws {
        for root in ledgers.keys.sorted(by: { ($0 == first ? 0 : 1, $0) < ($1 == first ? 0 : 1, $1) }) {
            try ledgers[root]?.write(root: root, now: now, connection)
        }
    }
}
