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
    /// The sizes that more than one file of the catalog has.
    private(set) var sizes = SharedSizes(sorted: [])
    /// Whether every file was read before.
    private(set) var foundNothing = true
    private var waiting: [FileReading] = []
    private var progress = HashProgress()

    init(root: ScanRoot, store: HashStore, pool: BlockingPool, context: JobContext, logger: Logger) {
        (self.root, self.store, self.pool, self.context, self.logger) = (root, store, pool, context, logger)
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

    /// Reads files and writes what came of it.
    private mutating func read(_ files: [HashCandidate], _ part: HashedPart) async throws {
        guard !files.isEmpty else { return }
        foundNothing = false
        let work = try await store.work(files, in: root.id)
        var toRead: [HashWork] = []
        for item in work {
            if let known = Self.known(item, part) {
                waiting.append(FileReading(candidate: item.candidate, outcome: .hashed(known)))
            } else {
                toRead.append(item)
            }
        }
        do {
            try await FileReadings(backend: root.backend, pool: pool, stop: context.stop).read(toRead, part) {
                reading in
                note(reading)
                if waiting.count >= Limits.hashesPerTransaction || progress.bytesRead >= Limits.hashBytesPerTransaction
                {
                    try await save()
                }
            }
        } catch {
            // What was read before the storage went away need not be read again.
            if !context.stop.isRaised { try await save() }
            throw error
        }
        try await save()
    }

    private static func known(_ work: HashWork, _ part: HashedPart) -> FileHash? {
        switch part {
        case .quick, .everything: work.known
        case .content: work.known?.content.map { FileHash(quick: nil, content: $0) }
        }
    }

    private mutating func note(_ reading: FileReading) {
        progress.bytesRead += reading.bytesRead
        switch reading.outcome {
        case .hashed:
            progress.filesRead += reading.isOtherName ? 0 : 1
            waiting.append(reading)
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
