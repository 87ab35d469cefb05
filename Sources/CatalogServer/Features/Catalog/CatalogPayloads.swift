import CatalogCore
import CatalogScanner

extension JSONWriter {
    /// An object that begins with the array `name`, with room for so many entries.
    init(beginningPage name: StaticString, rows: Int) {
        self.init(capacity: 256 + rows * 384)
        beginObject()
        beginArray(name)
    }

    /// An entry of a listing or of search results: the documented ten keys, and what has to be said beside them.
    mutating func entry(_ entry: CatalogEntry) {
        let mimeType = entry.isDirectory ? nil : MIMEType.of(fileExtension: entry.fileExtension)
        let texts =
            entry.rootName.utf8.count + entry.directoryPath.utf8.count + 2 * entry.nameText.utf8.count
            + (mimeType?.utf8.count ?? 0)
        // The names of the members and everything of a fixed length are less than 448 bytes.
        piece(atMost: 448 + texts * JSONText.escapedBytesMax) { text in
            text.open("{")
            text.field("id", entry.id)
            text.field("storage_root_id", entry.rootID)
            text.field("storage_root_name", entry.rootName)
            text.field("path", entry.directoryPath, entry.nameText)
            text.field("name", entry.nameText)
            text.field("size", entry.sizeBytes)
            text.field("is_directory", entry.isDirectory)
            text.key("mime_type")
            if let mimeType { text.string(mimeType) } else { text.literal("null") }
            text.field("created_at", time: entry.firstSeenAt)
            text.field("modified_at", time: entry.modifiedAt)
            if entry.kind == .link { text.field("is_symlink", true) }
            if let group = entry.duplicateGroupID {
                text.field("is_duplicate", true)
                text.field("duplicate_group_id", group)
            }
            if entry.isOffline { text.field("storage_status", "offline") }
            text.close("}")
        }
    }

    /// Everything about one entry.
    ///
    /// - Parameters:
    ///   - quickHash: nil for a file that nobody had to read.
    ///   - moments: when its root was scanned and the file was read last; nil where that is not looked up.
    mutating func fileInfo(
        _ entry: CatalogEntry, quickHash: [UInt8]?, moments: (lastScanAt: Int64?, accessedAt: Int64?)? = nil
    ) {
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
        field("is_duplicate", entry.duplicateGroupID != nil)
        field("duplicate_group_id", entry.duplicateGroupID)
        field("hash", quickHash.map(ContentHash.text))
        // What later versions find out.
        for key in Self.uncomputed { nullField(key) }
        field("created_at", time: entry.firstSeenAt)
        field("modified_at", time: entry.modifiedAt)
        field("last_modified", time: entry.modifiedAt)
        if let moments {
            field("accessed_at", time: moments.accessedAt)
            field("last_scan_at", time: moments.lastScanAt)
        }
        field("updated_at", time: entry.updatedAt)
        field("deleted", false)
        field("is_symlink", entry.kind == .link)
        if entry.isOffline { field("storage_status", "offline") }
        endObject()
    }

    private static let uncomputed: [StaticString] = [
        "media_type", "media_item_id", "md5", "sha1", "sha256", "blake3",
    ]
}

extension CatalogEntry {
    /// Microseconds since 1970, the unit of the API's times.
    var modifiedAt: Int64 { modifiedNS / 1_000 }
}
