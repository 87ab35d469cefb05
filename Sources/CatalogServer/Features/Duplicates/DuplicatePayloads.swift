import CatalogCore
import CatalogScanner
import Hummingbird

/// What duplicates put on the wire.
extension JSONWriter {
    /// A group with its files.
    mutating func duplicateGroup(_ found: FoundDuplicates) {
        let group = found.group
        beginObject()
        field("id", group.id)
        field("hash", ContentHash.text(of: group.hash))
        field("file_count", group.fileCount)
        field("count", group.fileCount)
        field("size", group.sizeBytes)
        field("total_size", group.totalBytes)
        field("wasted_space", group.wastedBytes)
        field("created_at", time: group.createdAt)
        field("updated_at", time: group.updatedAt)
        beginArray("files")
        for file in found.files { fileInfo(file, quickHash: found.quickHash) }
        endArray()
        endObject()
    }

    /// A group with the place of one of its files.
    mutating func largeGroup(_ found: FoundDuplicates) {
        let group = found.group
        beginObject()
        field("id", group.id)
        field("group_id", group.id)
        field("hash", ContentHash.text(of: group.hash))
        field("file_count", group.fileCount)
        field("total_size", group.totalBytes)
        field("wasted_space", group.wastedBytes)
        field("sample_path", found.files.first?.path)
        field("storage_root_name", found.files.first?.rootName)
        endObject()
    }
}
