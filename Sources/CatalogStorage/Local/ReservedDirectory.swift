import CLinux
import CatalogCore
import Glibc

/// A directory of the program itself, such as its data directory: it may lie inside of a storage root, but is never
/// listed, opened or scanned, because it holds the secrets.
package struct ReservedDirectory: Sendable, Equatable {
    /// Absolute, without links.
    package let path: [UInt8]
    package let device: Int64
    package let inode: Int64

    /// - Parameter path: an existing directory.
    /// - Throws: `CatalogError.unavailable` when it does not exist.
    package init(path: String) throws {
        guard let resolved = LocalPath.resolved(Array(path.utf8)), let entry = LocalPath.entry(resolved),
            entry.kind == .directory
        else {
            throw CatalogError(.unavailable, "The directory \(path) does not exist; make it first")
        }
        self.path = resolved
        device = entry.device
        inode = entry.inode
    }
}

/// Absolute paths of this machine as bytes.
enum LocalPath {
    /// The path without links, `.` and `..`; nil when something in it does not exist or cannot be entered.
    static func resolved(_ path: [UInt8]) -> [UInt8]? {
        withCString(path) { text in
            guard let real = realpath(text, nil) else { return nil }
            defer { free(real) }
            return Array(UnsafeRawBufferPointer(start: real, count: strlen(real)))
        }
    }

    /// What is there; a link is described as itself.
    static func entry(_ path: [UInt8]) -> StorageEntry? {
        var stat = catalog_stat()
        guard withCString(path, { catalog_statx(AT_FDCWD, $0, &stat) }) == 0 else { return nil }
        return StorageEntry(stat)
    }

    /// Whether `path` is `directory` or lies inside of it.
    ///
    /// Both are resolved.
    static func isInside(_ path: [UInt8], _ directory: [UInt8]) -> Bool {
        let slash = UInt8(ascii: "/")
        guard path.starts(with: directory) else { return false }
        return path.count == directory.count || directory == [slash] || path[directory.count] == slash
    }

    /// Hands out `path` as a C string.
    static func withCString<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result
    {
        try (path.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return try "".withCString(body) }
            return try body(start)
        }
    }
}

extension StorageEntry {
    /// Nil for what the catalog does not know: sockets, pipes, devices.
    init?(_ stat: catalog_stat) {
        switch stat.mode & UInt32(S_IFMT) {
        case UInt32(S_IFREG): self.init(kind: .file)
        case UInt32(S_IFDIR): self.init(kind: .directory)
        case UInt32(S_IFLNK): self.init(kind: .link)
        default: return nil
        }
        sizeBytes = Int64(clamping: stat.size)
        modifiedNS = stat.modified_ns
        changedNS = stat.changed_ns
        birthNS = stat.birth_ns
        device = Int64(bitPattern: stat.device)
        inode = Int64(bitPattern: stat.inode)
        linkCount = Int64(stat.link_count)
    }
}
