package import CatalogCore
package import CatalogDatabase
package import CatalogJobs
package import CatalogScanner
import CatalogSearch
package import CatalogStorage
package import Logging

/// Every service of the product over one database, built once: what the server, the command line and later a worker share.
package struct CatalogServices: Sendable {
    /// What the parts take from the settings.
    package struct Configuration: Sendable {
        /// Names that no scan looks at.
        package var skipNames: [String]
        /// Directories that may become local roots; nil for any.
        package var allowedLocalRoots: [String]?
        /// The data directory and what else of ours no root may show.
        package var reserved: [ReservedDirectory]
        /// Threads for calls to storages.
        package var storageThreads: Int
        /// Scans at the same time.
        package var scanSlots: Int
        /// Setting `scan.concurrency`: directories that one scan lists at the same time.
        package var scanConcurrency: Int
        /// How long a storage root may take to say that it is there, where nobody says how long they wait.
        package var probePatience = StorageProbes.usualPatience
        /// Which jobs the process takes.
        package var reach = JobStore.Reach.common
        /// How long the removal of a root waits for its scan to stop. No setting: only tests have less patience.
        package var scanStopPatience: Duration = .seconds(Limits.scanStopSeconds)
        /// Opens the passwords of remote roots.
        package var vault: CredentialVault
        /// What copies may use of this machine.
        package var copy = CopySettings.none
        /// Bytes of all files of one archive; 0 for any number.
        package var maxArchiveBytes = Limits.archiveBytes
        /// The reads of this process, which its scans let pass.
        package var reads = ForegroundReads()

        /// Jobs of every kind at the same time: copies, hashes and the removal of duplicates never take the place of a scan.
        var jobSlots: Int {
            scanSlots + Limits.smallScansAtOnce + Limits.copyJobsAtOnce + Limits.hashJobsAtOnce
                + Limits.duplicateRemovalsAtOnce
        }

        /// Copies run beside scans of whole roots, and have what those do not take.
        private var wholeScansAtOnce: Int { scanSlots + Limits.copyJobsAtOnce }
        /// One for each scan.
        fileprivate var scanThreads: Int { wholeScansAtOnce + Limits.smallScansAtOnce }

        fileprivate func threads(_ scans: BlockingPool, _ storage: BlockingPool) -> ScanThreads {
            ScanThreads(
                pool: scans, storage: storage, directoriesAtOnce: scanConcurrency, wholeAtOnce: wholeScansAtOnce,
                reads: reads)
        }

        package init(
            skipNames: [String], reserved: [ReservedDirectory], storageThreads: Int,
            scanSlots: Int, scanConcurrency: Int, vault: CredentialVault
        ) {
            self.skipNames = skipNames
            self.reserved = reserved
            self.storageThreads = storageThreads
            self.scanSlots = scanSlots
            self.scanConcurrency = scanConcurrency
            self.vault = vault
        }
    }

    /// Who else hears of the scans that run in this process.
    package struct ScanListeners: Sendable {
        /// Told about once a second how far a scan is, beside the live events.
        package let onProgress: @Sendable (ScanProgress) -> Void
        /// Awaited before a scan counts as completed: the search index catches up.
        package let onWritten: @Sendable () async throws -> Void

        package init(
            onProgress: @escaping @Sendable (ScanProgress) -> Void = { _ in },
            onWritten: @escaping @Sendable () async throws -> Void = {}
        ) {
            self.onProgress = onProgress
            self.onWritten = onWritten
        }
    }

    /// The storage roots, and whether they answer.
    package let roots: StorageRootService
    /// Requests, cancels and lists scans, and decides about parked removals.
    package let scans: ScanService
    /// Listings and entries as the API shows them.
    package let catalog: CatalogService
    /// Which files are equal, and what of that somebody may see.
    package let duplicates: DuplicateService
    let redundancy: RedundancyService
    let duplicatePlans: DuplicatePlanService
    /// Which files are read through this process.
    package let accessLog: FileAccessLog
    /// Figures over it.
    package let statistics: StatisticsService
    let downloads: DownloadService
    /// Many files as one.
    package let archives: ArchiveService
    let writing: CopyServices
    /// Files that stay open between two requests; runs as a service, so that they are closed in time.
    package let openFiles: OpenFileCache
    /// Live events for everybody who listens in this process.
    package let events: EventBroker
    /// The other processes over the same database; runs as a service.
    package let nodes: NodeSignals
    /// What the scans of this process have looked at, for `/metrics`.
    let scanActivity: ScanActivity
    /// Runs queued scans and removals, once somebody calls its `run()`.
    package let worker: JobWorker
    /// Checks whether a caller may have a link to a file.
    package let checkFile: DownloadLinkService.FileCheck
    let entries: CatalogStore
    private let reads: ForegroundReads
    private let database: any Database
    let registry: StorageRegistry
    private let storagePool: BlockingPool
    private let scanPool: BlockingPool
    private let probePool: BlockingPool
    private let searchPool: BlockingPool

    /// - Parameters:
    ///   - providers: the protocols of this program.
    ///   - listeners: hear of scans that run in this process.
    /// - Throws: `CatalogError.invalidArgument` for a directory of copies that is no path.
    package init(
        database: any Database, configuration: Configuration, providers: [StorageBackendProvider], time: TimeSource,
        logger: Logger, listeners: ScanListeners = ScanListeners()
    ) throws {
        (self.database, registry) = (database, StorageRegistry())
        storagePool = BlockingPool(name: "storage", threads: configuration.storageThreads, queueLimit: 1_024)
        (scanPool, probePool) = Self.backgroundPools(configuration)
        searchPool = BlockingPool(name: "search", threads: 2, queueLimit: 1_024)
        let policy = LocalRootPolicy(allowed: configuration.allowedLocalRoots ?? [], reserved: configuration.reserved)
        let scans = ScanService(database: database, time: time, stopPatience: configuration.scanStopPatience)
        let events = EventBroker()
        let nodes = NodeSignals(database: database, logger: logger)
        let probes = StorageProbes(pool: probePool, patience: configuration.probePatience)
        let roots = StorageRootService(
            store: StorageRootStore(database: database, time: time),
            access: StorageAccess(
                registry: registry, providers: providers, pool: storagePool, probes: probes, vault: configuration.vault),
            policy: policy, skipNames: configuration.skipNames, scans: scans,
            onChange: Self.tell(events, nodes, time))
        let (entries, scanActivity) = (CatalogStore(database: database), ScanActivity())
        let publish = Self.tell(events, nodes, time, scanActivity, listeners)
        (self.nodes, self.roots, self.entries, self.scans) = (nodes, roots, entries, scans)
        (self.events, self.scanActivity, reads) = (events, scanActivity, configuration.reads)
        (duplicates, redundancy) = Self.duplicates(database, roots, reads)
        duplicatePlans = DuplicatePlanService(database: database, roots: roots, pool: storagePool, time: time)
        catalog = CatalogService(store: entries, roots: roots, duplicates: duplicates, reads: reads)
        accessLog = FileAccessLog(database: database, time: time)
        statistics = StatisticsService(
            database: database, duplicates: duplicates, accessLog: accessLog, reads: reads, time: time)
        openFiles = OpenFileCache()
        let sources = DownloadSources(catalog: entries, roots: roots, scans: scans, openFiles: openFiles)
        downloads = DownloadService(sources, pool: storagePool, time: time)
        archives = ArchiveService(
            database: database, roots: roots, downloads: downloads, pool: storagePool,
            maxBytes: configuration.maxArchiveBytes, time: time)
        let written = FileRecorder(
            refresh: FileRefresh(database: database, roots: roots, pool: storagePool, time: time),
            audit: AuditService(database: database), time: time, logger: logger, onWritten: listeners.onWritten)
        writing = try CopyServices(
            configuration, roots: roots, recorder: written, storagePool: storagePool, database: database)
        checkFile = Self.fileCheck(entries)
        worker = JobWorker(
            store: JobStore(database: database, time: time),
            handlers: [
                ScanJob(
                    database: database, roots: roots, threads: configuration.threads(scanPool, storagePool),
                    time: time, onProgress: publish, onWritten: listeners.onWritten),
                RemovalJob(database: database, roots: roots, pool: scanPool, time: time, onEnd: publish),
                writing.job(time, events, nodes),
                HashJob(database: database, roots: roots, pool: storagePool, time: time, logger: logger),
                duplicatePlans.job(logger, onWritten: listeners.onWritten),
            ], slots: configuration.jobSlots, reach: configuration.reach, logger: logger,
            prepare: { try await roots.finishPurges() })
        listen(time)
    }

    private static func backgroundPools(_ configuration: Configuration) -> (scan: BlockingPool, probe: BlockingPool) {
        (
            BlockingPool(name: "scan", threads: configuration.scanThreads, queueLimit: 64, isBackground: true),
            BlockingPool(name: "probe", threads: max(1, configuration.storageThreads / 2), queueLimit: 256)
        )
    }

    private static func duplicates(
        _ database: any Database, _ roots: StorageRootService, _ reads: ForegroundReads
    ) -> (DuplicateService, RedundancyService) {
        (
            DuplicateService(database: database, roots: roots, reads: reads),
            RedundancyService(database: database, roots: roots, reads: reads)
        )
    }

    private static func fileCheck(_ entries: CatalogStore) -> DownloadLinkService.FileCheck {
        { id, caller in
            let entry = try await entries.entry(id: id, scope: caller.scope).entry
            try DownloadService.requireDownloadable(entry, scope: caller.scope)
        }
    }

    /// The service that closes files that nobody reads any more.
    package var unreadFiles: UnreadFileCloser { UnreadFileCloser(registry: roots.registry) }

    /// The service that removes what copies have left on storages that were away.
    package func leftoverParts(logger: Logger) -> LeftoverParts {
        LeftoverParts(copies: writing.copies, logger: logger)
    }

    /// The service that notices the return of storage roots.
    ///
    /// - Parameter only: the roots that this process has to itself; nil for those that no worker has to itself.
    package func watch(every interval: Duration, only own: Set<RootID>? = nil, logger: Logger) -> StorageRootWatch {
        StorageRootWatch(roots: roots, interval: interval, logger: logger, owns: owner(own))
    }

    /// Whether a storage root is the business of this process.
    private func owner(_ own: Set<RootID>?) -> @Sendable (StorageRoot) async throws -> Bool {
        { [scans] root in
            if let own { return own.contains(root.id) }
            return try await !scans.isPinned(root.id)
        }
    }

    /// The service that follows changes in local storage roots as they happen.
    ///
    /// - Parameter only: as for `watch`.
    package func followChanges(only own: Set<RootID>? = nil, logger: Logger) -> ChangeWatch {
        ChangeWatch(
            roots: roots, scans: scans, worker: worker, paths: DirectoryPaths(database: database), logger: logger,
            owns: owner(own))
    }

    /// The service that has storage roots scanned when their time has come.
    ///
    /// - Parameter only: as for `watch`.
    package func schedule(only own: Set<RootID>? = nil, time: TimeSource = .system, logger: Logger) -> ScanScheduler {
        ScanScheduler(roots: roots, scans: scans, worker: worker, time: time, logger: logger, owns: owner(own))
    }

    /// Searching, by what somebody has opened.
    package func search(_ engine: SearchEngine) -> SearchService {
        SearchService(
            engine: engine, store: SearchStore(database: database), catalog: entries, duplicates: duplicates,
            pool: searchPool, reads: reads)
    }

    /// Removes uploads that were on their way when the program ended; for whoever has the data directory to itself.
    ///
    /// - Returns: how many.
    package func removeLeftUploads() async throws -> Int {
        try await storagePool.run { [local = writing.uploads.places.local] in try local.sweepSpool() }
    }

    /// Ends the threads and closes the storages, after everything that uses them has stopped.
    package func shutdown() async throws {
        nodes.close()
        writing.copies.stopping.raise(.shutdown)
        registry.closeAll()
        try await storagePool.shutdown()
        try await scanPool.shutdown()
        try await searchPool.shutdown()
        try await archives.threads.pool.shutdown()
        try await writing.shutdown()
        // A storage that does not answer keeps its thread; nobody waits for that.
        probePool.abandon()
    }
}
