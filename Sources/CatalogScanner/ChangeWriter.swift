import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogStorage

/// The change phase: takes what the walker found and brings the rows of the catalog in line with it, some thousand rows a
/// transaction. What is not there any more is only noted here; `RemovalPhase` decides about it when the walk is complete.
///
/// Used by one thread.
final class ChangeWriter {
    /// One transaction lasts at most about this long, so that other writers get their turn.
    private static let transactionMicroseconds: Int64 = 250_000
    /// Who listens hears of progress this often at most; transactions may be many and small.
    private static let publishMicroseconds: Int64 = 250_000
    /// How long a batch waits for reads at most. One of four thousand entries takes a quarter of it to write.
    private static let patienceMilliseconds = 80
    /// Entries that an engine may have in front of it when somebody is about to read. It takes a hundredth of a second for them.
    private static let entriesAhead = 500

    let scan: ScanContext
    private let progress: ProgressReport
    private let reads: ForegroundReads
    /// With the time of the transaction: what is new is new at the moment in which it is counted.
    private var entries: EntryStore
    private let scans: ScanStore
    private(set) var counts = ScanCounts()
    /// A name became another kind of thing: the new one can only be written once the removal of the old one is through.
    private(set) var hasDeferredEntries = false
    private var ids = EntryIDAllocator()
    private var ledger = ChangeLedger()
    /// Directories that the walker counted and their ids, until they are listed themselves.
    private var foundDirectories: [Int: EntryID] = [:]
    /// Directories inserted by this run and not listed yet, as their parents listed them: there can be no rows below them.
    private var emptyDirectories: [EntryID: ListedEntry] = [:]
    /// Directories that the walker counted and that get their rows in the next walk only.
    private var deferredDirectories: Set<Int> = []
    private var finishedDirectories: [EntryID] = []
    private var errorsWritten = 0
    private var publishedAt: Int64 = 0
    private var entriesSinceSettled = 0
    private let sideWritesBefore: Int64
    /// Somebody else has written entries of the root since the walk began: rows may be there that this writer knows nothing of.
    private var isDisturbed = false

    /// - Parameters:
    ///   - progress: of the scan before this walk.
    ///   - reads: pass before each batch.
    ///   - sideWritesBefore: the count of writes from beside scans before the walk.
    init(scan: ScanContext, progress: ProgressReport, reads: ForegroundReads, sideWritesBefore: Int64) {
        self.sideWritesBefore = sideWritesBefore
        self.scan = scan
        self.progress = progress
        self.reads = reads
        entries = scan.entries
        scans = scan.scans
    }

    /// Writes everything that comes through `channel`, the counts of the scan included: they are of what is written, also
    /// when nothing comes after. Blocks.
    func run(_ channel: BoundedChannel<WalkBatch>) throws {
        defer { channel.close() }
        while let first = channel.receive() {
            var path = first.currentPath
            try ids.fetchAhead(scan.database)
            try scan.database.writeBlocking { connection in
                let start = scan.time.now
                entries = scan.entries(at: start)
                isDisturbed = try scan.sideWrites.takeTurn(on: connection) != sideWritesBefore
                var next: WalkBatch? = first
                while let batch = next {
                    path = batch.currentPath
                    try write(batch, connection)
                    next = scan.time.now - start < Self.transactionMicroseconds ? channel.receiveIfReady() : nil
                }
                try finishTransaction(connection)
                try report().save(path: path, on: connection)
            }
            publish(path)
        }
    }

    private func publish(_ path: String) {
        let now = scan.time.now
        guard now - publishedAt >= Self.publishMicroseconds else { return }
        publishedAt = now
        report().publish(path: path, status: "running")
    }

    private func report() -> ProgressReport {
        var report = progress
        report.add(counts)
        return report
    }

    private func write(_ batch: WalkBatch, _ connection: any SQLConnection) throws {
        var patience = reads.patience(milliseconds: Self.patienceMilliseconds)
        for error in batch.errors { try write(error, connection) }
        try batch.withNames { names, foldedNames in
            for directory in batch.directories {
                try giveWay(&patience, connection)
                guard let id = try take(directory.reference) else {
                    deferSubdirectories(of: directory, batch)
                    continue
                }
                counts.entriesFound += directory.entryCount
                entriesSinceSettled += directory.entryCount
                if let old = directory.oldDevice, let new = directory.device {
                    if directory.isDeviceRenumbered {
                        try entries.renumberDevice(from: old, to: new, on: connection)
                    } else {
                        try entries.moveToDevice(of: id, from: old, to: new, on: connection)
                    }
                }
                switch directory.outcome {
                case .failed:
                    continue
                case .unchanged:
                    counts.directoriesListed += 1
                case .listed(let part):
                    counts.directoriesListed += 1
                    let listing = ListingView(
                        part: part, entries: batch.entries[part.entries], names: names, foldedNames: foldedNames)
                    guard try write(listing, of: id, connection) else { continue }
                }
                finishedDirectories.append(id)
            }
        }
    }

    /// Lets reads pass, and sees that the engine is not busy with what was written when they come.
    private func giveWay(_ patience: inout ForegroundReads.Patience, _ connection: any SQLConnection) throws {
        if entriesSinceSettled >= Self.entriesAhead, reads.areExpected {
            try connection.settle()
            entriesSinceSettled = 0
        }
        patience.letPass()
    }

    /// The id of a directory; nil for one that gets its row in the next walk. One that was found comes after the listing of
    /// its parent, which said which of both it is.
    private func take(_ reference: DirectoryReference) throws -> EntryID? {
        switch reference {
        case .known(let id): return id
        case .found(let number):
            if let id = foundDirectories.removeValue(forKey: number) { return id }
            if deferredDirectories.remove(number) != nil { return nil }
            throw CatalogError.internalError("a walker told of directory \(number) ahead of its parent")
        }
    }

    private func deferSubdirectories(of directory: WalkedDirectory, _ batch: WalkBatch) {
        guard case .listed(let part) = directory.outcome else { return }
        deferredDirectories.formUnion(batch.entries[part.entries].compactMap(\.foundNumber))
    }

    /// - Returns: whether this directory is done with. One that has something which the scan still has to write, or to say
    ///   in its list of errors, is listed again should the scan be interrupted.
    private func write(
        _ listing: ListingView, of directory: EntryID, _ connection: any SQLConnection
    ) throws -> Bool {
        var isFinished = listing.part.keptNames.isEmpty
        var sums = DirectorySums()
        var digest = listing.part.digest
        let listed = emptyDirectories.removeValue(forKey: directory)
        let found = isDisturbed ? nil : listed
        if found != nil {
            for entry in listing.entries { sums.add(kind: entry.listed.kind, size: entry.listed.sizeBytes) }
            try insert(Array(listing.entries.indices), of: listing, into: directory, connection)
        } else {
            let wasWritten =
                try isDisturbed
                && scan.sideWrites.wasWritten(directory, after: sideWritesBefore, on: connection)
            var merge = DirectoryMerge(listing: listing, wasWritten: wasWritten)
            try merge.run(directory, entries, connection)
            sums = merge.sums
            if !merge.isClean { digest = nil }
            if !merge.deferred.isEmpty { isFinished = false }
            try apply(merge, listing, directory, connection)
        }
        let isAsFound = found.map(listing.part.hasAttributes) ?? false
        if try !isAsFound && entries.updateAttributes(of: directory, to: listing.part, on: connection) {
            ledger.touched(directory)
        }
        let state = ListedState(scanID: scan.id, part: listing.part, digest: digest, sums: sums)
        if found != nil {
            try entries.insertDirectory(directory, state, on: connection)
        } else {
            try entries.updateDirectory(directory, to: state, on: connection)
        }
        return isFinished
    }

    /// Writes what a comparison of rows and listing found.
    private func apply(
        _ merge: DirectoryMerge, _ listing: ListingView, _ directory: EntryID, _ connection: any SQLConnection
    ) throws {
        for change in merge.updated {
            let entry = listing.entries[change.entry].listed
            try entries.update(change.id, to: entry, on: connection)
            ledger.updated(
                change.id, entry.kind, name: listing.name(of: entry), bytes: (change.oldSize, entry.storedSize),
                isDoubted: change.isDoubted)
        }
        counts.updated += merge.updated.count
        for revival in merge.revived {
            let entry = listing.entries[revival.entry].listed
            try entries.update(revival.id, to: entry, on: connection)
            ledger.revived(revival.id, entry.kind, name: listing.name(of: entry), bytes: entry.storedSize)
            if entry.kind == .directory { noteFound(listing, revival.entry, revival.id) }
        }
        counts.added += merge.revived.count
        for match in merge.foundRows { noteFound(listing, match.entry, match.id) }
        for id in merge.vanished {
            try scans.noteRemoval(of: id, in: scan.id, on: connection)
        }
        if !merge.deferred.isEmpty { hasDeferredEntries = true }
        deferredDirectories.formUnion(merge.deferred.compactMap { listing.entries[$0].foundNumber })
        try insert(merge.added, of: listing, into: directory, connection)
    }

    private func noteFound(_ listing: ListingView, _ entry: Int, _ id: EntryID) {
        if let number = listing.entries[entry].foundNumber { foundDirectories[number] = id }
    }
}

// MARK: - Rows

extension ChangeWriter {
    /// Inserts the entries at these positions of the listing as new rows.
    private func insert(
        _ positions: [Int], of listing: ListingView, into directory: EntryID, _ connection: any SQLConnection
    ) throws {
        guard !positions.isEmpty else { return }
        let firstID = try ids.take(positions.count, connection)
        let newDirectories = try entries.insert(positions, of: listing, into: directory, firstID, on: connection)
        for id in newDirectories {
            let position = positions[Int(id - firstID)]
            emptyDirectories[id] = listing.entries[position].listed
            noteFound(listing, position, id)
        }
        ledger.added(firstID...(firstID + Int64(positions.count) - 1))
        for position in positions {
            let entry = listing.entries[position].listed
            ledger.count(entry.kind, name: listing.name(of: entry), bytes: entry.storedSize)
        }
        counts.added += positions.count
    }

    private func write(_ error: ScanErrorRow, _ connection: any SQLConnection) throws {
        counts.errors += 1
        guard errorsWritten < Limits.scanErrorsKept else { return }
        errorsWritten += 1
        try scans.note(error, in: scan.id, on: connection)
    }

    /// Writes what is left of this transaction: what follows the entries, and the frontier.
    private func finishTransaction(_ connection: any SQLConnection) throws {
        try scan.lease.require(on: connection)
        try ledger.write(root: scan.rootID, now: entries.time.now, connection)
        guard !finishedDirectories.isEmpty else { return }
        try scans.noteFinished(finishedDirectories.sorted(), in: scan.id, on: connection)
        finishedDirectories.removeAll(keepingCapacity: true)
    }
}

/// One listed directory inside its batch.
struct ListingView {
    let part: ListedDirectory
    let entries: ArraySlice<WalkedEntry>
    let names: UnsafeRawBufferPointer
    let foldedNames: UnsafeRawBufferPointer

    /// Nil when the name is its own folded form.
    func foldedName(of entry: WalkedEntry) -> UnsafeRawBufferPointer? {
        entry.foldedName.map { UnsafeRawBufferPointer(rebasing: foldedNames[$0]) }
    }

    func name(of entry: ListedEntry) -> UnsafeRawBufferPointer {
        let start = Int(entry.nameOffset)
        return UnsafeRawBufferPointer(rebasing: names[start..<(start + Int(entry.nameLength))])
    }
}

extension ListedEntry {
    /// Only files have a size of their own in the catalog.
    var storedSize: Int64 { kind == .file ? sizeBytes : 0 }
}
