import CatalogCore
import CatalogJobs
import CatalogStorage

/// Recognises files that got another name on a storage without numbers, by what was hashed of them before (ruling 48): the ends of new files of
/// the same size are read for it, as far as the root may be read now.
struct HashedMoves {
    /// New files that are read for it in one scan, at most; the rest are new.
    private static let filesMax = 1_000

    /// What two files have in common.
    private struct Content: Hashable {
        let sizeBytes: Int64
        let quick: [UInt8]
    }

    private let scan: ScanContext
    private let backend: any StorageBackend
    private let store: MoveStore

    init(scan: ScanContext, backend: any StorageBackend) {
        (self.scan, self.backend) = (scan, backend)
        store = MoveStore(scan: scan)
    }

    /// Blocks.
    ///
    /// - Parameters:
    ///   - gone: what nothing else tells of.
    ///   - taken: new entries that are known to be old ones.
    ///   - marks: what counts as new.
    /// - Throws: `CatalogError.storageUnavailable` when the root goes away, `.cancelled`.
    func find(_ gone: [MovableEntry], besides taken: Set<EntryID>, since marks: MoveStore.Marks) throws -> [Move] {
        // Where a storage has numbers they tell, and nothing is read.
        let files = gone.filter { $0.kind == .file && $0.size > 0 && $0.inode == 0 }
        let hashes = files.isEmpty ? [:] : try store.quickHashes(of: files.map(\.id))
        guard !hashes.isEmpty else { return [] }
        var old: [Content: MovableEntry] = [:]
        for file in files {
            if let quick = hashes[file.id] { old[Content(sizeBytes: file.size, quick: quick)] = file }
        }
        let sizes = Set(old.keys.map(\.sizeBytes))
        var new: [EntryID: MovableEntry] = [:]
        try store.forEachNew(since: marks.firstNew) { entry in
            guard entry.kind == .file, marks.isNew(entry), sizes.contains(entry.size), !taken.contains(entry.id) else {
                return
            }
            if new.count < Self.filesMax { new[entry.id] = entry }
        }
        return try read(store.work(new.values.compactMap(HashCandidate.init(_:)))).compactMap { id, quick in
            guard let entry = new[id] else { return nil }
            return old.removeValue(forKey: Content(sizeBytes: entry.size, quick: quick)).map {
                Move(old: $0, new: entry)
            }
        }
    }

    /// Quick hashes, in the order of the ids.
    private func read(_ work: [HashWork]) throws -> [(id: EntryID, quick: [UInt8])] {
        guard !work.isEmpty else { return [] }
        let allowance = HashAllowance(root: scan.rootID, store: HashStore(database: scan.database, time: scan.time))
        try allowance.look()
        defer { try? allowance.settle() }
        return try backend.withReaders { open in
            try withoutActuallyEscaping(open) { open in
                let hasher = FileHasher(backend: backend, open: open, stop: scan.stop, allowance: allowance)
                return try work.sorted { $0.candidate.id < $1.candidate.id }.compactMap { item in
                    guard case .hashed(let hash) = try Self.read(item, hasher) else { return nil }
                    return hash.quick.map { (item.candidate.id, $0) }
                }
            }
        }
    }

    /// What is wrong with one file alone makes it a new one.
    private static func read(_ work: HashWork, _ hasher: FileHasher) throws -> FileReading.Outcome {
        do { return try hasher.read(work, .quick).outcome } catch let error as CatalogError
            where [.notFound, .conflict, .permissionDenied, .storageUnavailable].contains(error.code)
        {
            if error.code == .storageUnavailable { _ = try hasher.backend.probe() }
            return .failed(error)
        }
    }
}
