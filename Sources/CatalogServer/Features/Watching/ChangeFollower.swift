import CatalogCore
import CatalogJobs
import CatalogScanner
import CatalogStorage
import Logging

/// Watches one storage root and has what changes there scanned.
struct ChangeFollower {
    private static let pause = Duration.milliseconds(250)
    /// How often it makes sure that its root is still the same.
    private static let lookInterval = Duration.seconds(2)
    /// How long after a scan that failed another one is tried.
    private static let retryPause = Duration.seconds(30)
    /// How often a root is looked at of which only a part can be watched.
    private static let partlyWatchedInterval = Duration.seconds(900)
    /// Directories that begin to be watched in one go.
    private static let batch = 1_000

    let root: StorageRoot
    /// How closely to look at what nobody has watched before.
    let firstLook: ScanType
    let watching: ChangeWatch
    let logger: Logger

    /// Until the root is gone, or another one than it was; or until the task is cancelled.
    func run() async throws {
        let scanRoot = try await watching.roots.scanRoot(root.id)
        // One thread, which waits for the kernel most of the time.
        let pool = BlockingPool(name: "watch", threads: 1, queueLimit: 1)
        let stop = StopSignal()
        let result = await withTaskCancellationHandler { () -> Result<Void, any Error> in
            do { return .success(try await follow(scanRoot, pool, stop)) } catch { return .failure(error) }
        } onCancel: {
            stop.raise(.shutdown)
        }
        try await pool.shutdown()
        try result.get()
    }

    private func follow(_ scanRoot: ScanRoot, _ pool: BlockingPool, _ stop: StopSignal) async throws {
        guard let watch = try await pool.run({ try scanRoot.backend.makeWatch() }) else { return }
        let paths = watching.paths
        var isWhole = try await pool.run { [root] in try Self.watchAll(of: root.id, paths, watch, stop).isWhole }
        if !isWhole { warn(watch.count) }
        var pending = PendingChanges()
        // What changed while nobody watched.
        pending.lookAtAll(as: firstLook, at: .now)
        var lookedAt = ContinuousClock.now
        var (askedAt, sweptAt) = (ContinuousClock.now, ContinuousClock.now)
        while !Task.isCancelled {
            let patience: Int32 = pending.isQuiet ? 500 : 50
            let news = try await pool.run { watch.news(within: patience) { scanRoot.patterns.skips($0) } }
            guard !news.isRootGone else { return }
            if news.isIncomplete { pending.lookAtAll(as: .incremental, at: .now) }
            if !news.appeared.isEmpty, isWhole {
                isWhole = try await pool.run { Self.watch(news.appeared, in: scanRoot, watch, stop) }
                if !isWhole { warn(watch.count) }
            }
            if !news.isEmpty { pending.add(news.changed, at: .now) }
            pending.takeUp(at: .now)
            if let request = try pending.request(for: root.id, at: .now) { try await scan(request, &pending) }
            if ContinuousClock.now - askedAt > Self.pause {
                askedAt = .now
                if try await hasSeenAll(&pending), isWhole {
                    // It may have found directories that nobody has watched yet: they are, and then looked at once more.
                    let found = try await pool.run { [root] in
                        let found = try Self.watchAll(of: root.id, paths, watch, stop)
                        let more = Self.watch(found.new, in: scanRoot, watch, stop)
                        return (new: found.new, isWhole: found.isWhole && more)
                    }
                    pending.add(found.new, at: .now)
                    isWhole = found.isWhole
                    if !isWhole { warn(watch.count) }
                }
            }
            if ContinuousClock.now - lookedAt > Self.lookInterval {
                guard try await whileAway(or: true, { try await watching.isWatched(root) }) else { return }
                lookedAt = .now
            }
            // The time counts from the end of a scan.
            if pending.job != nil { sweptAt = .now }
            if !isWhole, ContinuousClock.now - sweptAt > Self.partlyWatchedInterval {
                pending.lookAtAll(as: .incremental, at: .now)
                sweptAt = .now
            }
        }
    }

    private func scan(_ request: ScanRequest, _ pending: inout PendingChanges) async throws {
        do {
            pending.handOver(to: try await watching.scans.request(request))
            watching.worker.wake()
        } catch let error as CatalogError where [.conflict, .unavailable].contains(error.code) {
            pending.postpone(until: .now + Self.pause)
        }
    }

    /// Looks what became of the scan that was asked for.
    ///
    /// - Returns: whether one has just seen the whole root, and perhaps found more directories.
    private func hasSeenAll(_ pending: inout PendingChanges) async throws -> Bool {
        guard let job = pending.job else { return false }
        let scan: Scan?
        do {
            scan = try await whileAway(or: nil) { try await watching.scans.find(job, scope: .everything) }
        } catch let error as CatalogError where error.code == .notFound {
            pending.takeBack(retry: .now + Self.retryPause)
            return false
        }
        guard let scan, scan.isOver else { return false }
        switch scan.status {
        case Job.Status.failed.rawValue: pending.takeBack(retry: .now + Self.retryPause)
        // Whoever has stopped it does not want it again at once.
        case Job.Status.cancelled.rawValue: pending.takeBack(retry: nil)
        default:
            guard scan.type == ScanType.watch.rawValue else {
                let isQuick = scan.type == ScanType.quick.rawValue
                let isAsBefore = isQuick && scan.counts.added == 0 && scan.counts.moved == 0
                return pending.finish() && !isAsBefore
            }
            if scan.counts.errors > 0 {
                pending.finishInPart(retry: .now + Self.retryPause)
            } else {
                pending.finish()
            }
        }
        return false
    }

    /// What `body` says, or `unknown` while the database is away: what has changed meanwhile must not be forgotten.
    private func whileAway<Value>(or unknown: Value, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch let error as CatalogError
            where [.unavailable, .timedOut].contains(error.code)
        {
            return unknown
        }
    }

    private func warn(_ count: Int) {
        logger.warning(
            "not all directories can be watched, so the root is scanned each quarter of an hour; raise fs.inotify.max_user_watches",
            metadata: ["root": "\(root.name)", "watched": "\(count)"])
    }

    // MARK: On a thread that may block

    /// Watches all directories of the catalog.
    ///
    /// - Returns: those that were not watched before; and false when there are more than may be watched.
    private static func watchAll(
        of root: RootID, _ paths: DirectoryPaths, _ watch: DirectoryWatch, _ stop: StopSignal
    ) throws -> (new: [NativePath], isWhole: Bool) {
        var part: [NativePath] = []
        var new: [NativePath] = []
        var isWhole = true
        try paths.forEach(of: root) { path in
            part.append(path)
            guard part.count == batch else { return true }
            isWhole = watch.add(part) { new.append($0) } != .limitReached
            part = []
            return isWhole && !stop.isRaised
        }
        isWhole = isWhole && watch.add(part) { new.append($0) } != .limitReached
        return (new, isWhole)
    }

    /// The same for directories that have appeared, with all that came with them.
    private static func watch(
        _ directories: [NativePath], in root: ScanRoot, _ watch: DirectoryWatch, _ stop: StopSignal
    ) -> Bool {
        var waiting = directories
        var known = Set(directories)
        var listing = DirectoryListing()
        while let next = waiting.popLast(), !stop.isRaised {
            guard root.patterns.admits(directory: next) else { continue }
            switch watch.add(CollectionOfOne(next)) {
            case .limitReached: return false
            case .gone: continue
            case .watched, .alreadyWatched: break
            }
            // Listed once it is watched: whatever comes later is told.
            guard (try? root.backend.list(next, into: &listing)) != nil else { continue }
            for entry in listing.entries where entry.kind == .directory {
                var path = next
                listing.withName(of: entry) { path.append($0) }
                if known.insert(path).inserted { waiting.append(path) }
            }
        }
        return true
    }
}
