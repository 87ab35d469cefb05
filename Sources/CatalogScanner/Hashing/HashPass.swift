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
    /// Whether anything was read.
    private(set) var hasRead = false
    /// Bytes that may not be read now. What will have to be read whole after its ends are read is not known yet.
    private(set) var pendingBytes: Int64 = 0
    private let allowance: HashAllowance
    /// Files that somebody had to stop in.
    private var parts: [EntryID: HashPart] = [:]
    /// States after the beginnings of files, which need not be read again should all of them be read.
    private var beginnings: [EntryID: HashPart] = [:]
    private var waiting: [FileReading] = []
    private var progress = HashProgress()

    init(
        root: ScanRoot, allowance: HashAllowance, store: HashStore, pool: BlockingPool, context: JobContext,
        logger: Logger
    ) {
        (self.root, self.store, self.pool, self.context, self.logger) = (root, store, pool, context, logger)
        self.allowance = allowance
    }

    /// Once nothing may be read any more, it only adds up what is left.
    ///
    /// - Throws: `CatalogError.storageUnavailable` when the root goes away, `.cancelled`.
    mutating func run() async throws {
        try await store.takeBack(in: root.id, stop: context.stop)
        sizes = try await store.sharedSizes()
        parts = try await store.parts(in: root.id)
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
            guard let last = page.last else { break }
            after = last.id
            try await read(page, .content)
        }
        if allowance.pause == nil, !parts.isEmpty { try await store.forgetParts(of: root.id) }
    }

    /// Reads files and writes what came of it.
    private mutating func read(_ files: [HashCandidate], _ part: HashedPart) async throws {
        guard !files.isEmpty else { return }
        foundNothing = false
        guard allowance.pause == nil else {
            for file in files { pendingBytes += Self.bytes(of: file, part, begun: parts[file.id]) }
            return
        }
        let work = try await store.work(files, in: root.id)
        var toRead: [HashWork] = []
        for item in work {
            if let known = Self.known(item, part) {
                waiting.append(FileReading(candidate: item.candidate, outcome: .hashed(known)))
            } else {
                var item = item
                let beginning = beginnings.removeValue(forKey: item.candidate.id)
                item.begun = part == .content ? parts[item.candidate.id] ?? beginning : nil
                toRead.append(item)
            }
        }
        let readings = FileReadings(backend: root.backend, pool: pool, stop: context.stop, allowance: allowance)
        // While some are written others are read.
        try await withThrowingTaskGroup(of: Void.self) { saving in
            do {
                try await readings.read(toRead, part) { reading in
                    note(reading, part)
                    if waiting.count >= Limits.hashesPerTransaction
                        || progress.bytesRead >= Limits.hashBytesPerTransaction
                    {
                        try await save(in: &saving)
                    }
                }
            } catch {
                // What was read before the storage went away need not be read again.
                if !context.stop.isRaised { try await save(in: &saving) }
                try await saving.waitForAll()
                throw error
            }
            try await save(in: &saving)
            try await saving.waitForAll()
        }
    }

    private static func known(_ work: HashWork, _ part: HashedPart) -> FileHash? {
        switch part {
        case .quick, .everything: work.known
        case .content: work.known?.content.map { FileHash(quick: nil, content: $0) }
        }
    }

    private static func bytes(of file: HashCandidate, _ part: HashedPart, begun: HashPart?) -> Int64 {
        part == .quick ? HashedPart.quickBytes(of: file.sizeBytes) : file.sizeBytes - (begun?.offset ?? 0)
    }

    private mutating func note(_ reading: FileReading, _ part: HashedPart) {
        progress.bytesRead += reading.bytesRead
        if reading.bytesRead > 0 { hasRead = true }
        switch reading.outcome {
        case .hashed:
            progress.filesRead += reading.isOtherName ? 0 : 1
            if let beginning = reading.beginning, beginnings.count < Limits.hashBeginningsKept {
                beginnings[reading.candidate.id] = beginning
            }
            waiting.append(reading)
        case .cut(let begun):
            pendingBytes += Self.bytes(of: reading.candidate, part, begun: begun)
            if begun != nil { waiting.append(reading) }
        case .changed:
            progress.filesSkipped += 1
        case .failed(let error):
            progress.errors += 1
            logger.info(
                "a file could not be read for its hash",
                metadata: ["root": "\(root.name)", "entry_id": "\(reading.candidate.id)", "error": "\(error)"])
        }
    }

    /// Begins to write what waits, once what was written before it is.
    private mutating func save(in saving: inout ThrowingTaskGroup<Void, any Error>) async throws {
        guard !waiting.isEmpty || progress != HashProgress() else { return }
        try await saving.next()
        saving.addTask { [store, root, context, waiting, progress] in
            try await store.save(waiting, in: root.id, progress, of: context.job.id, lease: context.lease)
        }
        (waiting, progress) = ([], HashProgress())
    }
}
