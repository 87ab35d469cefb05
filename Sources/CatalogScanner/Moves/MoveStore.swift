import CatalogCore
import CatalogDatabase

/// The rows that moves are about.
struct MoveStore {
    let scan: ScanContext

    /// Which ids are those of new entries.
    struct Marks {
        /// The first one that this scan may have given.
        let firstOfScan: EntryID
        /// The first one since the last scan that saw the whole root: what has come since then may be what is gone now, also when another
        /// scan has seen it before.
        let firstNew: EntryID
        /// The first one that this last scan may have given; nil when there is none.
        let firstSincePrevious: EntryID?
        /// The last one that anybody has given.
        let last: EntryID
        /// Microseconds since 1970.
        let oldest: Int64

        /// Microseconds: a day.
        private static let slowestMove: Int64 = 86_400_000_000

        /// - Parameter isWatched: whether what comes and goes was seen all the time.
        init(
            firstOfScan: EntryID, firstNew: EntryID, firstSincePrevious: EntryID?, last: EntryID, isWatched: Bool,
            now: Int64
        ) {
            (self.firstOfScan, self.firstNew, self.firstSincePrevious) = (firstOfScan, firstNew, firstSincePrevious)
            self.last = last
            oldest = isWatched ? now - Self.slowestMove : .min
        }

        func isNew(_ id: EntryID) -> Bool { id >= firstNew }

        /// Whether an entry that was not there at the last scan of the whole root may be another one that has moved. Where a root is
        /// watched that scan may be long ago, and what was copied then and is the only one now has a life of its own.
        func isNew(_ entry: MovableEntry) -> Bool { entry.id >= firstOfScan || entry.firstSeen >= oldest }
    }

    func marks() throws -> Marks? {
        try scan.database.readBlocking { connection in
            let last = try connection.firstRow(MoveQueries.lastID) { $0.integer(0) } ?? 0
            return try connection.firstRow(MoveQueries.firstIDs, [.integer(scan.id)]) { row in
                row.optionalInteger(0).map { first in
                    Marks(
                        firstOfScan: first, firstNew: row.optionalInteger(2) ?? first,
                        firstSincePrevious: row.optionalInteger(1), last: last, isWatched: row.integer(3) > 0,
                        now: scan.time.now)
                }
            } ?? nil
        }
    }

    // MARK: What is gone

    /// What this scan did not find; of a directory only itself.
    func vanished(atMost limit: Int) throws -> [MovableEntry] {
        try rows(MoveQueries.vanished, [.integer(scan.id), .integer(Int64(limit))])
    }

    /// The same with what lies below the directories, until there are `limit` of them.
    func vanishedTrees(atMost limit: Int) throws -> [MovableEntry] {
        var found = try vanished(atMost: limit)
        var next = 0
        while next < found.count, found.count < limit {
            let entry = found[next]
            next += 1
            guard entry.kind == .directory else { continue }
            found += try rows(MoveQueries.children, [.integer(entry.id)]).prefix(limit - found.count)
        }
        return found
    }

    /// Files that went missing some time ago, in any root, and may be among what is new.
    func tombstones(_ marks: Marks, atMost limit: Int) throws -> [MovableEntry] {
        // Beside a few new files nobody reads all that was ever removed, nor is some of it read when it is too much.
        let areFewNew = marks.last - marks.firstOfScan < Self.fewIDs
        if try areFewNew || hasMoreTombstones(than: limit) {
            return try rows(
                MoveQueries.tombstonesLikeNew,
                [.integer(marks.firstOfScan), .integer(scan.rootID), .integer(Int64(limit))])
        }
        return try rows(MoveQueries.tombstones, [.integer(Int64(limit))])
    }

    /// Directories, links and empty files that went missing in any root and have the number of one that this scan has found.
    func numberedTombstones(_ marks: Marks, atMost limit: Int) throws -> [MovableEntry] {
        let areAny = try scan.database.readBlocking { connection in
            try connection.firstRow(MoveQueries.hasEmptyTombstones) { _ in true } ?? false
        }
        guard areAny else { return [] }
        return try rows(
            MoveQueries.numberedTombstones,
            [.integer(marks.firstOfScan), .integer(scan.rootID), .integer(Int64(limit))])
    }

    private static let fewIDs: Int64 = 10_000

    private func hasMoreTombstones(than limit: Int) throws -> Bool {
        try scan.database.readBlocking { connection in
            try connection.firstRow(MoveQueries.hasMoreTombstones, [.integer(Int64(limit))]) { _ in true } ?? false
        }
    }

    // MARK: What is new

    /// Hands over what the root got from this id on.
    func forEachNew(since id: EntryID, _ body: (MovableEntry) -> Void) throws {
        try forEach(MoveQueries.newEntries, [.integer(scan.rootID), .integer(id), .integer(scan.id)], body)
    }

    /// Hands over what other roots got since this one was seen whole.
    func forEachNewElsewhere(since id: EntryID, _ body: (MovableEntry) -> Void) throws {
        try forEach(MoveQueries.newElsewhere, [.integer(scan.rootID), .integer(id)], body)
    }

    private func forEach(
        _ statement: SQLStatement, _ values: [SQLValue], _ body: (MovableEntry) -> Void
    ) throws {
        try scan.database.readBlocking { connection in
            try connection.forEachRow(statement, values) { row in
                body(MovableEntry(row: row))
                return true
            }
        }
    }

    // MARK: What was hashed

    /// Quick hashes of files, as far as they are true for what the catalog has.
    func quickHashes(of ids: [EntryID]) throws -> [EntryID: [UInt8]] {
        try scan.database.readBlocking { connection in
            var found: [EntryID: [UInt8]] = [:]
            for list in ids.lists(of: MoveQueries.idsPerStatement) {
                try connection.forEachRow(MoveQueries.quickHashes, list) { row in
                    found[row.integer(0)] = row.bytes(1)
                    return true
                }
            }
            return found
        }
    }

    /// Files with the places where they are.
    func work(_ files: [HashCandidate]) throws -> [HashWork] {
        try scan.database.readBlocking { try HashStore.work(files, in: scan.rootID, on: $0) }
    }

    /// How many writes from beside scans there were.
    func sideWrites() throws -> Int64 {
        try scan.database.writeBlocking { try scan.sideWrites.takeTurn(on: $0) }
    }

    func entry(_ id: EntryID) throws -> MovableEntry? {
        try scan.database.readBlocking { try entry(id, on: $0) }
    }

    private func rows(_ statement: SQLStatement, _ values: [SQLValue]) throws -> [MovableEntry] {
        try scan.database.readBlocking { try $0.rows(statement, values, MovableEntry.init(row:)) }
    }
}

// MARK: - In the transaction of its caller

extension MoveStore {
    func entry(_ id: EntryID, on connection: any SQLConnection) throws -> MovableEntry? {
        try connection.firstRow(MoveQueries.entry, [.integer(id)], MovableEntry.init(row:))
    }

    /// The entries of a directory, by the bytes of their names.
    func children(of directory: EntryID, on connection: any SQLConnection) throws -> [MovableEntry] {
        try connection.rows(MoveQueries.children, [.integer(directory)], MovableEntry.init(row:))
    }

    func directories(in directory: EntryID, on connection: any SQLConnection) throws -> [MovableEntry] {
        try connection.rows(MoveQueries.childDirectories, [.integer(directory)], MovableEntry.init(row:))
    }

    /// Lets the old row take the place of the new one, which is no more.
    func place(_ move: Move, on connection: any SQLConnection) throws {
        try connection.executeLater(MoveQueries.deleteEntry, [.integer(move.new.id)])
        try put(move.old.id, where: move.new, on: connection)
        try connection.executeLater(ScanQueries.dropRemoval, [.integer(scan.id), .integer(move.old.id)])
        try connection.executeLater(
            MoveQueries.handOverRemoval, [.integer(scan.id), .integer(move.new.id), .integer(move.old.id)])
    }

    /// What is there from now on is an old entry.
    private func put(_ id: EntryID, where new: MovableEntry, on connection: any SQLConnection) throws {
        try connection.executeLater(
            MoveQueries.place,
            [
                .integer(id), .integer(new.rootID), .optional(new.parentID), .blob(new.name),
                .optional(new.foldedName), .integer(new.size), .integer(new.modifiedNS), .integer(new.changedNS),
                .integer(new.birthNS), .integer(new.device), .integer(new.inode), .integer(new.linkCount),
                .integer(scan.time.now),
            ])
    }

    /// Gives all that lies in a new directory, and what is known of it, to the old one.
    func handOver(from new: EntryID, to old: EntryID, on connection: any SQLConnection) throws {
        scan.changed.note(old)
        let values: [SQLValue] = [.integer(new), .integer(old)]
        try connection.executeLater(MoveQueries.handOverChildren, values)
        try connection.executeLater(MoveQueries.handOverTombstones, values)
        try connection.executeLater(EntryQueries.forgetDirectory, [.integer(old)])
        try connection.executeLater(MoveQueries.handOverDirectory, values)
    }

    /// Lets two directories change their places: what is in each, what is known of it, and what scans have noted.
    func exchange(_ old: MovableEntry, _ new: MovableEntry, on connection: any SQLConnection) throws {
        try connection.executeLater(MoveQueries.deleteEntry, [.integer(new.id)])
        // As one that is gone it is in nobody's way.
        try connection.executeLater(
            MoveQueries.copyAsGone, [.integer(old.id), .integer(new.id), .integer(scan.time.now)])
        try put(old.id, where: new, on: connection)
        if !old.isMissing { try connection.executeLater(MoveQueries.revive, [.integer(new.id)]) }
        // No entry has a number below 0.
        for (from, to) in [(old.id, -old.id), (new.id, old.id), (-old.id, new.id)] {
            let values: [SQLValue] = [.integer(from), .integer(to)]
            try connection.executeLater(MoveQueries.handOverChildren, values)
            try connection.executeLater(MoveQueries.handOverTombstones, values)
            try connection.executeLater(MoveQueries.handOverDirectory, values)
        }
        try connection.executeLater(MoveQueries.leaveRemovals, [.integer(old.id), .integer(new.id)])
        // What was noted of one of them is about a place where the other one is now.
        scan.changed.giveUp()
    }

    /// What is in a directory and not gone.
    func forEachChild(of directory: EntryID, on connection: any SQLConnection, _ body: (EntryID) -> Void) throws {
        try connection.forEachRow(MoveQueries.childIDs, [.integer(directory)]) { row in
            body(row.integer(0))
            return true
        }
    }

    /// Whether nobody has removed or disabled a root.
    func isThere(_ root: RootID, on connection: any SQLConnection) throws -> Bool {
        try connection.firstRow(MoveQueries.isThere, [.integer(root)]) { _ in true } ?? false
    }

    /// How many files with content are in a directory, or, of one that is gone, were; no more than `limit` are counted.
    func filesLeft(in directory: MovableEntry, atMost limit: Int) throws -> Int {
        let statement = directory.isMissing ? MoveQueries.countGoneFiles : MoveQueries.countFiles
        return try scan.database.readBlocking { connection in
            try connection.firstRow(statement, [.integer(directory.id), .integer(Int64(limit))]) { Int($0.integer(0)) }
                ?? 0
        }
    }

    /// Whether any scan has not found the entry.
    func isRemovalNoted(of id: EntryID, on connection: any SQLConnection) throws -> Bool {
        try connection.firstRow(MoveQueries.anyRemoval, [.integer(id)]) { _ in true } ?? false
    }

    /// Links and empty files that were left behind by a directory, gone or not, and are in it under the same name.
    ///
    /// - Parameters:
    ///   - left: has what was left behind.
    ///   - moved: is where it went.
    func sameNames(left: EntryID, moved: EntryID) throws -> [Move] {
        let behind =
            try rows(MoveQueries.emptyEntries, [.integer(left)]) + rows(MoveQueries.goneEmptyEntries, [.integer(left)])
        guard !behind.isEmpty else { return [] }
        let names = Dictionary(behind.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return try rows(MoveQueries.emptyEntries, [.integer(moved)]).compactMap { entry in
            guard let match = names[entry.name], match.isSameOfName(as: entry), match.id < entry.id else { return nil }
            return Move(old: match, new: entry)
        }
    }
}
