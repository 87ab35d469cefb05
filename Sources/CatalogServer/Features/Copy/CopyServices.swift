import CatalogCore
import CatalogDatabase
import CatalogStorage

/// What writes to storages, with the threads that it has to itself.
struct CopyServices: Sendable {
    let copies: CopyService
    let uploads: UploadService
    /// A copy keeps one of these until it is done, so that downloads and listings have theirs.
    let pool: BlockingPool

    /// - Throws: `CatalogError.invalidArgument` for a directory of the settings that is no path.
    init(
        _ configuration: CatalogServices.Configuration, roots: StorageRootService, recorder: FileRecorder,
        storagePool: BlockingPool, database: any Database
    ) throws {
        pool = BlockingPool(name: "copy", threads: Limits.copiesAtOnce + Limits.copyJobsAtOnce, queueLimit: 256)
        let settings = configuration.copy
        let places = CopyPlaces(roots: roots, local: try LocalPlaces(settings, reserved: configuration.reserved))
        copies = CopyService(
            places: places, recorder: recorder, pool: pool, node: settings.node, database: database)
        uploads = UploadService(
            places: places, recorder: recorder, writing: storagePool, pool: pool, maxBytes: settings.maxUploadBytes)
    }

    /// What runs copies that are jobs, and tells who listens, here and on other nodes.
    func job(_ time: TimeSource, _ events: EventBroker, _ nodes: NodeSignals) -> CopyJob {
        CopyJob(service: copies, time: time) { progress in
            events.publish(LiveEvent(progress, at: time.now))
            nodes.post(progress.signal)
        }
    }
}
