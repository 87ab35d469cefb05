import CatalogCore
import CatalogDatabase
import CatalogStorage

/// What writes to storages, with the threads that it has to itself.
struct CopyServices: Sendable {
    let copies: CopyService
    let uploads: UploadService
    /// A copy keeps one of the first until it is done, and an upload one of the second while it is put in its place, so that
    /// downloads and listings have theirs.
    private let (copying, uploading): (BlockingPool, BlockingPool)

    /// - Throws: `CatalogError.invalidArgument` for a directory of the settings that is no path.
    init(
        _ configuration: CatalogServices.Configuration, roots: StorageRootService, recorder: FileRecorder,
        storagePool: BlockingPool, database: any Database
    ) throws {
        copying = BlockingPool(name: "copy", threads: Limits.copiesAtOnce + Limits.copyJobsAtOnce, queueLimit: 256)
        uploading = BlockingPool(name: "upload", threads: Limits.copiesAtOnce, queueLimit: 256)
        let settings = configuration.copy
        let places = CopyPlaces(roots: roots, local: try LocalPlaces(settings, reserved: configuration.reserved))
        copies = CopyService(
            places: places, recorder: recorder, pools: (copying, storagePool), node: settings.node, database: database)
        uploads = UploadService(
            places: places, recorder: recorder, writing: storagePool, pool: uploading, maxBytes: settings.maxUploadBytes
        )
    }

    /// Waits for what runs.
    func shutdown() async throws {
        try await copying.shutdown()
        try await uploading.shutdown()
    }

    /// What runs copies that are jobs, and tells who listens, here and on other nodes.
    func job(_ time: TimeSource, _ events: EventBroker, _ nodes: NodeSignals) -> CopyJob {
        CopyJob(service: copies, time: time) { progress in
            events.publish(LiveEvent(progress, at: time.now))
            nodes.post(progress.signal)
        }
    }
}
