import CNFS
import CatalogCore
import CatalogStorage
import Foundation
import Synchronization

/// One mount of an export: a context of libnfs, which one thread at a time may use (its pool sees to that). The only
/// file with its pointers.
final class NFSConnection: ChangingConnection, @unchecked Sendable {
    private static let number = Atomic<Int>(0)

    private let context: OpaquePointer
    private let version: Int
    private var broken = false
    /// By the server's number of the file.
    private var openFiles: [UInt64: (handle: OpaquePointer, count: Int)] = [:]

    /// Mounts the export.
    ///
    /// - Throws: `NFSFailure`.
    init(_ target: NFSTarget) throws {
        guard let context = nfs_init_context() else { throw NFSFailure(number: ENOMEM, text: "no memory") }
        self.context = context
        version = target.version
        nfs_set_timeout(context, Int32(clamping: target.timeoutMilliseconds))
        // A connection that breaks is let go: what was open on it is gone for the server.
        nfs_set_autoreconnect(context, 0)
        // The catalog is the cache; this one would show what is not there any more.
        nfs_set_dircache(context, 0)
        if let url = nfs_parse_url_dir(context, target.settingsURL) { nfs_destroy_url(url) }
        // Two contexts of one name take each other's state away (NFS 4).
        let serial = Self.number.wrappingAdd(1, ordering: .relaxed).newValue
        nfs4_set_client_name(context, "catalogizer-\(getpid())-\(serial)-\(UInt64.random(in: .min ... .max))")
        // `deinit` runs when this throws.
        try check(nfs_mount(context, target.host, target.export))
    }

    deinit { nfs_destroy_context(context) }

    /// Whether it is of no use any more; asked on the thread that has it.
    var isGone: Bool { broken }

    // MARK: Calls, on the thread that has the connection

    /// What is at a path; a link is described as itself.
    func look(_ path: NFSPath) throws -> StorageEntry? {
        var status = nfs_stat_64()
        try check(nfs_lstat64(context, path.bytes, &status))
        return StorageEntry(status, version: version)
    }

    /// Calls `body` with the name and attributes of everything in a directory; nil stands for a socket, pipe or device.
    func list(_ path: NFSPath, _ body: (UnsafeRawBufferPointer, StorageEntry?) throws -> Void) throws {
        var handle: OpaquePointer?
        try check(nfs_opendir(context, path.bytes, &handle))
        defer { nfs_closedir(context, handle) }
        while let entry = nfs_readdir(context, handle) {
            guard let name = entry.pointee.name else { continue }
            let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
            // Version 3 lists the directory and its parent too.
            if bytes.elementsEqual(".".utf8) || bytes.elementsEqual("..".utf8) { continue }
            try body(bytes, StorageEntry(entry.pointee, version: version))
        }
    }

    /// An open file of this connection. A file that is opened twice is one for the server, which closes it for both: so it is
    /// opened once and counted.
    struct File: OpenRemoteFile, @unchecked Sendable {
        fileprivate let handle: OpaquePointer
        fileprivate let number: UInt64
        let entry: StorageEntry
    }

    func open(_ path: NFSPath) throws -> File {
        var status = nfs_stat_64()
        try check(nfs_lstat64(context, path.bytes, &status))
        if let known = openFiles[status.nfs_ino], let entry = StorageEntry(status, version: version) {
            openFiles[status.nfs_ino]?.count += 1
            return File(handle: known.handle, number: status.nfs_ino, entry: entry)
        }
        var handle: OpaquePointer?
        try check(nfs_open(context, path.bytes, O_RDONLY, &handle))
        guard let handle else { throw NFSFailure(number: EIO, text: "no handle") }
        let result = nfs_fstat64(context, handle, &status)
        guard result >= 0, let entry = StorageEntry(status, version: version) else {
            nfs_close(context, handle)
            try check(result)
            throw NFSFailure(number: ENOENT, text: "neither file nor directory")
        }
        openFiles[status.nfs_ino] = (handle, (openFiles[status.nfs_ino]?.count ?? 0) + 1)
        return File(handle: handle, number: status.nfs_ino, entry: entry)
    }

    func read(_ file: File, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        let result = nfs_pread(context, file.handle, UInt64(offset), UInt64(buffer.count), buffer.baseAddress)
        try check(result)
        return Int(result)
    }

    func close(_ file: File) {
        guard let known = openFiles[file.number], known.count > 1 else {
            openFiles[file.number] = nil
            _ = nfs_close(context, file.handle)
            return
        }
        openFiles[file.number]?.count -= 1
    }

    // MARK: Changes

    /// A file that is written has one handle: nobody else knows its name yet.
    func create(_ path: NFSPath, at offset: Int64) throws -> File {
        var handle: OpaquePointer?
        if offset == 0 {
            // The library's version 4 does not empty a file that is there.
            let removed = nfs_unlink(context, path.bytes)
            if removed != -ENOENT { try check(removed) }
        }
        // `nfs_creat` of version 4 opens what cannot be written into.
        let flags = offset == 0 ? O_CREAT | O_RDWR | O_TRUNC : O_RDWR
        try check(nfs_open2(context, path.bytes, flags, 0o644, &handle))
        guard let handle else { throw NFSFailure(number: EIO, text: "no handle") }
        var status = nfs_stat_64()
        let result = nfs_fstat64(context, handle, &status)
        guard result >= 0, status.nfs_size == UInt64(offset), let entry = StorageEntry(status, version: version) else {
            nfs_close(context, handle)
            try check(result)
            throw NFSFailure(number: ESPIPE, text: "the file is not as long as it was")
        }
        return File(handle: handle, number: status.nfs_ino, entry: entry)
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: File, at offset: Int64) throws {
        var written = 0
        while written < bytes.count {
            let count = nfs_pwrite(
                context, file.handle, UInt64(offset) + UInt64(written), UInt64(min(bytes.count - written, writeBytes)),
                bytes.baseAddress.map { $0 + written })
            try check(count)
            guard count > 0 else { throw NFSFailure(number: EIO, text: "nothing was written") }
            written += Int(count)
        }
    }

    /// Bytes of one question. The library keeps room for four kilobytes in a question of version 4, its own words included.
    private var writeBytes: Int { version == 4 ? 3_840 : max(4_096, Int(clamping: nfs_get_writemax(context))) }

    func finish(_ file: File) throws {
        let result = nfs_fsync(context, file.handle)
        let closed = nfs_close(context, file.handle)
        try check(min(result, closed))
    }

    func occupant(_ path: NFSPath) throws -> NameOccupant? {
        var status = nfs_stat_64()
        let result = nfs_lstat64(context, path.bytes, &status)
        if result == -ENOENT { return nil }
        try check(result)
        return EntryKind(mode: status.nfs_mode) == .directory ? .directory : .other
    }

    func rename(_ source: NFSPath, to target: NFSPath) throws {
        try check(nfs_rename(context, source.bytes, target.bytes))
    }

    func makeDirectory(_ path: NFSPath) throws {
        try check(nfs_mkdir2(context, path.bytes, 0o755))
    }

    func remove(_ path: NFSPath, isDirectory: Bool) throws {
        try check(isDirectory ? nfs_rmdir(context, path.bytes) : nfs_unlink(context, path.bytes))
    }

    /// Which root this is, and how much room it has: nil where the server does not say.
    func describeRoot() throws -> (device: UInt64, inode: UInt64, free: Int64?, total: Int64?) {
        var status = nfs_stat_64()
        try check(nfs_stat64(context, "/", &status))
        var space = nfs_statvfs_64()
        guard nfs_statvfs64(context, "/", &space) >= 0, space.f_blocks > 0 else {
            return (status.nfs_dev, status.nfs_ino, nil, nil)
        }
        let block = space.f_frsize > 0 ? space.f_frsize : space.f_bsize
        return (
            status.nfs_dev, status.nfs_ino,
            Int64(clamping: space.f_bavail.multipliedReportingOverflow(by: block).partialValue),
            Int64(clamping: space.f_blocks.multipliedReportingOverflow(by: block).partialValue)
        )
    }

    /// - Throws: `NFSFailure`, after which the connection may be of no use any more.
    private func check(_ result: Int32) throws {
        guard result < 0 else { return }
        let text = nfs_get_error(context).map { String(cString: $0) } ?? "unknown error"
        let failure = NFSFailure(number: -result, text: String(text.prefix(300)))
        if failure.isConnectionBroken { broken = true }
        throw failure
    }
}

extension StorageEntry {
    /// Nil for what is neither file, directory nor link.
    fileprivate init?(_ status: nfs_stat_64, version: Int) {
        guard let kind = EntryKind(mode: status.nfs_mode) else { return nil }
        self.init(kind: kind)
        sizeBytes = Int64(clamping: status.nfs_size)
        modifiedNS = Self.nanoseconds(Int64(bitPattern: status.nfs_mtime), Int64(clamping: status.nfs_mtime_nsec))
        changedNS = Self.nanoseconds(Int64(bitPattern: status.nfs_ctime), Int64(clamping: status.nfs_ctime_nsec))
        // Listings of version 4 have no numbers, and what a look says must be what a listing says.
        inode = version == 4 ? 0 : Int64(bitPattern: status.nfs_ino)
        linkCount = Int64(clamping: status.nfs_nlink)
    }

    fileprivate init?(_ entry: nfsdirent, version: Int) {
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

extension EntryKind {
    /// - Parameters:
    ///   - mode: as `stat` has it; version 3 leaves the kind out of it.
    ///   - type: of version 3 (RFC 1813 section 2.5) and of version 4 (RFC 7530 section 3.1): 1 file, 2 directory, 5 link.
    fileprivate init?(mode: UInt64, type: UInt32 = 0) {
        switch (mode & UInt64(S_IFMT), type) {
        case (UInt64(S_IFREG), _), (0, 1): self = .file
        case (UInt64(S_IFDIR), _), (0, 2): self = .directory
        case (UInt64(S_IFLNK), _), (0, 5): self = .link
        default: return nil
        }
    }
}
