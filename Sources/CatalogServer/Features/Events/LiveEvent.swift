package import CatalogCore
package import CatalogScanner
import NIOCore

/// Something that happened, as live listeners hear of it.
package struct LiveEvent: Sendable {
    /// Listeners choose channels. Clients name all of them, also those on which nothing happens yet.
    package enum Channel: String, Sendable, CaseIterable {
        case scans = "scan_updates"
        case media = "media_updates"
        case system = "system_updates"
        case analysis = "analysis_updates"
        case assets = "asset_updates"
        case conversions = "conversion_updates"
        case copies = "copy_updates"
    }

    /// Only listeners of this channel hear of it.
    package let channel: Channel
    /// The member `type` of the event, such as `scan_progress`.
    package let type: String
    /// The root that it is about: only those who may see the root hear of it.
    package let rootID: RootID?
    /// JSON of the member `data`.
    private let data: JSONWriter
    /// Microseconds since 1970.
    private let at: Int64

    /// The progress of a scan.
    package init(_ progress: ScanProgress, at now: Int64) {
        channel = .scans
        type = "scan_progress"
        rootID = progress.rootID
        at = now
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.field("job_id", progress.scanID)
        json.field("storage_root", progress.rootName)
        json.field("storage_root_id", progress.rootID)
        json.field("config_id", progress.rootID)
        json.field("progress", progress.percent)
        json.field("status", progress.status)
        json.field("found_items", progress.counts.entriesFound)
        json.field("processed_items", progress.counts.entriesFound)
        json.field("items_per_second", progress.entriesPerSecond)
        json.field("added_items", progress.counts.added)
        json.field("updated_items", progress.counts.updated)
        json.field("deleted_items", progress.counts.removed)
        json.field("error_count", progress.counts.errors)
        json.field("current_path", progress.currentPath)
        if let error = progress.error { json.field("error", error) }
        json.endObject()
        data = json
    }

    /// The progress of a copy that is a job, for those who may see all of the root that it is about.
    init(_ progress: CopyProgress, at now: Int64) {
        let (copy, rootID) = (progress.copy, progress.rootID)
        channel = .copies
        type = "copy_progress"
        self.rootID = rootID
        at = now
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.field("job_id", copy.id)
        json.field("storage_root_id", rootID)
        json.field("status", copy.status)
        json.field("phase", copy.phase.isEmpty ? nil : copy.phase)
        json.field("progress", copy.percent)
        json.field("done_bytes", copy.doneBytes)
        json.field("total_bytes", copy.totalBytes)
        if let error = copy.error { json.field("error", error) }
        json.endObject()
        data = json
    }

    /// A storage root that can be reached again, or not any more.
    package init(_ change: StorageRootChange, at now: Int64) {
        channel = .system
        type = "storage_root_status"
        rootID = change.rootID
        at = now
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.field("storage_root", change.rootName)
        json.field("storage_root_id", change.rootID)
        json.field("status", change.status)
        if let error = change.error { json.field("error", error) }
        json.endObject()
        data = json
    }

    /// `{"type", "data", "payload", "timestamp"}`: some clients read one of the two names, some the other.
    var wireForm: ByteBuffer {
        var json = JSONWriter(capacity: 1_280)
        json.beginObject()
        json.field("type", type)
        json.key("data")
        json.raw(data.buffer.readableBytesView)
        json.key("payload")
        json.raw(data.buffer.readableBytesView)
        json.field("timestamp", time: at)
        json.endObject()
        return json.buffer
    }
}
