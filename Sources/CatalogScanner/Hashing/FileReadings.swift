import CatalogCore
import CatalogJobs
import CatalogStorage

/// Reads many files of one storage, some at the same time.
struct FileReadings {
    let backend: any StorageBackend
    let pool: BlockingPool
    let stop: StopSignal
    /// How much may be read; nil for everything.
    var allowance: HashAllowance?

    /// Reads files in the order in which they lie on the disk, as far as their numbers tell; of several names of one file only one.
    ///
    /// - Parameter body: called with what came of each, one after the other.
    /// - Throws: `CatalogError.storageUnavailable` when the root is away, `.cancelled`, what `body` throws.
    func read(
        _ work: [HashWork], _ part: HashedPart, _ body: (FileReading) async throws -> Void
    ) async throws {
        var names: [FileIdentity: [HashCandidate]] = [:]
        var toRead: [HashWork] = []
        for item in work {
            let identity = item.candidate.identity
            if names[identity] == nil { toRead.append(item) }
            if identity.hasMoreNames { names[identity, default: []].append(item.candidate) }
        }
        toRead.sort { $0.candidate.inode < $1.candidate.inode }
        let hasher = FileHasher(backend: backend, stop: stop, allowance: allowance)
        var rest = toRead[...]
        try await withThrowingTaskGroup(of: FileReading.self) { [pool] group in
            func readNext() {
                guard let next = rest.popFirst() else { return }
                group.addTask { try await Self.read(next, part, hasher, pool) }
            }
            for _ in 0..<Limits.hashFilesAtOnce { readNext() }
            while let reading = try await group.next() {
                readNext()
                try await body(reading)
                guard case .hashed = reading.outcome, reading.candidate.identity.hasMoreNames else { continue }
                for name in (names[reading.candidate.identity] ?? []).dropFirst()
                where name.modifiedNS == reading.candidate.modifiedNS {
                    try await body(FileReading(candidate: name, outcome: reading.outcome, isOtherName: true))
                }
            }
        }
    }

    /// Reads one file. What is wrong with it alone is an outcome; only when the whole storage is away there is nothing to go on with.
    private static func read(
        _ work: HashWork, _ part: HashedPart, _ hasher: FileHasher, _ pool: BlockingPool
    ) async throws -> FileReading {
        try await pool.run {
            do {
                return try hasher.read(work, part)
            } catch let error as CatalogError where ![.cancelled, .unavailable].contains(error.code) {
                if error.code == .storageUnavailable { _ = try hasher.backend.probe() }
                // It went, or became something else, since the last scan.
                let isOther = error.code == .notFound || error.code == .conflict
                return FileReading(candidate: work.candidate, outcome: isOther ? .changed : .failed(error))
            }
        }
    }
}
