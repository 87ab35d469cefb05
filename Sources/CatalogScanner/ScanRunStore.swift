import CatalogCore
import CatalogDatabase
import CatalogSearch

/// What a run of a scan begins with: the first one, or one that goes on after an interruption. Everything here blocks.
extension ScanStore {
    /// From where a run of a scan goes on.
    struct Beginning: Sendable {
        /// Entries below the directory that the scan looks at, before it.
        let entriesBefore: Int
        /// What interrupted runs of the same scan have counted.
        let counts: ScanCounts
    }

    /// Prepares a run of a scan, be it the first one or one after an interruption. Blocks.
    ///
    /// A scan that goes on compares with what there was before its first run. What that run found of another disk is
    /// forgotten, and so is what it, or any older scan, has parked: the walk sees for itself.
    ///
    /// - Parameter path: the directory that the scan looks at.
    /// - Throws: `CatalogError.notFound` when the catalog does not have it any more.
    func begin(
        _ scan: ScanContext, at path: StoragePath, identity: String, isWhole: Bool
    ) throws -> Beginning {
        if isWhole { try discardOlderRemovals(of: scan) }
        let earlier = try database.readBlocking { connection in
            try connection.firstRow(ScanQueries.findScan, [.integer(scan.id)]) { row in
                (scan: Scan(row: row), identity: row.optionalText(25))
            }
        }
        try database.writeBlocking { connection in
            if let before = earlier?.identity, before != identity {
                for statement in [ScanQueries.clearFrontier, ScanQueries.clearRemovals] {
                    try connection.execute(statement, [.integer(scan.id)])
                }
            }
            try connection.execute(ScanQueries.begin, [.integer(scan.id), .text(identity)])
        }
        // The root's own directory is written with the first piece of a walk.
        if let earlier, earlier.scan.counts.directoriesListed > 0 {
            return Beginning(entriesBefore: earlier.scan.entriesBefore, counts: earlier.scan.counts)
        }
        if try entryCount(below: path, scan) == 0 {
            scan.changed.giveUp()
            try RollUpPhase(scan: scan).run()
        }
        return Beginning(entriesBefore: try entryCount(below: path, scan), counts: ScanCounts())
    }

    /// What older scans have parked is no longer theirs where this one has looked: it tells for itself what is missing there. A scan of
    /// the whole root takes over everything when it begins. One that follows changes takes over what is there again only: else it would
    /// remove bit by bit what waits for a person. Blocks.
    ///
    /// - Parameter kept: the only directories that it has looked at; nil for all that it has finished.
    func takeOverRemovals(of scan: ScanContext, keepingTo kept: [StoragePath]?) throws {
        try database.writeBlocking { connection in
            let values: [SQLValue] = [.integer(scan.rootID), .integer(scan.id)]
            guard try connection.firstRow(ScanQueries.parkedScans, values, { _ in true }) == true else { return }
            var listed = Set(try finishedDirectories(of: scan, on: connection))
            if let kept { listed.formIntersection(try scan.entries.knownDirectories(at: kept, on: connection)) }
            let takeOver = kept == nil ? ScanQueries.takeOverRemovals : ScanQueries.takeOverFound
            for directory in listed { try connection.execute(takeOver, values + [.integer(directory)]) }
            if kept != nil { try connection.execute(ScanQueries.leaveParked, values) }
        }
    }

    /// How many entries a directory has, with all below it, as far as they have been summed up. Blocks.
    func entryCount(below path: StoragePath, _ scan: ScanContext) throws -> Int {
        try database.readBlocking { connection in
            let directory = path == .root ? nil : try scan.entries.directory(at: path, on: connection)
            return try scan.entries.entryCount(below: directory, on: connection)
        }
    }

    /// A new walk sees for itself what is missing: what older scans of the root have parked is dropped, and what those left
    /// behind that were cancelled or failed.
    private func discardOlderRemovals(of scan: ScanContext) throws {
        let older = try database.readBlocking { connection in
            try connection.rows(ScanQueries.parkedScans, [.integer(scan.rootID), .integer(scan.id)]) { $0.integer(0) }
        }
        for id in older {
            try settleRemovals(of: id, as: .discarded)
        }
        for statement in [ScanQueries.clearOlderRemovals, ScanQueries.clearOlderFrontiers] {
            try database.writeBlocking { connection in
                _ = try connection.execute(statement, [.integer(scan.rootID), .integer(scan.id)])
            }
        }
    }

    /// The directories of the root as they are known, with those that an interrupted run has finished.
    ///
    /// - Parameter directories: the only ones that are to be looked at; nil for all.
    func knownTree(of scan: ScanContext, keepingTo directories: [StoragePath]?) throws -> KnownTree {
        let entries = EntryStore(rootID: scan.rootID, time: time)
        let (done, gone, sideWrites) = try database.writeBlocking { connection in
            let sideWrites = try scan.sideWrites.takeTurn(on: connection)
            try entries.ensureRootEntry(on: connection)
            let done = try finishedDirectories(of: scan, on: connection)
            return (done, try keepRemovals(of: scan, in: done, on: connection), sideWrites)
        }
        var tree = try database.readBlocking { connection in
            guard let directories else {
                return try entries.knownTree(
                    isDone: { done.contains($0) }, isGone: { gone.contains($0) }, on: connection)
            }
            return try entries.knownTree(keepingTo: directories, isDone: { done.contains($0) }, on: connection)
        }
        tree.sideWrites = sideWrites
        return tree
    }

    /// What an interrupted run of the scan has finished.
    private func finishedDirectories(
        of scan: ScanContext, on connection: any SQLConnection
    ) throws -> Set<EntryID> {
        var done: Set<EntryID> = []
        try connection.forEachRow(ScanQueries.frontier, [.integer(scan.id)]) { row in
            // A damaged list costs work done twice, nothing else.
            done.formUnion(row.withBytes(0) { NameJournal.decode($0) } ?? [])
            return true
        }
        return done
    }

    /// What an interrupted run of the scan did not find, in directories that it has finished. The others are listed again
    /// and tell for themselves, so what was noted of them is dropped.
    private func keepRemovals(
        of scan: ScanContext, in done: Set<EntryID>, on connection: any SQLConnection
    ) throws -> Set<EntryID> {
        var gone: Set<EntryID> = []
        var doubtful: [EntryID] = []
        try connection.forEachRow(ScanQueries.removalParents, [.integer(scan.id)]) { row in
            if done.contains(row.integer(1)) { gone.insert(row.integer(0)) } else { doubtful.append(row.integer(0)) }
            return true
        }
        for id in doubtful { try connection.execute(ScanQueries.dropRemoval, [.integer(scan.id), .integer(id)]) }
        return gone
    }
}
