import CatalogCore
import CatalogDatabase
import CatalogJobs

/// What was read, and what follows from it.
extension HashStore {
    /// Writes what was read of files of a root, where the catalog still has them as they were read. For a thread that may block.
    ///
    /// As all bulk work (`writeBlocking`): where it does not wait for the disk, what a power cut takes is read again.
    ///
    /// - Parameters:
    ///   - progress: what to add to the row of the run.
    ///   - lease: of the job.
    /// - Throws: `CatalogError.cancelled` when the job is another run's; what the database throws.
    func saveBlocking(
        _ readings: [FileReading], in root: RootID, _ progress: HashProgress, of run: JobID, lease: JobLease
    ) throws {
        let now = time.now
        try database.writeBlocking { connection in
            try lease.require(on: connection)
            _ = try SideWriteStore(rootID: root).takeTurn(on: connection)
            var progress = progress
            try DuplicateGroupStore(now: now).change(on: connection) { groups in
                // They come as the disk has them; the tables are ordered by id.
                for reading in readings.sorted(by: { $0.candidate.id < $1.candidate.id }) {
                    if case .cut(let part?) = reading.outcome {
                        try keep(part, of: reading.candidate, in: root, on: connection)
                    }
                    guard case .hashed(let hash) = reading.outcome else { continue }
                    let isSaved = try save(hash, of: reading.candidate, in: root, &groups, connection)
                    if !isSaved { progress.filesSkipped += 1 }
                }
            }
            try connection.execute(
                HashQueries.addToRun,
                [
                    .integer(run), .integer(progress.filesRead), .integer(progress.bytesRead),
                    .integer(progress.filesSkipped), .integer(progress.errors), .integer(now),
                ])
        }
    }

    /// - Returns: false when the file is another one by now.
    private func save(
        _ hash: FileHash, of file: HashCandidate, in root: RootID, _ groups: inout DuplicateGroupStore.Changes,
        _ connection: any SQLConnection
    ) throws -> Bool {
        // A scan that verifies may have written it meanwhile, or another name of it was found.
        let known = try connection.firstRow(HashQueries.known, [.integer(file.id)], KnownHash.init(row:))
        let joined = try hash.quick.map { try join(file, quick: $0, in: root, &groups, connection) }
        let file = joined ?? file
        let hashed = HashedFile(
            entryID: file.id, rootID: root, sizeBytes: file.sizeBytes, content: hash.content,
            identity: joined?.identity ?? known?.file.identity ?? file.identity)
        let member = known.flatMap { $0.isPresent && $0.file.content != nil ? $0 : nil }
        if let member {
            if member.isAbout(file), member.agrees(with: hash) {
                return try !member.isDoubted
                    || connection.execute(HashQueries.trust, identifying(hashed, file) + [.integer(file.changedNS)]) > 0
            }
            // What was read now is of an older state than what is known.
            if hash.quick == nil { return false }
        }
        if let quick = hash.quick {
            guard try insert(hashed, file, quick: quick, at: groups.now, connection) else {
                return false
            }
        } else if let content = hash.content {
            let values = identifying(hashed, file) + [.blob(content), .integer(groups.now)]
            guard try connection.execute(HashQueries.setContent, values) > 0 else { return false }
        }
        if let member { try groups.leave(member.file) }
        try groups.enter(hashed)
        return true
    }

    /// Writes the row of a file that is present.
    ///
    /// - Returns: false when it is another one by now.
    @discardableResult
    func insert(
        _ file: HashedFile, _ read: HashCandidate, quick: [UInt8], at now: Int64, _ connection: any SQLConnection
    ) throws -> Bool {
        let hashes: [SQLValue] = [
            .integer(read.changedNS), .text(ContentHash.algorithm), .blob(quick), .optional(file.content),
            .integer(now),
        ]
        return try connection.execute(HashQueries.insert, identifying(file, read) + hashes) > 0
    }

    /// The values of `HashQueries.sameFile`.
    private func identifying(_ file: HashedFile, _ read: HashCandidate) -> [SQLValue] {
        [
            .integer(file.entryID), .integer(file.rootID), .integer(file.sizeBytes), .integer(read.modifiedNS),
            .integer(file.identity.device), .integer(file.identity.inode),
        ]
    }

    /// Takes in again what came back as it was, after its root was hidden.
    func takeBack(in root: RootID, stop: StopSignal) async throws {
        var after: EntryID = 0
        while true {
            try stop.check()
            let values: [SQLValue] = [.integer(root), .integer(after), .integer(Int64(Limits.hashBatchFiles))]
            let ids = try await database.read { try $0.rows(HashQueries.returned, values) { $0.integer(0) } }
            guard let last = ids.last else { return }
            after = last
            let now = time.now
            try await database.write(.readCommitted) { connection in
                _ = try SideWriteStore(rootID: root).takeTurn(on: connection)
                try DuplicateGroupStore(now: now).follow(ids, on: connection)
            }
        }
    }

    // MARK: What becomes of a root

    /// Takes the files of a root out of all groups; what is known of them stays, should it come back.
    func leaveAll(of root: RootID) async throws {
        let now = time.now
        try await forEachPart(of: root) { connection, range in
            _ = try SideWriteStore(rootID: root).takeTurn(on: connection)
            let values: [SQLValue] = [.integer(root), .integer(range.lowerBound), .integer(range.upperBound)]
            let files = try connection.rows(HashQueries.present, values, HashedFile.init(row:))
            guard !files.isEmpty else { return }
            try DuplicateGroupStore(now: now).change(on: connection) { groups in
                for file in files {
                    try groups.leave(file)
                    try groups.setPresence(of: file, false)
                }
            }
        }
    }

    /// Forgets everything about a root whose files are in no group any more.
    func forgetAll(of root: RootID) async throws {
        try await leaveAll(of: root)
        try await forEachPart(of: root) { connection, range in
            try connection.execute(
                HashQueries.forget, [.integer(root), .integer(range.lowerBound), .integer(range.upperBound)])
        }
        try await database.write { connection in
            for statement in HashQueries.forgetRoot { try connection.execute(statement, [.integer(root)]) }
        }
    }

    /// Roots that somebody has deleted and whose rows are still there.
    func hiddenRoots() async throws -> [RootID] {
        try await database.read { try $0.rows(HashQueries.hiddenRoots) { $0.integer(0) } }
    }

    private func forEachPart(
        of root: RootID, _ body: @escaping @Sendable (any SQLConnection, ClosedRange<EntryID>) throws -> Void
    ) async throws {
        let run = try await database.read { connection in
            try connection.firstRow(HashQueries.hashRun, [.integer(root)]) { row in
                row.optionalInteger(0).map { (first: $0, last: row.integer(1)) }
            } ?? nil
        }
        guard let run else { return }
        for first in stride(from: run.first, through: run.last, by: 5_000) {
            let range = first...min(first + 4_999, run.last)
            try await database.write(.readCommitted) { try body($0, range) }
        }
    }
}
