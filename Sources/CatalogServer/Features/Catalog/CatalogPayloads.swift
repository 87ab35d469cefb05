import CatalogCore

extension JSONWriter {
    /// An entry of a listing or of search results: the documented ten keys, and what has to be said beside them.
    mutating func entry(_ entry: CatalogEntry) {
        beginObject()
        field("id", entry.id)
        field("storage_root_id", entry.rootID)
        field("storage_root_name", entry.rootName)
        field("path", entry.path)
        field("name", entry.nameText)
        field("size", entry.sizeBytes)
        field("is_directory", entry.isDirectory)
        field("mime_type", entry.isDirectory ? nil : MIMEType.of(fileExtension: entry.fileExtension))
        field("created_at", time: entry.firstSeenAt)
        field("modified_at", time: entry.modifiedAt)
        noteState(of: entry)
        endObject()
    }

    /// Everything about one entry (`schemas.md` 1.4).
    mutating func fileInfo(_ entry: CatalogEntry, lastScanAt: Int64?) {
        beginObject()
        field("id", entry.id)
        field("storage_root_id", entry.rootID)
        field("storage_root_name", entry.rootName)
        field("smb_root", entry.rootName)
        field("path", entry.path)
        field("name", entry.nameText)
        field("is_directory", entry.isDirectory)
        field("type", entry.isDirectory ? "directory" : "file")
        field("size", entry.sizeBytes)
        field("mime_type", entry.isDirectory ? nil : MIMEType.of(fileExtension: entry.fileExtension))
        field("extension", entry.fileExtension)
        field("file_type", entry.isDirectory ? nil : FileType.of(fileExtension: entry.fileExtension).rawValue)
        field("parent_id", entry.parentID)
        // What later scans compute: a file without a hash is in no group and has no media item.
        field("is_duplicate", false)
        for key in Self.uncomputed { nullField(key) }
        field("created_at", time: entry.firstSeenAt)
        field("modified_at", time: entry.modifiedAt)
        field("last_modified", time: entry.modifiedAt)
        nullField("accessed_at")
        field("last_scan_at", time: lastScanAt)
        field("updated_at", time: entry.updatedAt)
        field("deleted", false)
        if entry.kind != .link { field("is_symlink", false) }
        noteState(of: entry)
        endObject()
    }

    private static let uncomputed: [StaticString] = [
        "duplicate_group_id", "media_type", "media_item_id", "hash", "md5", "sha1", "sha256", "blake3",
    ]

    private mutating func noteState(of entry: CatalogEntry) {
        if entry.kind == .link { field("is_symlink", true) }
        if entry.isOffline { field("storage_status", "offline") }
    }
}

extension CatalogEntry {
    /// Microseconds since 1970, the unit of the API's times.
    var modifiedAt: Int64 { modifiedNS / 1_000 }
}
