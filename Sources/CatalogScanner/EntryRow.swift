import CatalogCore
import CatalogDatabase

/// A row of `EntryQueries.children`: an entry as the catalog knows it.
struct EntryRow {
    let id: EntryID
    let kind: EntryKind
    let name: [UInt8]
    let attributes: FileAttributes
    /// Bytes of a file, otherwise 0.
    var size: Int64 { attributes.size }

    init(row: SQLRow) {
        id = row.integer(0)
        kind = EntryKind(rawValue: row.integer(1)) ?? .file
        name = row.bytes(2)
        attributes = FileAttributes(
            size: row.integer(3), modifiedNS: row.integer(4), changedNS: row.integer(5), inode: row.integer(8),
            linkCount: row.integer(9))
    }
}

/// What makes a file another one than before.
struct FileAttributes: Equatable {
    let size: Int64
    let modifiedNS: Int64
    let changedNS: Int64
    let inode: Int64
    let linkCount: Int64

    /// Whether somebody may have written into the file that is there now even if its size and its modification time are what they were,
    /// since the storage says that it has changed. A new name of it, or one less, is no such change; another file in its place is.
    func mayHideOtherContent(in new: FileAttributes) -> Bool {
        changedNS != new.changedNS && (linkCount == new.linkCount || inode != new.inode)
    }
}

/// What a tombstone waits for: the same name and kind.
struct Tombstone: Hashable {
    let name: [UInt8]
    let kind: EntryKind
}

/// How a directory was listed: what the next scan compares it with.
struct ListedState {
    let scanID: JobID
    let part: ListedDirectory
    /// Nil where the rows do not agree with the listing yet, so that the next scan compares them again.
    let digest: DirectoryDigest?
    /// Over the direct entries.
    let sums: DirectorySums
}
