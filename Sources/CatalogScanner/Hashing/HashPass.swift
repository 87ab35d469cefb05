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
    private var collisions = QuickCollisions()
    /// What is read of files now.
    private var part = HashedPart.quick
    private var waiting: [FileReading] = []
    private var progress = HashProgress()
    /// Transactions that are not known to have ended, and what was read for them.
    private var saves = (count: 0, part: HashedPart.quick)

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
        // While some are written others are read.
        try await withThrowingTaskGroup(of: Void.self) { saving in
            do {
                try await readAll(.unread(sizes), &saving)
                try await save(in: &saving)
                part = .content
                // While the last ones are written.
                try await readAll(.these(collisions.found), &saving)
                // Which other files collide is a question to what is written.
                try await saveAll(in: &saving)
                try await readAll(.colliding(without: collisions), &saving)
            } catch {
                // What was read before the storage went away need not be read again.
                if !context.stop.isRaised { try await save(in: &saving) }
                try await saving.waitForAll()
                throw error
            }
            try await saveAll(in: &saving)
        }
        if allowance.pause == nil, !parts.isEmpty { try await store.forgetParts(of: root.id) }
    }

    /// Reads a part of files; the next ones are looked up meanwhile.
    private mutating func readAll(
        _ source: HashBatches.Source, _ saving: inout ThrowingTaskGroup<Void, any Error>
    ) async throws {
        let batches = HashBatches(source: source, root: root.id, store: store, stop: context.stop)
        var batch = try await batches.next(after: 0)
        while let last = batch.last {
            async let following = batches.next(after: last)
            try await read(batch.files, &saving)
            batch = try await following
        }
    }

    /// Reads files and has written what came of it.
    private mutating func read(
        _ files: [HashWork], _ saving: inout ThrowingTaskGroup<Void, any Error>
    ) async throws {
        guard !files.isEmpty else { return }
        foundNothing = false
        guard allowance.pause == nil else {
            for file in files.map(\.candidate) { pendingBytes += Self.bytes(of: file, part, begun: parts[file.id]) }
            return
        }
        var toRead = files.filter { !$0.candidate.identity.hasMoreNames }
        if toRead.count < files.count {
            // What was read of a file by one of its names is asked of what is written.
            try await saveAll(in: &saving)
            let linked = files.map(\.candidate).filter(\.identity.hasMoreNames)
            for item in try await store.work(linked, in: root.id) {
                if let known = Self.known(item, part) {
                    waiting.append(FileReading(candidate: item.candidate, outcome: .hashed(known)))
                } else {
                    toRead.append(item)
                }
            }
        }
        for index in toRead.indices {
            let id = toRead[index].candidate.id
            let beginning = beginnings.removeValue(forKey: id)
            if part == .content { toRead[index].begun = parts[id] ?? beginning }
        }
        let readings = FileReadings(backend: root.backend, pool: pool, stop: context.stop, allowance: allowance)
        try await readings.read(toRead, part) { reading in
            note(reading)
            if waiting.count >= Limits.hashesPerTransaction || progress.bytesRead >= Limits.hashBytesPerTransaction {
                try await save(in: &saving)
            }
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

    private mutating func note(_ reading: FileReading) {
        progress.bytesRead += reading.bytesRead
        if reading.bytesRead > 0 { hasRead = true }
        switch reading.outcome {
        case .hashed(let hash):
            progress.filesRead += reading.isOtherName ? 0 : 1
            if let beginning = reading.beginning, beginnings.count < Limits.hashBeginningsKept {
                beginnings[reading.candidate.id] = beginning
            }
            collisions.note(reading.candidate, hash)
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

    /// Begins to write what waits, as soon as there are few transactions before it.
    private mutating func save(in saving: inout ThrowingTaskGroup<Void, any Error>) async throws {
        guard !waiting.isEmpty || progress != HashProgress() else { return }
        if saves.part != part {
            // A hash of all of a file is written into the row of its quick hash.
            try await saving.waitForAll()
            saves = (0, part)
        }
        if saves.count == Limits.hashTransactionsAtOnce {
            try await saving.next()
            saves.count -= 1
        }
        saving.addTask { [store, root, pool, context, waiting, progress] in
            try await pool.run {
                try store.saveBlocking(waiting, in: root.id, progress, of: context.job.id, lease: context.lease)
            }
        }
        saves.count += 1
        (waiting, progress) = ([], HashProgress())
    }

    /// Returns once everything that was read is written.
    private mutating func saveAll(in saving: inout ThrowingTaskGroup<Void, any Error>) async throws {
        try await save(in: &saving)
        try await saving.waitForAll()
        saves.count = 0
    }
}
