import CatalogCore
import CatalogDatabase

/// A row of `EntryQueries.children`: an entry as the catalog knows it.
struct EntryRow {
    let id: EntryID
    let kind: EntryKind
    let name: [UInt8]
    /// Bytes of a file, otherwise 0.
    let size: Int64
    /// What makes a file another one than before: size, times, inode, links.
    let attributes: [Int64]

    init(row: SQLRow) {
        id = row.integer(0)
        kind = EntryKind(rawValue: row.integer(1)) ?? .file
        name = row.bytes(2)
        size = row.integer(3)
        attributes = [row.integer(3), row.integer(4), row.integer(5), row.integer(8), row.integer(9)]
    }

    /// Whether somebody may have written into the file even if its size and its modification time are what they were, since the storage
    /// says that it has changed. A new name of it, or one less, is no such
    /// change; another file in its place is.
    func mayHaveOtherContent(_ new: [Int64]) -> Bool {
        attributes[2] != new[2] && (attributes[4] == new[4] || attributes[3] != new[3])
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
