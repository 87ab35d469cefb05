import CatalogCore
import CatalogDatabase
import CatalogSearch
import CatalogStorage

/// The rows of one root's entries and directories, as a scan reads and writes them.
///
/// Every function works in the transaction of its caller, who decides how much goes into one.
struct EntryStore: Sendable {
    let rootID: RootID
    let time: TimeSource
    /// Told of every directory whose direct figures are written.
    var changed: ChangedDirectories?

    /// Takes ids from the counter of the database.
    ///
    /// - Returns: the last of `count` ids in a row.
    static func reserveIDs(_ count: Int64, on connection: any SQLConnection) throws -> EntryID {
        let last = try connection.firstRow(EntryQueries.reserveIDs, [.integer(count)]) { $0.integer(0) }
        guard let last else { throw CatalogError.internalError("the counter entry_id is missing") }
        return last
    }
}

// MARK: - Reading

extension EntryStore {
    /// How many entries are below a directory, as the last scan summed them up; below the root's own one without an id.
    func entryCount(below directory: EntryID? = nil, on connection: any SQLConnection) throws -> Int {
        guard let id = try directory ?? rootEntryID(on: connection) else { return 0 }
        return try connection.firstRow(EntryQueries.totals, [.integer(id)]) { Int($0.integer(0)) } ?? 0
    }

    /// All directories of the root.
    ///
    /// - Parameters:
    ///   - isDone: whether an interrupted run of the same scan has finished the directory with this id.
    ///   - isGone: whether that run found that it is not there any more.
    func knownTree(
        isDone: (EntryID) -> Bool, isGone: (EntryID) -> Bool, on connection: any SQLConnection
    ) throws -> KnownTree {
        var tree = KnownTree()
        try connection.forEachRow(EntryQueries.knownDirectories, [.integer(rootID)]) { row in
            let id = row.integer(0)
            if !isGone(id) { tree.append(row, isDone: isDone(id)) }
            return true
        }
        tree.finish()
        return tree
    }

    /// The entries of a directory, by the bytes of their names.
    func children(of directory: EntryID, on connection: any SQLConnection) throws -> [EntryRow] {
        try connection.rows(EntryQueries.children, [.integer(directory)], EntryRow.init(row:))
    }

    /// Some of a directory's entries, in any order.
    func children(
        of directory: EntryID, atMost limit: Int, on connection: any SQLConnection
    ) throws -> [EntryRow] {
        try connection.rows(
            EntryQueries.childrenToRemove, [.integer(directory), .integer(Int64(limit))], EntryRow.init(row:))
    }

    /// The tombstones of a directory; of several with one name and kind the one that went missing last.
    func tombstones(of directory: EntryID, on connection: any SQLConnection) throws -> [Tombstone: EntryID] {
        var waiting: [Tombstone: EntryID] = [:]
        try connection.forEachRow(EntryQueries.tombstones, [.integer(directory)]) { row in
            guard let kind = EntryKind(rawValue: row.integer(1)) else { return true }
            waiting[Tombstone(name: row.bytes(2), kind: kind)] = row.integer(0)
            return true
        }
        return waiting
    }

    /// The directory and all below it, parents before children.
    func directories(from top: EntryID, on connection: any SQLConnection) throws -> [EntryID] {
        var found = [top]
        var next = 0
        while next < found.count {
            let values: [SQLValue] = [.integer(found[next]), .integer(EntryKind.directory.rawValue)]
            try connection.forEachRow(EntryQueries.childDirectories, values) { row in
                found.append(row.integer(0))
                return true
            }
            next += 1
        }
        return found
    }

    /// Every directory of the root with its direct figures and the stored ones of its tree.
    func directoryTotals(on connection: any SQLConnection) throws -> [DirectoryTotals] {
        try connection.rows(EntryQueries.directorySums, [.integer(rootID)], DirectoryTotals.init(sumsIn:))
    }

    /// The same of one directory; nil when it is gone, or was never listed.
    func directoryTotals(of id: EntryID, on connection: any SQLConnection) throws -> DirectoryTotals? {
        try connection.firstRow(EntryQueries.directorySumsOfOne, [.integer(id)], DirectoryTotals.init(sumsIn:))
    }

    /// What the trees of a directory's sub-directories hold, as it is stored.
    func totalsOfChildren(of id: EntryID, on connection: any SQLConnection) throws -> DirectorySums {
        try connection.firstRow(EntryQueries.sumsOfChildren, [.integer(id)]) { row in
            DirectorySums(bytes: row.integer(0), files: row.integer(1), directories: row.integer(2))
        } ?? DirectorySums()
    }
}

// MARK: - New rows

extension EntryStore {
    /// The number of the root's own directory; nil before the first scan.
    func rootEntryID(on connection: any SQLConnection) throws -> EntryID? {
        try connection.firstRow(EntryQueries.rootEntry, [.integer(rootID), .blob([])]) { $0.integer(0) }
    }

    /// The root's own directory is an entry like others, without a name; the first scan makes it.
    ///
    /// - Returns: its number.
    @discardableResult
    func ensureRootEntry(on connection: any SQLConnection) throws -> EntryID {
        if let id = try rootEntryID(on: connection) { return id }
        let id = try Self.reserveIDs(1, on: connection)
        try connection.insertRows(EntryQueries.entryRows, count: 1) { row, _ in
            row.append(id)
            row.append(rootID)
            row.appendNull()
            row.append(EntryKind.directory.rawValue)
            row.append([] as [UInt8])
            row.appendNull()
            for _ in 0..<7 { row.append(0 as Int64) }
            row.append(time.now)
            row.append(time.now)
        }
        return id
    }

    /// Inserts the entries at these positions of the listing, with ids that count up from `firstID`.
    ///
    /// - Returns: the ids of those that are directories.
    func insert(
        _ positions: [Int], of listing: ListingView, into directory: EntryID, _ firstID: EntryID,
        on connection: any SQLConnection
    ) throws -> [EntryID] {
        let now = time.now
        var newDirectories: [EntryID] = []
        try connection.insertRows(EntryQueries.entryRows, count: positions.count) { row, index in
            let walked = listing.entries[positions[index]]
            let entry = walked.listed
            row.append(firstID + Int64(index))
            row.append(rootID)
            row.append(directory)
            row.append(entry.kind.rawValue)
            row.append(listing.name(of: entry))
            if let folded = listing.foldedName(of: walked) { row.append(folded) } else { row.appendNull() }
            // One by one: an array here would be allocated a million times.
            row.append(entry.storedSize)
            row.append(entry.modifiedNS)
            row.append(entry.changedNS)
            row.append(entry.birthNS)
            row.append(entry.device)
            row.append(entry.inode)
            row.append(entry.linkCount)
            row.append(now)
            row.append(now)
            if entry.kind == .directory { newDirectories.append(firstID + Int64(index)) }
        }
        return newDirectories
    }

    /// Notes how a directory that this scan has found was listed, and what its direct entries sum up to.
    func insertDirectory(_ id: EntryID, _ state: ListedState, on connection: any SQLConnection) throws {
        changed?.note(id)
        // Of a directory without sub-directories the figures of its tree are its own.
        let total = state.sums.directories == 0 ? state.sums : DirectorySums()
        try connection.insertRows(EntryQueries.directoryRows, count: 1) { row, _ in
            row.append(id)
            row.append(rootID)
            row.append(state.scanID)
            row.append(state.part.isSettled ? state.part.modifiedNS : 0)
            row.append(state.part.isSettled ? state.part.changedNS : 0)
            row.append(state.sums.bytes)
            row.append(state.sums.files)
            row.append(state.sums.directories)
            row.append(total.bytes)
            row.append(total.files)
            row.append(total.directories)
            if let digest = state.digest { row.append(digest.bytes) } else { row.appendNull() }
        }
    }
}

// MARK: - Changes

extension EntryStore {
    /// Gives an entry its new attributes; a tombstone comes back to life.
    func update(_ id: EntryID, to entry: ListedEntry, on connection: any SQLConnection) throws {
        try connection.execute(
            EntryQueries.updateEntry,
            [
                .integer(id), .integer(entry.storedSize), .integer(entry.modifiedNS), .integer(entry.changedNS),
                .integer(entry.birthNS), .integer(entry.device), .integer(entry.inode), .integer(entry.linkCount),
                .integer(time.now),
            ])
    }

    /// Takes over another number of a whole device, for every directory on it.
    ///
    /// Numbers change with a restart. Were directories to wait until they are listed themselves, an interrupted scan would leave two
    /// numbers side by side, and every later one would see mounts there that are away.
    func renumberDevice(from old: Int64, to new: Int64, on connection: any SQLConnection) throws {
        try connection.execute(EntryQueries.renumberDevice, [.integer(rootID), .integer(old), .integer(new)])
    }

    /// Takes over the device that a directory lies on now, for itself and for its plain sub-directories: something was mounted on it, or
    /// is not any more.
    func moveToDevice(of directory: EntryID, from old: Int64, to new: Int64, on connection: any SQLConnection) throws {
        for statement in [EntryQueries.renumberChildren, EntryQueries.renumberDirectory] {
            try connection.execute(
                statement,
                [.integer(directory), .integer(old), .integer(new), .integer(EntryKind.directory.rawValue)])
        }
    }

    /// Gives the entry of a directory the attributes that it had when it was listed, where they differ.
    ///
    /// - Returns: whether they did.
    func updateAttributes(of directory: EntryID, to part: ListedDirectory, on connection: any SQLConnection) throws
        -> Bool
    {
        try connection.execute(
            EntryQueries.updateDirectoryEntry,
            [
                .integer(directory), .integer(part.modifiedNS), .integer(part.changedNS), .integer(part.birthNS),
                .integer(part.device), .integer(part.inode), .integer(time.now),
            ]) > 0
    }

    /// The same for a directory that was in the catalog before, listed or not.
    func updateDirectory(_ directory: EntryID, to state: ListedState, on connection: any SQLConnection) throws {
        changed?.note(directory)
        try connection.executeLater(
            EntryQueries.updateDirectory,
            [
                .integer(directory), .optional(state.digest?.bytes), .integer(state.scanID),
                .integer(state.part.isSettled ? state.part.modifiedNS : 0),
                .integer(state.part.isSettled ? state.part.changedNS : 0), .integer(state.sums.bytes),
                .integer(state.sums.files), .integer(state.sums.directories), .integer(rootID),
            ])
    }

    /// Adds to the figures of a directory's whole tree: what others add meanwhile stays.
    func addToTotals(of directory: EntryID, _ sums: DirectorySums, on connection: any SQLConnection) throws {
        try connection.executeLater(
            EntryQueries.addToTotals,
            [.integer(directory), .integer(sums.bytes), .integer(sums.files), .integer(sums.directories)])
    }

    /// Makes a tombstone of an entry.
    ///
    /// - Returns: false for one that is a tombstone already; it stays as it is.
    @discardableResult
    func markMissing(_ id: EntryID, on connection: any SQLConnection) throws -> Bool {
        try connection.execute(EntryQueries.markMissing, [.integer(id), .integer(time.now)]) > 0
    }

    /// Removes what is known of a directory beside its entry; nothing for files.
    func forgetDirectory(_ id: EntryID, on connection: any SQLConnection) throws {
        try connection.execute(EntryQueries.forgetDirectory, [.integer(id)])
    }

    /// Takes a removed entry out of its parent's direct figures, and the digest that no longer fits.
    func shrinkParent(of candidate: RemovalCandidate, on connection: any SQLConnection) throws {
        guard let parent = candidate.parentID else { return }
        var sums = DirectorySums()
        sums.add(kind: candidate.kind, size: candidate.size)
        try shrink(parent, by: sums, on: connection)
    }

    /// Takes entries out of the direct figures of a directory, and the digest that no longer fits.
    func shrink(_ directory: EntryID, by sums: DirectorySums, on connection: any SQLConnection) throws {
        changed?.note(directory)
        try connection.executeLater(
            EntryQueries.shrinkDirectory,
            [.integer(directory), .integer(sums.bytes), .integer(sums.files), .integer(sums.directories)])
    }

    /// Deletes rows that went missing before this time, in microseconds since 1970.
    func purgeTombstones(before time: Int64, on connection: any SQLConnection) throws {
        for statement in [HashQueries.forgetTombstones, EntryQueries.purgeTombstones] {
            try connection.execute(statement, [.integer(rootID), .integer(time)])
        }
    }
}
