import CatalogCore
import CatalogJobs
import CatalogStorage
import Logging

/// One look at all files of a root: those that share their size with another file get a quick hash, those that share that too are read
/// whole. What is known already is left out, so that a pass that was cut goes on where it was.
struct HashPass {
    private let root: ScanRoot
    private let store: HashStore
    private let pool: BlockingPool
    private let context: JobContext
    private let logger: Logger
    private let filesAtOnce: Int
    /// The sizes that more than one file of the catalog has.
    private(set) var sizes = SharedSizes(sorted: [])
    private var waiting: [FileReading] = []
    private var progress = HashProgress()

    init(root: ScanRoot, store: HashStore, pool: BlockingPool, context: JobContext, logger: Logger) {
        (self.root, self.store, self.pool, self.context, self.logger) = (root, store, pool, context, logger)
        filesAtOnce = Limits.hashFilesAtOnce
    }

    /// - Throws: `CatalogError.storageUnavailable` when the root goes away, `.cancelled`.
    mutating func run() async throws {
        try await store.takeBack(in: root.id, stop: context.stop)
        sizes = try await store.sharedSizes()
        var after: EntryID = 0
        var batch: [HashCandidate] = []
        while true {
            try context.stop.check()
            let page = try await store.unread(in: root.id, after: after)
            if let last = page.last { after = last.id }
            batch += page.filter { sizes.contains($0.sizeBytes) }
            guard batch.count >= Limits.hashBatchFiles || page.isEmpty else { continue }
            try await read(batch, .quick)
            batch = []
            if page.isEmpty { break }
        }
        after = 0
        while true {
            try context.stop.check()
            let page = try await store.colliding(in: root.id, after: after)
            guard let last = page.last else { return }
            after = last.id
            try await read(page, .content)
        }
    }

    /// Reads files in the order in which they lie on the disk, as far as their numbers tell, and writes what came of it.
    private mutating func read(_ files: [HashCandidate], _ part: HashedPart) async throws {
        guard !files.isEmpty else { return }
        let work = try await store.work(files, in: root.id)
        var others: [FileIdentity: [HashCandidate]] = [:]
        var toRead: [HashWork] = []
        for item in work {
            if let known = Self.known(item, part) {
                waiting.append(FileReading(candidate: item.candidate, outcome: .hashed(known)))
            } else if item.candidate.identity.hasMoreNames {
                others[item.candidate.identity, default: []].append(item.candidate)
                if others[item.candidate.identity]?.count == 1 { toRead.append(item) }
            } else {
                toRead.append(item)
            }
        }
        toRead.sort { $0.candidate.inode < $1.candidate.inode }
        do {
            try await readAll(toRead, part, others)
        } catch {
            // What was read before the storage went away need not be read again.
            if !context.stop.isRaised { try await save() }
            throw error
        }
        try await save()
    }

    private static func known(_ work: HashWork, _ part: HashedPart) -> FileHash? {
        switch part {
        case .quick: work.known
        case .content: work.known?.content.map { FileHash(quick: nil, content: $0) }
        }
    }

    private mutating func readAll(
        _ work: [HashWork], _ part: HashedPart, _ others: [FileIdentity: [HashCandidate]]
    ) async throws {
        let hasher = FileHasher(backend: root.backend, stop: context.stop)
        var rest = work[...]
        try await withThrowingTaskGroup(of: FileReading.self) { [pool] group in
            func readNext() {
                guard let next = rest.popFirst() else { return }
                group.addTask { try await Self.read(next, part, hasher, pool) }
            }
            for _ in 0..<filesAtOnce { readNext() }
            while let reading = try await group.next() {
                readNext()
                note(reading, names: others[reading.candidate.identity] ?? [])
                if waiting.count >= Limits.hashesPerTransaction || progress.bytesRead >= Limits.hashBytesPerTransaction
                {
                    try await save()
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
                return try hasher.read(work.candidate, at: work.path, part)
            } catch let error as CatalogError where ![.cancelled, .unavailable].contains(error.code) {
                if error.code == .storageUnavailable { _ = try hasher.backend.probe() }
                // It went, or became something else, since the last scan.
                let isOther = error.code == .notFound || error.code == .conflict
                return FileReading(candidate: work.candidate, outcome: isOther ? .changed : .failed(error))
            }
        }
    }

    private mutating func note(_ reading: FileReading, names: [HashCandidate]) {
        progress.bytesRead += reading.bytesRead
        switch reading.outcome {
        case .hashed(let hash):
            progress.filesRead += 1
            waiting.append(reading)
            for name in names.dropFirst() where name.modifiedNS == reading.candidate.modifiedNS {
                waiting.append(FileReading(candidate: name, outcome: .hashed(hash)))
            }
        case .changed:
            progress.filesSkipped += 1
        case .failed(let error):
            progress.errors += 1
            logger.info(
                "a file could not be read for its hash",
                metadata: ["root": "\(root.name)", "entry_id": "\(reading.candidate.id)", "error": "\(error)"])
        }
    }

    private mutating func save() async throws {
        guard !waiting.isEmpty || progress != HashProgress() else { return }
        try await store.save(waiting, in: root.id, progress, of: context.job.id, lease: context.lease)
        (waiting, progress) = ([], HashProgress())
    }
}
