import CatalogCore
import CatalogDatabase
import CatalogJobs

/// What a scan that reads every file has found.
extension HashStore {
    /// A file that was read whole, and where it is.
    struct Verified: Sendable {
        let candidate: HashCandidate
        let quick: [UInt8]
        let content: [UInt8]
        let path: StoragePath
    }

    /// Writes the hashes of files, and an error row of the scan for each that had other content when it was read before, with the same
    /// size and time.
    ///
    /// - Parameter rowsMax: error rows that are written at most.
    /// - Returns: those files.
    /// - Throws: `CatalogError.cancelled` when the scan is another run's; what the database throws.
    func save(_ files: [Verified], of scan: ScanContext, rowsMax: Int) async throws -> [StoragePath] {
        let now = time.now
        return try await database.write(.readCommitted) { connection in
            try scan.lease.require(on: connection)
            _ = try scan.sideWrites.takeTurn(on: connection)
            let damaged = try DuplicateGroupStore(now: now).change(on: connection) { groups in
                var damaged: [StoragePath] = []
                for file in files where try isDamaged(file, in: scan.rootID, &groups, connection) {
                    damaged.append(file.path)
                }
                return damaged
            }
            for path in damaged.prefix(rowsMax) {
                try scan.scans.note(ScanErrorRow(path: path.text, error: Self.damage), in: scan.id, on: connection)
            }
            return damaged
        }
    }

    private static let damage = CatalogError(
        .dataLoss, "The content is not what it was, with the same size and modification time")

    /// Writes the hashes of one file.
    ///
    /// - Returns: whether it had other content when it was read before.
    private func isDamaged(
        _ file: Verified, in root: RootID, _ groups: inout DuplicateGroupStore.Changes, _ connection: any SQLConnection
    ) throws -> Bool {
        // A file that changed meanwhile is the next scan's business.
        guard let identity = try currentIdentity(of: file.candidate, in: root, connection) else { return false }
        let new = HashedFile(
            entryID: file.candidate.id, rootID: root, sizeBytes: file.candidate.sizeBytes, content: file.content,
            identity: identity)
        let known = try connection.firstRow(HashQueries.known, [.integer(new.entryID)], KnownHash.init(row:))
        let isMember = known.map { $0.isPresent && $0.file.content == file.content } ?? false
        if let known, known.isPresent, !isMember { try groups.leave(known.file) }
        try insert(new, file.candidate, quick: file.quick, at: groups.now, connection)
        if !isMember { try groups.enter(new) }
        guard let known, known.isAbout(file.candidate) else { return false }
        return known.quick != file.quick || (known.file.content ?? file.content) != file.content
    }

    /// Nil when the file is another one by now, or in another root.
    private func currentIdentity(
        of file: HashCandidate, in root: RootID, _ connection: any SQLConnection
    ) throws -> FileIdentity? {
        try connection.firstRow(HashQueries.entry, [.integer(file.id), .integer(root)]) { row -> FileIdentity? in
            guard row.integer(0) == file.sizeBytes, row.integer(1) == file.modifiedNS, row.integer(5) == file.changedNS
            else { return nil }
            return FileIdentity(
                entry: file.id, device: row.integer(2), inode: row.integer(3), linkCount: row.integer(4))
        } ?? nil
    }
}

/// What is known of a file from an earlier reading.
struct KnownHash {
    let file: HashedFile
    let modifiedNS: Int64
    let quick: [UInt8]
    let isPresent: Bool
    /// Whether the file may have other content by now, although size and time are what they were.
    let isDoubted: Bool

    /// Columns as in `HashQueries.known`.
    init(row: SQLRow) {
        file = HashedFile(row: row)
        (modifiedNS, quick, isPresent, isDoubted) = (row.integer(6), row.bytes(7), row.bool(8), row.bool(9))
    }

    /// Whether it is true for the size and the time that a file has.
    func isAbout(_ candidate: HashCandidate) -> Bool {
        file.sizeBytes == candidate.sizeBytes && modifiedNS == candidate.modifiedNS
    }

    /// Whether what was read now is what was read before, as far as it goes. Of a file that is doubted the ends have to say so.
    func agrees(with hash: FileHash) -> Bool {
        (hash.content == nil || hash.content == file.content) && (!isDoubted || hash.quick == quick)
    }
}
