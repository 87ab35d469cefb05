import CNFS
import CatalogCore
import CatalogStorage
import Glibc

extension StorageEntry {
    /// Nil for what is neither file, directory nor link.
    init?(_ status: nfs_stat_64, version: Int) {
        guard let kind = EntryKind(mode: status.nfs_mode) else { return nil }
        self.init(kind: kind)
        sizeBytes = Int64(clamping: status.nfs_size)
        modifiedNS = Self.nanoseconds(Int64(bitPattern: status.nfs_mtime), Int64(clamping: status.nfs_mtime_nsec))
        changedNS = Self.nanoseconds(Int64(bitPattern: status.nfs_ctime), Int64(clamping: status.nfs_ctime_nsec))
        // Listings of version 4 have no numbers, and what a look says must be what a listing says.
        inode = version == 4 ? 0 : Int64(bitPattern: status.nfs_ino)
        linkCount = Int64(clamping: status.nfs_nlink)
    }

    init?(_ entry: nfsdirent, version: Int) {
        guard let kind = EntryKind(mode: UInt64(entry.mode), type: entry.type) else { return nil }
        self.init(kind: kind)
        sizeBytes = Int64(clamping: entry.size)
        modifiedNS = Self.nanoseconds(Int64(entry.mtime.tv_sec), Int64(entry.mtime_nsec))
        changedNS = Self.nanoseconds(Int64(entry.ctime.tv_sec), Int64(entry.ctime_nsec))
        // The library leaves it as it was in memory (version 4).
        inode = version == 4 ? 0 : Int64(bitPattern: entry.inode)
        linkCount = Int64(entry.nlink)
    }

    /// What a server says may be any number: one that no calendar has counts as unknown.
    private static func nanoseconds(_ seconds: Int64, _ rest: Int64) -> Int64 {
        let (whole, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !isTooLarge, (0..<1_000_000_000).contains(rest) else { return 0 }
        let (sum, overflows) = whole.addingReportingOverflow(rest)
        return overflows ? 0 : sum
    }
}

extension NFSConnection.Listed {
    init(_ entry: nfsdirent, version: Int) {
        if let known = StorageEntry(entry, version: version) {
            self = .entry(known)
        } else {
            self = entry.type == 0 && entry.mode == 0 ? .undescribed : .other
        }
    }
}

extension EntryKind {
    /// - Parameters:
    ///   - mode: as `stat` has it; version 3 leaves the kind out of it.
    ///   - type: of version 3 (RFC 1813 section 2.5) and of version 4 (RFC 7530 section 3.1): 1 file, 2 directory, 5 link.
    init?(mode: UInt64, type: UInt32 = 0) {
        switch (mode & UInt64(S_IFMT), type) {
        case (UInt64(S_IFREG), _), (0, 1): self = .file
        case (UInt64(S_IFDIR), _), (0, 2): self = .directory
        case (UInt64(S_IFLNK), _), (0, 5): self = .link
        default: return nil
        }
    }
}
