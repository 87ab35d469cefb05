import CatalogCore
import CatalogDatabase

/// Which file a name stands for: names of one file (hard links) have the same device and number on it.
struct FileIdentity: Sendable, Hashable {
    let device: Int64
    let inode: Int64

    /// The device of files with one name, whose number is that of their entry.
    private static let noDevice: Int64 = -1

    /// - Parameters:
    ///   - linkCount: names of the file; 1 or less means that this is its only one, or that the storage does not say.
    ///   - inode: 0 where the storage does not say.
    init(entry: EntryID, device: Int64, inode: Int64, linkCount: Int64) {
        let hasMoreNames = linkCount > 1 && inode != 0 && device != Self.noDevice
        self.device = hasMoreNames ? device : Self.noDevice
        self.inode = hasMoreNames ? inode : entry
    }

    /// As in a row.
    init(device: Int64, inode: Int64) {
        (self.device, self.inode) = (device, inode)
    }

    /// Whether there may be other names of the file.
    var hasMoreNames: Bool { device != Self.noDevice }

    /// Whether other storage roots may have names of the file: those on one disk of this machine. Other machines number their disks as they
    /// like, so that their storages have no number here (0).
    var mayBeInOtherRoots: Bool { device > 0 }
}

/// A file that may have to be read.
struct HashCandidate: Sendable {
    let id: EntryID
    let parentID: EntryID
    let name: [UInt8]
    /// As the catalog has them: what is read is true for these.
    let sizeBytes: Int64
    let modifiedNS: Int64
    /// 0 where the storage does not say.
    private(set) var changedNS: Int64
    let inode: Int64
    let linkCount: Int64
    private(set) var identity: FileIdentity
    /// Whether it was read before, and may have other content by now.
    let isDoubted: Bool

    /// Nil for the directory of a root itself.
    init?(_ entry: MovableEntry) {
        guard let parent = entry.parentID else { return nil }
        (id, parentID, name) = (entry.id, parent, entry.name)
        (sizeBytes, modifiedNS, changedNS) = (entry.size, entry.modifiedNS, entry.changedNS)
        (inode, linkCount, isDoubted) = (entry.inode, entry.linkCount, false)
        identity = FileIdentity(
            entry: entry.id, device: entry.device, inode: entry.inode, linkCount: entry.linkCount)
    }

    /// Columns as in `HashQueries.candidateColumns`.
    init(row: SQLRow) {
        (id, parentID, name) = (row.integer(0), row.integer(1), row.bytes(2))
        (sizeBytes, modifiedNS, inode) = (row.integer(3), row.integer(4), row.integer(6))
        (linkCount, changedNS, isDoubted) = (row.integer(7), row.integer(8), row.bool(9))
        identity = FileIdentity(
            entry: row.integer(0), device: row.integer(5), inode: row.integer(6), linkCount: row.integer(7))
    }
}

extension HashCandidate {
    /// The same file once it is known that it has more names.
    func named(as identity: FileIdentity, changedNS: Int64) -> HashCandidate {
        var copy = self
        (copy.identity, copy.changedNS) = (identity, changedNS)
        return copy
    }
}

/// What was read of a file: hashes that are true for its size and modification time.
struct FileHash: Sendable {
    /// Nil where it was known before.
    let quick: [UInt8]?
    /// Nil where not all of the file was read.
    let content: [UInt8]?
}

/// A file in the table of hashes, as far as groups are concerned.
struct HashedFile: Sendable {
    let entryID: EntryID
    let rootID: RootID
    let sizeBytes: Int64
    let content: [UInt8]?
    let identity: FileIdentity
}

/// How far a hash job is.
package struct HashProgress: Sendable, Equatable {
    /// Files that were opened and read, each of the two readings counted.
    package var filesRead: Int64 = 0
    /// Bytes that came from storages.
    package var bytesRead: Int64 = 0
    /// Files that are not any more what the catalog has; the next scan sees to them.
    package var filesSkipped: Int64 = 0
    /// Files that could not be read.
    package var errors: Int64 = 0
}
