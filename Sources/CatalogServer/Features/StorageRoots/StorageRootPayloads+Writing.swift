import CatalogCore
import CatalogScanner
import CatalogStorage

/// What is known of a root at the moment, beside what is stored of it.
struct StorageRootState: Sendable {
    var space: StorageProbe?
    var circuit: CircuitBreaker.State?
    /// Nil for who may not see all of the root.
    var hashing: HashActivity?
}

extension JSONWriter {
    /// A storage root; `state` and `message` where the answer has them.
    mutating func storageRoot(
        _ root: StorageRoot, _ state: StorageRootState = StorageRootState(), message: String? = nil
    ) {
        beginObject()
        field("id", root.slug)
        field("root_id", root.id)
        field("name", root.name)
        field("path", root.path)
        field("protocol", root.protocolName)
        connection(of: root)
        field("enabled", root.enabled)
        field("allow_overlap", root.allowOverlap)
        field("max_depth", root.maxDepth)
        field("enable_duplicate_detection", root.enableDuplicateDetection)
        field("enable_metadata_extraction", root.enableMetadataExtraction)
        field("include_patterns", root.includePatterns)
        field("exclude_patterns", root.excludePatterns)
        field("scan_interval", root.schedule.interval)
        field("quiet_window", root.schedule.quiet?.text)
        field("hash_window", root.hashLimits.window?.text)
        field("hash_budget", root.hashLimits.bytesPerDay ?? 0)
        if let hashing = state.hashing { hashActivity(hashing) }
        field("status", root.shownStatus)
        field("last_error", root.lastError)
        field("last_checked_at", time: root.lastCheckedAt)
        if let circuit = state.circuit { field("circuit", circuit.rawValue) }
        if let free = state.space?.freeBytes { field("free_bytes", free) }
        if let total = state.space?.totalBytes { field("total_bytes", total) }
        field("created_at", time: root.createdAt)
        field("updated_at", time: root.updatedAt)
        field("last_scan_at", time: root.lastScanAt)
        if let message { field("message", message) }
        endObject()
    }

    private mutating func hashActivity(_ hashing: HashActivity) {
        field("hash_state", hashing.state.rawValue)
        field("hash_next_at", time: hashing.nextAt)
        field("hash_bytes_today", hashing.bytesReadToday)
        field("hash_bytes_pending", hashing.pendingBytes)
    }

    /// What network protocols have; a local root has none of it. The password is never shown.
    private mutating func connection(of root: StorageRoot) {
        let url = root.protocolName == "local" ? nil : try? StorageURL(parsing: root.url)
        field("host", url?.host)
        field("port", url?.port)
        field("username", root.username)
        field("domain", root.domain)
        nullField("mount_point")
        if root.options.isEmpty {
            nullField("options")
        } else {
            beginObject("options")
            for (name, value) in root.options.sorted(by: { $0.key < $1.key }) {
                key(dynamic: name)
                string(value)
            }
            endObject()
        }
        field("url", url?.text)
        field("has_password", root.sealedPassword != nil)
    }

    /// A name of a live listing.
    mutating func liveEntry(_ entry: LiveEntry) {
        let fileExtension = entry.isDirectory ? nil : FileExtension.of(text: entry.name)
        beginObject()
        field("name", entry.name)
        field("path", entry.path)
        field("is_directory", entry.isDirectory)
        field("size", entry.sizeBytes)
        field("modified_at", time: entry.modifiedNS == 0 ? nil : entry.modifiedNS / 1_000)
        if !entry.isDirectory { field("mime_type", MIMEType.of(fileExtension: fileExtension)) }
        if let fileExtension { field("extension", fileExtension) }
        endObject()
    }
}
