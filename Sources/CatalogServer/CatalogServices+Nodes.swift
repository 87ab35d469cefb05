import CatalogCore
import CatalogDatabase
import CatalogJobs
import CatalogScanner
import CatalogStorage

/// What nodes over the same database tell each other.
extension CatalogServices {
    /// Tells whoever listens, here and on other nodes, how far a scan is.
    static func tell(
        _ events: EventBroker, _ nodes: NodeSignals, _ time: TimeSource, _ activity: ScanActivity,
        _ listeners: ScanListeners
    ) -> @Sendable (ScanProgress) -> Void {
        { progress in
            events.publish(LiveEvent(progress, at: time.now))
            nodes.post(progress.signal)
            activity.note(progress)
            listeners.onProgress(progress)
        }
    }

    /// Tells whoever listens, here and on other nodes, that a storage root is back or away.
    static func tell(
        _ events: EventBroker, _ nodes: NodeSignals, _ time: TimeSource
    ) -> @Sendable (StorageRootChange) -> Void {
        { change in
            events.publish(LiveEvent(change, at: time.now))
            nodes.post(change.signal)
        }
    }

    /// Does what other nodes tell.
    func listen(_ time: TimeSource) {
        nodes.onNews { [worker, registry, publish = events.publish] news in
            switch news {
            case .signal(.jobAdded): worker.wake()
            case .signal(.jobCancelled(let id)): worker.cancelNow(id)
            case .signal(.rootChanged(let id)): registry.invalidate(id)
            case .signal(.scanProgress(let json)):
                if let progress = ScanProgress(signal: json) { publish(LiveEvent(progress, at: time.now)) }
            case .signal(.copyProgress(let json)):
                if let progress = CopyProgress(signal: json) { publish(LiveEvent(progress, at: time.now)) }
            case .signal(.rootStatus(let json)):
                if let change = StorageRootChange(signal: json) { publish(LiveEvent(change, at: time.now)) }
            case .listening:
                worker.wake()
                registry.invalidateAll()
            case .signal: break
            }
        }
    }
}
