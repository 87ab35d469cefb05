import CatalogCore
import CatalogJobs
import CatalogStorage
import Logging

/// Reads every file that the catalog has, all of it, and compares it with what was read before: a file whose content differs while size and
/// time do not was damaged by its disk, or by somebody who hides it. What was never read is noted for the next time.
struct VerifyPhase {
    private let root: ScanRoot
    private let path: StoragePath
    private let scan: ScanContext
    private let pool: BlockingPool
    private let since: Int64
    private let store: HashStore
    private var waiting: [HashStore.Verified] = []
    private var waitingBytes: Int64 = 0
    private let logger = Logger(label: "scan")
    /// Files that could not be read.
    private(set) var unreadable = 0
    /// Files whose content is another one, those of interrupted runs of this scan included.
    private(set) var damaged: Int

    /// - Parameters:
    ///   - path: only files at or below it.
    ///   - pool: threads for calls to the storage.
    ///   - damaged: how many files earlier runs of the scan have found to be damaged.
    ///   - since: what was read whole after that time (microseconds since 1970) is not read again, so that an interrupted scan goes on.
    init(root: ScanRoot, path: StoragePath, scan: ScanContext, pool: BlockingPool, damaged: Int, since: Int64) {
        (self.root, self.path, self.scan, self.pool, self.since) = (root, path, scan, pool, since)
        self.damaged = damaged
        store = HashStore(database: scan.database, time: scan.time)
    }

    /// - Throws: `CatalogError.storageUnavailable` when the root goes away, `.cancelled`.
    mutating func run() async throws {
        var after: EntryID = 0
        while true {
            try scan.stop.check()
            let page = try await store.unverified(in: root.id, after: after, since: since)
            guard let last = page.last else { return }
            after = last.id
            let work = try await store.work(page, in: root.id).filter { path.isAtOrAbove($0.path) }
            do {
                try await read(work)
            } catch {
                if !scan.stop.isRaised { try await save() }
                throw error
            }
            try await save()
        }
    }

    private mutating func read(_ work: [HashWork]) async throws {
        let places = Dictionary(uniqueKeysWithValues: work.map { ($0.candidate.id, $0.path) })
        try await FileReadings(backend: root.backend, pool: pool, stop: scan.stop).read(work, .everything) { reading in
            guard let place = places[reading.candidate.id] else { return }
            try await note(reading, at: place)
        }
    }

    private mutating func note(_ reading: FileReading, at place: StoragePath) async throws {
        switch reading.outcome {
        case .hashed(let hash):
            guard let quick = hash.quick, let content = hash.content else { return }
            waiting.append(
                HashStore.Verified(candidate: reading.candidate, quick: quick, content: content, path: place))
            waitingBytes += reading.bytesRead
            if waiting.count >= Limits.hashesPerTransaction || waitingBytes >= Limits.hashBytesPerTransaction {
                try await save()
            }
        case .changed, .cut: break
        case .failed(let error):
            unreadable += 1
            guard unreadable <= Limits.scanErrorsKept else { return }
            try await pool.run { [scan] in
                try scan.scans.noteAlone(ScanErrorRow(path: place.text, error: error), in: scan.id)
            }
        }
    }

    private mutating func save() async throws {
        guard !waiting.isEmpty else { return }
        let found = try await store.save(waiting, of: scan, rowsMax: max(0, Limits.scanErrorsKept - damaged))
        damaged += found.count
        for place in found {
            logger.error(
                "a file has other content than before, with the same size and modification time",
                metadata: ["root": "\(root.name)", "path": "\(place.text)"])
        }
        (waiting, waitingBytes) = ([], 0)
    }
}
